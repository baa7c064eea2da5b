from mend.records import tokens


def test_tokens_differ_and_are_long() -> None:
    made = {tokens.new_token() for _ in range(100)}
    assert len(made) == 100
    assert min(map(len, made)) >= 43


def test_any_text_can_be_hashed() -> None:
    assert tokens.sha256("abc") == (
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    )
    assert tokens.sha256("a\x00b") == tokens.sha256("ab")
    assert tokens.sha256("\ud800") == tokens.sha256("\ufffd")
