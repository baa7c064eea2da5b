"""Everything that visitors read is there, filled, with what it rests on."""

import datetime as dt
from dataclasses import replace

import pytest

from mend.clinic import load_clinic
from mend.content.facts import load_facts
from mend.content.overview import GROUPS, overview
from mend.understanding.catalogue import (
    Advice,
    Catalogue,
    Caution,
    Check,
    Deeper,
    Source,
)
from mend.understanding.catalogue_files import load_catalogue
from tests.content.made_up import answer, facts
from tests.running import PROJECT

DAY = dt.date(2026, 11, 23)
REVIEW = Source("Scars", "Doe J", 2020, "systematic review", "few small trials", "")
CATALOGUE = Catalogue(
    answers={
        "scar.pain": answer(
            "scar.pain",
            text="Call {clinic.phone}.",
            deeper=Deeper(
                "More on {clinic.phone}.",
                ("V8",),
                ("review",),
                "What helps most",
                "rub",
            ),
            picture="scar",
            followups=("scar.looks",),
        ),
        "scar.looks": answer(
            "scar.looks", title="Will it fade?", reviewer="Ann Lee", followups=()
        ),
    },
    advice={
        "RF03.soon": Advice(
            "RF03.soon", "RF03", "soon", "A clot", "Go.", "They go.", ("RF03",)
        )
    },
    sources={"leaflet": REVIEW, "review": REVIEW},
    checks={"RF03.soon": Check("RF03.soon", "Is it hot?", "Yes")},
    cautions={
        "older": Caution(
            "older", "An operation{since}.", "", (), ("H3",), (), "2025-01-01", "Bo"
        )
    },
    pictures={"scar": "A scar.", "rub": "A rubbed scar."},
)
SAID = {"clinic.phone": "020 7946 0123"}


def shown(day=DAY):
    return overview(CATALOGUE, facts(V8=True), SAID, day)


def test_sections_follow_the_groups():
    assert [(s.key, s.title) for s in shown().sections] == [
        ("scar", "Scars"),
        ("caution", "Cautions added to answers"),
        ("flag", "Warning signs"),
    ]


def test_an_answer_is_filled_and_says_what_it_rests_on():
    entry = shown().entries[0]
    assert [(w.label, w.blocks[0].items) for w in entry.wordings] == [
        ("", ("Call 020 7946 0123.",)),
        ("What helps most", ("More on 020 7946 0123.",)),
    ]
    assert [(f.id, f.from_memory) for f in entry.facts] == [("H3", False), ("V8", True)]
    assert entry.sources == (REVIEW, REVIEW)
    assert entry.followups == (("scar.looks", "Will it fade?"),)
    assert [(w.picture, w.alt) for w in entry.wordings] == [
        ("scar", "A scar."),
        ("rub", "A rubbed scar."),
    ]


def test_all_wordings_of_a_warning_sign_are_one_entry():
    flag = shown().entries[-1]
    assert flag.title == "A clot: soon"
    assert [w.label for w in flag.wordings] == [
        "",
        "When it is about somebody else",
        "Asked first when in doubt",
    ]
    assert flag.facts[0].says == "our rule for this warning sign"


def test_a_caution_leaves_out_what_only_a_visitor_can_say():
    caution = shown().entries[2]
    assert caution.id == "caution.older"
    assert caution.wordings[0].blocks[0].items == ("An operation.",)


@pytest.mark.parametrize(
    ("day", "overdue"), [("2025-12-31", False), ("2026-01-01", True)]
)
def test_a_review_that_is_too_old_is_marked(day, overdue):
    entries = {e.id: e for e in shown(dt.date.fromisoformat(day)).entries}
    assert entries["caution.older"].overdue is overdue


def test_reviews_and_grades_are_summed_up():
    found = shown()
    assert (found.reviewed.by_clinician, found.reviewed.of) == (1, 2)
    grades = [w.measured.grade for e in found.entries for w in e.wordings]
    assert found.grade == pytest.approx(sum(grades) / len(grades))


def test_an_answer_has_its_point_and_when_to_get_help_set_apart():
    text = "Most scars fade. Wait.\n\nStop if:\n- it grows\n\nCall 999 if faint."
    made = replace(CATALOGUE.answers["scar.looks"], text=text)
    answers = {"scar.looks": made}
    found = overview(replace(CATALOGUE, answers=answers), facts(), SAID, DAY)
    (wording,) = found.entries[0].wordings
    assert [(mark, len(blocks)) for mark, blocks in wording.runs] == [
        ("main", 1),
        (None, 1),
        ("help", 3),
    ]
    # A warning is all about getting help.
    assert [mark for mark, _ in found.entries[-1].wordings[0].runs] == [None]


def test_nothing_of_our_content_is_missing_or_unfilled():
    data = PROJECT / "data"
    catalogue = load_catalogue(data)
    clinic = load_clinic(PROJECT / "clinic.yml")
    now = dt.datetime(2026, 11, 23, 10, tzinfo=dt.timezone.utc)
    found = overview(catalogue, load_facts(data), clinic.facts(now), DAY)
    ids = [entry.id for entry in found.entries]
    expected = {*catalogue.answers, *catalogue.advice}
    expected |= {f"caution.{key}" for key in catalogue.cautions}
    assert len(ids) == len(set(ids))
    assert set(ids) == expected
    assert {section.key for section in found.sections} == set(GROUPS)
    texts = [
        item
        for entry in found.entries
        for wording in entry.wordings
        for block in wording.blocks
        for item in block.items
    ]
    assert not [text for text in texts if "{" in text or not text.strip()]
