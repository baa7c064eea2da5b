import pytest

from benchmarks.hint3 import (
    BOTS,
    OUT_OF_SCOPE,
    Hint3Missing,
    ask,
    choose_threshold,
    folds,
    measure,
    read_bots,
)

TRAIN = [(f"{name} {n}", name) for name in "abcdefghij" for n in range(5)]


def fit(_, labels):
    known = set(labels)

    def guess(text):
        name = text.split()[0]
        return (name, 0.8) if name in known else (min(known), 0.3)

    return guess


def write(folder, bots=BOTS):
    folder.mkdir(parents=True)
    for bot in bots:
        for part in ("train", "test"):
            lines = ["sentence,label", *(f"{text},{name}" for text, name in TRAIN)]
            lines += ["x 1,NO_NODES_DETECTED"] if part == "test" else []
            (folder / f"{bot}_{part}.csv").write_text("\n".join(lines), "utf-8")


def test_each_intent_is_hidden_once_and_each_example_asked():
    made = folds(TRAIN)
    hidden = []
    asked_in_scope = []
    for learnt, kept_back in made:
        known = {name for _, name in learnt}
        outside = {t.split()[0] for t, name in kept_back if name == OUT_OF_SCOPE}
        assert not known & outside
        assert not {t for t, _ in learnt} & {t for t, _ in kept_back}
        hidden += outside
        asked_in_scope += [t for t, name in kept_back if name != OUT_OF_SCOPE]
    assert sorted(hidden) == list("abcdefghij")
    assert len(asked_in_scope) == len(set(asked_in_scope))
    assert folds(TRAIN) == made


def test_the_threshold_comes_from_the_training_set():
    assert 0.3 < choose_threshold(TRAIN, fit) <= 0.8


def test_figures_of_a_perfect_system(tmp_path):
    write(tmp_path / "files")
    figures = measure(read_bots(tmp_path / "files")[0], fit)
    assert figures.top1 == figures.oos_auc == figures.kept == 1.0
    assert figures.chosen.mcc == figures.oracle.mcc == 1.0


def test_out_of_scope_has_no_label():
    (one,) = ask([("x 1", OUT_OF_SCOPE)], fit(["a"], ["a"]))
    assert one.label is None


def test_a_copy_of_the_repository_will_do(tmp_path):
    write(tmp_path / "files")
    for part in ("train", "test"):
        place = tmp_path / "copy" / "dataset" / "v1" / part
        place.mkdir(parents=True)
        for file in (tmp_path / "files").glob(f"*_{part}.csv"):
            file.rename(place / file.name)
    assert [bot.name for bot in read_bots(tmp_path / "copy")] == list(BOTS)


def test_what_is_missing_is_named(tmp_path):
    write(tmp_path / "files", BOTS[:2])
    with pytest.raises(Hint3Missing, match=r"powerplay11_train\.csv.*hellohaptik"):
        read_bots(tmp_path / "files")
