from mend.content.passage import (
    MAX_GRADE,
    MAX_GRADE_CLINIC,
    MAX_WORDS_ADVICE,
    MAX_WORDS_CAUTION,
    MAX_WORDS_CHECK,
    MAX_WORDS_PICTURE,
    passages,
)
from mend.understanding.catalogue import Advice, Catalogue, Caution, Check, Deeper
from tests.content.made_up import answer, passage

ADVICE = Advice(
    id="RF03.same_day",
    flag="RF03",
    tier="same_day",
    title="",
    text="Get it checked today.",
    them="Get them checked today.",
    facts=("RF03",),
)
CHECK = Check(id="RF03.same_day", text="Is it hot? If so, call.", yes="Yes, hot")


def test_all_that_visitors_read_is_there_with_its_limits():
    catalogue = Catalogue(
        {"healing.time": answer()}, {ADVICE.id: ADVICE}, {}, {CHECK.id: CHECK}
    )
    found = {it.id: it for it in passages(catalogue, {})}
    assert list(found) == [
        "healing.time",
        "RF03.same_day",
        "RF03.same_day, custom.them",
        "RF03.same_day, check",
    ]
    assert found["healing.time"].max_grade == MAX_GRADE
    assert found["RF03.same_day, custom.them"].max_words == MAX_WORDS_ADVICE
    check = found["RF03.same_day, check"]
    assert check.max_words == MAX_WORDS_CHECK
    assert check.facts == ("RF03",)
    assert check.name == "utter_check/RF03.same_day"


def test_what_goes_deeper_and_cautions_are_there():
    deeper = Deeper("More on it.", ("H1",), ("review",))
    caution = Caution("older", "Go easy.", "They go easy.", (), ("G6",), (), "", "")
    catalogue = Catalogue(
        {"scar.pain": answer("scar.pain", deeper=deeper)},
        {},
        {},
        {},
        {"older": caution},
    )
    found = {it.id: it for it in passages(catalogue, {})}
    more = found["scar.pain, custom.deeper"]
    assert (more.text, more.facts, more.sources) == (
        "More on it.",
        ("H1",),
        ("review",),
    )
    assert more.name == "utter_faq/scar.pain"
    assert found["caution/older"].text == "Go easy."
    assert found["caution/older, custom.them"].text == "They go easy."
    assert found["caution/older"].max_words == MAX_WORDS_CAUTION
    assert found["caution/older"].group == "caution"


def test_what_a_picture_shows_rests_on_the_answers_it_stands_in():
    shown = answer("scar.pain", picture="scar", facts=("C2",))
    again = answer("scar.looks", deeper=Deeper("More.", ("C4",), (), picture="scar"))
    catalogue = Catalogue(
        {"scar.pain": shown, "scar.looks": again},
        {},
        {},
        {},
        pictures={"scar": "A scar softens."},
    )
    found = {it.id: it for it in passages(catalogue, {})}["picture/scar"]
    assert (found.text, found.facts) == ("A scar softens.", ("C2", "C4"))
    assert found.max_words == MAX_WORDS_PICTURE


def test_answers_about_the_clinic_are_filled_and_others_are_not():
    clinic = answer("clinic.team", text="{clinic.team}")
    other = answer(text="Call {clinic.phone}.")
    catalogue = Catalogue({it.id: it for it in (clinic, other)}, {}, {}, {})
    team, time = passages(catalogue, {"clinic.team": "We are 4.", "clinic.phone": "1"})
    assert (team.text, team.from_clinic) == ("We are 4.", True)
    assert team.max_grade == MAX_GRADE_CLINIC
    assert (time.text, time.from_clinic) == ("Call {clinic.phone}.", False)


def test_a_finding_names_the_line_and_what_part_it_is_about():
    text = passage("One.\nTwo.", "RF03.same_day, check", name="utter_check/RF03")
    found = text.finding("is wrong", "Two.")
    assert str(found) == "data/faq/made_up.yml:13 utter_check/RF03, check: is wrong"
    filled = passage("We are 4.", "clinic.team", from_clinic=True)
    assert filled.where().endswith("utter_faq/clinic.team, filled from clinic.yml")


def test_groups():
    assert passage("x", "scar.pain").group == "scar"
    assert passage("x", "RF03.same_day, check").group == "RF03"
