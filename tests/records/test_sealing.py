from mend.records.sealing import Seal


def test_only_the_same_key_opens() -> None:
    sealed = Seal("a" * 40).close("secret words")
    assert "secret" not in sealed
    assert Seal("a" * 40).open(sealed) == "secret words"
    assert Seal("b" * 40).open(sealed) is None


def test_what_was_changed_does_not_open() -> None:
    seal = Seal("a" * 40)
    sealed = seal.close("secret words")
    assert seal.open(sealed[:-2] + "AA") is None
    assert seal.open("nonsense") is None


def test_the_same_words_are_never_sealed_the_same() -> None:
    seal = Seal("a" * 40)
    assert seal.close("x") != seal.close("x")
