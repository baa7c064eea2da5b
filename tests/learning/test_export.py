from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mend.learning.export import Exported, Refused, choose, export
from mend.learning.trial import Comparison
from mend.records import corrections
from mend.records.database import Database
from mend.records.tables import Correction
from tests.databases import fresh_database
from tests.records.making import NOW, new_staff, refused, turn

from .test_trial import SMALL, made


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with fresh_database(tmp_path) as url:
        database = Database.open(url)
        yield database
        database.dispose()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    (folder / "faq").mkdir(parents=True)
    (folder / "faq" / "all.yml").write_text(SMALL, "utf-8")
    return folder


def approved(
    db: Database, text: str, intent: str = "faq/healing.time", topic: str | None = None
) -> int:
    kim, ada = _staff(db)
    message = turn(db, text, refused())
    with db.transaction() as s:
        correction = corrections.propose(
            s,
            message.id,
            corrected=intent,
            text=text,
            topic=topic,
            staff_id=kim,
            now=NOW,
        )
        corrections.decide(
            s,
            correction.id,
            version=correction.version,
            approve=True,
            remark=None,
            staff_id=ada,
            now=NOW,
        )
        return int(correction.id)


def _staff(db: Database) -> tuple[int, int]:
    from mend.records import staff

    with db.reading() as s:
        known = [person.id for person in staff.people(s)]
    if known:
        return known[0], known[1]
    return (
        new_staff(db, "kim@clinic.example", "Kim", "reviewer"),
        new_staff(db, "ada@clinic.example", "Ada", "manager"),
    )


def same(_data: Path, margin: float) -> Comparison:
    return Comparison(made(9, 1), made(9, 1), margin)


def worse(_data: Path, margin: float) -> Comparison:
    return Comparison(made(9, 1), made(8, 2), margin)


def run(db: Database, data: Path, **more: object) -> Exported:
    wanted = {"out": data, "compare": same, "warns": lambda text: "chest" in text}
    return export(db, data, now=NOW, **{**wanted, **more})  # type: ignore[arg-type]


def waiting(db: Database) -> list[int]:
    with db.reading() as s:
        return [c.id for c in corrections.to_export(s)]


def test_approved_ones_stand_at_the_end_of_their_examples(
    db: Database, data: Path
) -> None:
    approved(db, "whn am i ok agen")
    done = run(db, data)
    assert (data / "faq" / "all.yml").read_text("utf-8") == SMALL.replace(
        "    - when is my injury healed\n",
        "    - when is my injury healed\n    - whn am i ok agen\n",
    )
    assert done.files == [data / "faq" / "all.yml"]
    assert waiting(db) == []
    assert run(db, data).comparison is None  # nothing left to do


def test_into_another_folder(db: Database, data: Path, tmp_path: Path) -> None:
    approved(db, "whn am i ok agen")
    run(db, data, out=tmp_path / "out")
    assert (data / "faq" / "all.yml").read_text("utf-8") == SMALL
    assert "agen" in (tmp_path / "out" / "faq" / "all.yml").read_text("utf-8")
    assert list((tmp_path / "out").rglob("*.part")) == []


def test_worse_answers_write_nothing(db: Database, data: Path) -> None:
    number = approved(db, "whn am i ok agen")
    with pytest.raises(Refused, match=r"10\.00|6\.67|points of a hundred") as refusal:
        run(db, data, compare=worse)
    assert "Nothing written" in str(refusal.value)
    assert (data / "faq" / "all.yml").read_text("utf-8") == SMALL
    assert waiting(db) == [number]


def test_the_trial_sees_the_changed_copy(db: Database, data: Path) -> None:
    approved(db, "whn am i ok agen")
    seen: list[str] = []

    def look(changed: Path, margin: float) -> Comparison:
        seen.append((changed / "faq" / "all.yml").read_text("utf-8"))
        return same(changed, margin)

    run(db, data, compare=look)
    assert "whn am i ok agen" in seen[0]


def test_what_the_lint_finds_is_refused(
    db: Database, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = approved(db, "call 0 7 7 0 0 9 0 0 1 2 3 ok")
    monkeypatch.setattr("mend.learning.export.scrub", lambda text: text)
    with pytest.raises(Refused, match="contact details"):
        run(db, data)
    assert waiting(db) == [number]


class TestChoose:
    def choose(self, text: str, intent: str = "faq/healing.time") -> str:
        correction = Correction(id=7, corrected=intent, text=text, topic="Shoes")
        chosen = choose(
            [correction],
            {"faq/healing.time": ["How long?"], "out_of_scope": ["do you sell shoes"]},
            ["faq/healing.time", "out_of_scope", "red_flag/RF01.emergency"],
            lambda text: "chest" in text,
        )
        if chosen.topics:
            return f"topic {chosen.topics}"
        if chosen.known:
            return "known"
        return chosen.refused.get(7) or chosen.additions[7].text

    @pytest.mark.parametrize(
        ("text", "intent", "becomes"),
        [
            ("when is it over", "faq/healing.time", "when is it over"),
            ("how\tlong is it", "faq/healing.time", "how long is it"),
            ("HOW LONG", "faq/healing.time", "known"),
            ("do you sell shoes?", "faq/healing.time", "example of out_of_scope"),
            ("how long", "out_of_scope", "example of faq/healing.time"),
            ("my chest is odd", "out_of_scope", "words of a warning sign"),
            ("my chest is odd", "faq/healing.time", "words of a warning sign"),
            ("wipe it", "red_flag/RF01.emergency", "no answer"),
            ("when is it over", "faq/gone.away", "no answer faq/gone.away"),
            ("ring 07700 900123", "faq/healing.time", "contact detail"),
            ("- intent: x", "faq/healing.time", "begins with"),
            ("[a](b) c", "faq/healing.time", "brackets"),
            ("/restart", "faq/healing.time", "slash"),
            ("sell me shoes", "new_topic", "topic {'Shoes': ['sell me shoes']}"),
        ],
    )
    def test_each(self, text: str, intent: str, becomes: str) -> None:
        assert becomes in self.choose(text, intent)

    def test_the_same_words_twice_go_in_once(self) -> None:
        rows = [
            Correction(id=n, corrected="out_of_scope", text=text)
            for n, text in enumerate(["sell boots", "Sell boots!"])
        ]
        chosen = choose(rows, {}, ["out_of_scope"], lambda _: False)
        assert (list(chosen.additions), chosen.known) == ([0], [1])
