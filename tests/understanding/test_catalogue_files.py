from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import yaml

from mend.clinic import load_clinic
from mend.understanding.catalogue import REVIEWED, Answer, Check, Deeper, Source
from mend.understanding.catalogue_files import (
    PLACEHOLDERS,
    CatalogueError,
    load_catalogue,
)

ROOT = Path(__file__).parents[2]


def answer(answer_id="healing.time", *, text="It takes time.", **custom):
    about = {
        "answer": answer_id,
        "title": "How long does it take?",
        "outcome": "answered",
        "facts": ["H3"],
        "sources": ["nhs_sprains"],
        "reviewed": "2026-11-23",
        "reviewer": "",
        "followups": [],
        **custom,
    }
    return [{"text": text, "custom": {k: v for k, v in about.items() if v != "gone"}}]


def advice(flag="RF03", tier="same_day", **custom):
    about = {
        "outcome": "red_flag",
        "flag": flag,
        "urgency": tier,
        "them": "Get them checked today. Call {urgent_line}.",
        **custom,
    }
    about = {key: value for key, value in about.items() if value != "gone"}
    return [{"text": "Get checked today. Call {urgent_line}.", "custom": about}]


def check(text="Is it hot? If so, call {urgent_line}.", **custom):
    about = {"yes": "Yes, it is hot", **custom}
    about = {key: value for key, value in about.items() if value != "gone"}
    return [{"text": text, "custom": about}]


class Folder:
    """A data folder in the making: two answers, an advice, a check, a source."""

    def __init__(self, path):
        self.path = path
        self.sources = {
            "nhs_sprains": {
                "title": "Sprains and strains",
                "authors": "NHS",
                "year": 2024,
                "kind": "patient leaflet",
                "strength": "advice by experts",
                "url": "https://example.org/sprains",
            }
        }
        self.questions = {
            "healing.time": "- How long does healing take?\n- when is it healed\n",
            "healing.phases": "- What are the stages?\n",
        }
        self.responses = {
            "utter_faq/healing.time": answer(followups=["healing.phases"]),
            "utter_faq/healing.phases": answer("healing.phases"),
            "utter_red_flag/RF03.same_day": advice(),
            "utter_check/RF03.same_day": check(),
            "utter_anything_else": [{"text": "Hello {name}"}],
        }

    def load(self):
        (self.path / "faq").mkdir(exist_ok=True)
        self.write("sources.yml", {"sources": self.sources})
        nlu = [
            {"intent": f"faq/{key}", "examples": examples}
            for key, examples in self.questions.items()
        ]
        nlu.append({"intent": "affirm", "examples": "- yes\n"})
        self.write(
            "faq/healing.yml",
            {"version": "3.1", "nlu": nlu, "responses": self.responses},
        )
        return load_catalogue(self.path)

    def write(self, name, content):
        file = self.path / name
        file.parent.mkdir(exist_ok=True)
        text = content if isinstance(content, str) else yaml.safe_dump(content)
        file.write_text(text, encoding="utf-8")

    def problems(self):
        with pytest.raises(CatalogueError) as caught:
            self.load()
        assert str(caught.value) == "\n".join(caught.value.problems)
        return caught.value.problems


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "data"
    path.mkdir()
    return Folder(path)


def test_reads_answers_advice_and_sources(folder):
    catalogue = folder.load()
    found = catalogue.answer("healing.time")
    assert found == Answer(
        id="healing.time",
        title="How long does it take?",
        text="It takes time.",
        outcome="answered",
        facts=("H3",),
        sources=("nhs_sprains",),
        reviewed="2026-11-23",
        reviewer="",
        followups=("healing.phases",),
        question="How long does healing take?",
    )
    assert catalogue.sources_of(found) == (
        Source(
            title="Sprains and strains",
            authors="NHS",
            year=2024,
            kind="patient leaflet",
            strength="advice by experts",
            url="https://example.org/sprains",
        ),
    )
    assert catalogue.titles["healing.phases"] == "How long does it take?"
    checked = catalogue.red_flag_advice("RF03", "same_day")
    assert (checked.outcome, checked.tier) == ("red_flag", "same_day")
    assert checked.text == "Get checked today. Call {urgent_line}."
    assert checked.them == "Get them checked today. Call {urgent_line}."
    assert catalogue.checks == {
        "RF03.same_day": Check(
            id="RF03.same_day",
            text="Is it hot? If so, call {urgent_line}.",
            yes="Yes, it is hot",
        )
    }


def test_cannot_be_changed(folder):
    catalogue = folder.load()
    with pytest.raises(TypeError):
        catalogue.answers["x.y"] = catalogue.answer("healing.time")
    with pytest.raises(TypeError):
        catalogue.checks["RF03.soon"] = catalogue.checks["RF03.same_day"]
    with pytest.raises(AttributeError):
        catalogue.answer("healing.time").title = "other"


def test_optional_keys(folder):
    folder.responses["utter_faq/healing.time"] = answer(
        outcome="handoff",
        form="consultation",
        escalation="complaint",
        followups="gone",
    )
    found = folder.load().answer("healing.time")
    assert (found.form, found.escalation, found.followups) == (
        "consultation",
        "complaint",
        (),
    )


def test_lexicon_is_not_read(folder):
    folder.write("lexicon/words.yml", "responses: [not, a, mapping]")
    folder.load()


@pytest.mark.parametrize(
    ("custom", "problem"),
    [
        ({"answer": "other.id"}, "custom.answer is 'other.id', not the id"),
        ({"answer": "gone"}, "custom.answer is missing"),
        ({"reviewer": "gone"}, "custom.reviewer is missing"),
        ({"surprise": 1}, "custom.surprise is not known"),
        ({"title": "x" * 46}, "title has 46 characters, 45 at most"),
        ({"title": "  "}, "title must be text"),
        ({"outcome": "guessed"}, "outcome 'guessed' is not one of answered"),
        ({"form": "payment"}, "form 'payment' is not one of consultation"),
        ({"escalation": "alarm"}, "escalation 'alarm' is not one of handoff"),
        ({"facts": "H3"}, "facts must be a list of names"),
        ({"sources": [3]}, "sources must be a list of names"),
        ({"sources": ["nobody"]}, "no source nobody in sources.yml"),
        ({"followups": ["healing.magic"]}, "no answer healing.magic to follow up"),
        ({"followups": ["healing.time"]}, "follows up on itself"),
        ({"followups": ["healing.phases"] * 2}, "followups: 3 different ones at most"),
        ({"reviewed": dt.date(2026, 11, 23)}, "reviewed must be a quoted date"),
        ({"reviewed": "23 November"}, "reviewed must be a quoted date"),
        ({"text": "Call {clinic.fax}."}, "unknown placeholder {clinic.fax}"),
        ({"text": "Call {clinic.phone."}, "a brace that belongs to no placeholder"),
        ({"text": ""}, "text must be text"),
    ],
)
def test_wrong_answer_is_named(folder, custom, problem):
    folder.responses["utter_faq/healing.time"] = answer(**custom)
    (first, *_) = folder.problems()
    assert first.startswith("data/faq/healing.yml, utter_faq/healing.time: ")
    assert problem in "\n".join(folder.problems())


@pytest.mark.parametrize(
    ("response", "problem"),
    [
        ([], "must have exactly one response"),
        ("text", "must have exactly one response"),
        (answer() * 2, "must have exactly one response"),
        ([{"text": "only text"}], "must have text and custom"),
        (["a string"], "must have text and custom"),
    ],
)
def test_wrong_shape_is_named(folder, response, problem):
    folder.responses["utter_faq/healing.time"] = response
    assert f"data/faq/healing.yml, utter_faq/healing.time: {problem}" in (
        folder.problems()
    )


def test_all_problems_are_told_at_once(folder):
    folder.responses["utter_faq/healing.time"] = answer(title="x" * 50, facts=None)
    folder.responses["utter_faq/healing.phases"] = answer("healing.phases", form="x")
    problems = "\n".join(folder.problems())
    assert "title has 50" in problems
    assert "form 'x'" in problems


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ({"url": "javascript:alert(1)"}, "url must begin with https://"),
        ({"kind": "rumour"}, "kind 'rumour' is not one of guideline"),
        ({"year": "2024"}, "year must be a number or null, not '2024'"),
        ({"strength": None}, "strength must be text"),
    ],
)
def test_wrong_source_is_named(folder, entry, problem):
    folder.sources["nhs_sprains"].update(entry)
    (found,) = folder.problems()
    assert found.startswith(f"data/sources.yml, nhs_sprains: {problem}")


def test_source_without_title_is_named(folder):
    del folder.sources["nhs_sprains"]["title"]
    (found,) = folder.problems()
    assert found == "data/sources.yml, nhs_sprains: title must be text"


def test_source_without_year_or_page_is_fine(folder):
    folder.sources["nhs_sprains"].update(year=None, url="")
    assert folder.load().sources["nhs_sprains"].year is None


@pytest.mark.parametrize(
    ("name", "response", "problem"),
    [
        ("RF03.today", advice(), "must end in RFnn.tier"),
        ("3.same_day", advice(), "must end in RFnn.tier"),
        ("RF03.soon", advice(), "custom.urgency is 'same_day', not 'soon'"),
        ("RF04.same_day", advice(), "custom.flag is 'RF03', not 'RF04'"),
        ("RF03.soon", advice(tier="soon", outcome="x"), "custom.outcome is 'x'"),
        ("RF03.soon", advice(tier="soon", them="gone"), "custom.them is missing"),
        ("RF03.soon", advice(tier="soon", them=" "), "them must be text"),
        ("RF03.soon", advice(tier="soon", them=["Call"]), "them must be text"),
    ],
)
def test_wrong_advice_is_named(folder, name, response, problem):
    folder.responses[f"utter_red_flag/{name}"] = response
    (found, *_) = folder.problems()
    assert found.startswith(f"data/faq/healing.yml, utter_red_flag/{name}: {problem}")


@pytest.mark.parametrize(
    ("them", "problem"),
    [
        ("Call {clinic.fax} for them.", "unknown placeholder {clinic.fax}"),
        ("Call {emergency for them.", "has a brace that belongs to no placeholder"),
    ],
)
def test_a_wrong_placeholder_in_advice_for_somebody_else_is_named(
    folder, them, problem
):
    folder.responses["utter_red_flag/RF03.same_day"] = advice(them=them)
    name = "data/faq/healing.yml, utter_red_flag/RF03.same_day, custom.them"
    assert folder.problems() == (f"{name}: {problem}",)


@pytest.mark.parametrize(
    ("name", "response", "problem"),
    [
        ("RF03.today", check(), ": must end in RFnn.tier"),
        ("calf", check(), ": must end in RFnn.tier"),
        ("RF03.same_day", check() * 2, ": must have exactly one response"),
        ("RF03.same_day", [{"text": "Is it hot?"}], ": must have text and custom"),
        ("RF03.same_day", check(text=""), ": text must be text"),
        ("RF03.same_day", check("Call {nobody}."), ": unknown placeholder {nobody}"),
        ("RF03.same_day", check("Call {emergency."), ": has a brace that belongs to"),
        ("RF03.same_day", check(yes="gone"), ": custom.yes is missing"),
        ("RF03.same_day", check(yes=True), ": yes must be text"),
        ("RF03.same_day", check(yes="x" * 46), ": yes has 46 characters, 45 at most"),
        (
            "RF03.same_day",
            check(yes="Yes, {it}"),
            ", custom.yes: unknown placeholder {it}",
        ),
        ("RF03.same_day", check(outcome="red_flag"), ": custom.outcome is not known"),
        ("RF03.soon", check(), ": no advice RF03.soon to check for"),
    ],
)
def test_wrong_check_question_is_named(folder, name, response, problem):
    folder.responses[f"utter_check/{name}"] = response
    (found,) = folder.problems()
    assert found.startswith(f"data/faq/healing.yml, utter_check/{name}{problem}")


def test_a_yes_without_quotes_is_named(folder):
    # To the reader it is the truth value, to Rasa a word: only quotes suit both.
    folder.write(
        "checks.yml",
        "responses:\n  utter_check/RF03.same_day:\n"
        "  - text: Is it hot?\n    custom:\n      yes: Yes\n      beside: it\n",
    )
    del folder.responses["utter_check/RF03.same_day"]
    name = "data/checks.yml, utter_check/RF03.same_day"
    assert folder.problems() == (
        f"{name}: custom.True is not known",
        f"{name}: custom.beside is not known",
        f"{name}: custom.yes is missing",
    )


def test_two_check_questions_for_one_advice_are_named(folder):
    name = "utter_check/RF03.same_day"
    folder.write("checks.yml", {"responses": {name: check()}})
    assert folder.problems() == (
        f"data/faq/healing.yml, {name}: is there twice; see data/checks.yml, {name}",
    )


def test_questions_and_answers_need_each_other(folder):
    del folder.questions["healing.phases"]
    folder.questions["healing.magic"] = "- Is there magic?\n"
    assert folder.problems() == (
        "data/faq/healing.yml, utter_faq/healing.phases: "
        "no example questions under nlu",
        "faq/healing.magic: has questions but no answer",
    )


def test_same_answer_in_two_files_is_named(folder):
    folder.write("faq/more.yml", {"responses": {"utter_faq/healing.time": answer()}})
    (found,) = folder.problems()
    assert found == (
        "data/faq/more.yml, utter_faq/healing.time: is there twice; "
        "see data/faq/healing.yml, utter_faq/healing.time"
    )


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("a: [1\nb: 2\n", "data/faq/odd.yml, line 2: "),
        ("a: 1\nb: 2\na: 3\n", "data/faq/odd.yml, line 3: a is there twice"),
        ("- a list\n", "data/faq/odd.yml: must be a mapping"),
        ("", "data/faq/odd.yml: must be a mapping"),
        ("a: !!python/object:os.system x\n", "data/faq/odd.yml, line 1: "),
        ("responses: text\n", "data/faq/odd.yml, responses: must be a mapping"),
    ],
)
def test_unreadable_file_is_named_with_its_line(folder, content, problem):
    folder.write("faq/odd.yml", content)
    (found,) = folder.problems()
    assert found.startswith(problem)


def test_other_encodings_are_named(folder):
    (folder.path / "faq").mkdir()
    (folder.path / "faq" / "odd.yml").write_bytes(b"a: caf\xe9\n")
    assert folder.problems() == ("data/faq/odd.yml: is not UTF-8 text",)


def test_empty_folder_says_what_is_missing(tmp_path):
    with pytest.raises(CatalogueError) as caught:
        load_catalogue(tmp_path)
    name = tmp_path.name
    assert caught.value.problems == (
        f"{name}/sources.yml: not found",
        f"{name}: no answers found",
    )


def test_placeholders_are_the_clinics_facts():
    clinic = load_clinic(ROOT / "clinic.yml")
    facts = clinic.facts(dt.datetime.now(dt.timezone.utc))
    assert {*facts, REVIEWED} == PLACEHOLDERS


def test_the_projects_own_catalogue_loads():
    catalogue = load_catalogue(ROOT / "data")
    assert catalogue.answer("healing.time").sources
    assert len(catalogue.titles) == len(catalogue.answers)
    assert set(catalogue.checks) == set(catalogue.advice) != set()


DEEPER = {
    "heading": "What to do",
    "text": "More.",
    "facts": ["H1"],
    "sources": ["nhs_sprains"],
}


def caution(**custom):
    about = {
        "answers": ["healing.time"],
        "facts": ["G1"],
        "sources": ["nhs_sprains"],
        "reviewed": "2026-11-23",
        "reviewer": "",
        **custom,
    }
    about = {key: value for key, value in about.items() if value != "gone"}
    return [{"text": "You mentioned it{since}.", "custom": about}]


def test_reads_what_goes_deeper_and_cautions_and_pictures(folder):
    folder.write("pictures.yml", {"pictures": {"stages": "Three stages in a row."}})
    folder.responses["utter_faq/healing.time"] = answer(
        deeper={**DEEPER, "picture": "stages"}, repeat=True, picture="stages"
    )
    folder.responses["utter_caution/operation"] = caution(them="They had it.")
    catalogue = folder.load()

    found = catalogue.answer("healing.time")
    assert found.deeper == Deeper(
        "More.", ("H1",), ("nhs_sprains",), "What to do", "stages"
    )
    assert (found.repeat, found.picture) == (True, "stages")
    assert catalogue.pictures == {"stages": "Three stages in a row."}
    said = catalogue.cautions["operation"]
    assert said.text == "You mentioned it{since}."
    assert (said.them, said.answers) == ("They had it.", ("healing.time",))


@pytest.mark.parametrize(
    ("custom", "problem"),
    [
        ({"deeper": "More."}, "must have text, facts and sources"),
        ({"deeper": {**DEEPER, "text": " "}}, "text must be text"),
        ({"deeper": {**DEEPER, "title": "x"}}, "title is not known"),
        ({"deeper": {**DEEPER, "heading": ""}}, "heading must be text"),
        ({"deeper": {**DEEPER, "picture": "x"}}, "no picture 'x' in pictures.yml"),
        ({"deeper": {"text": "More.", "facts": []}}, "sources is missing"),
        ({"deeper": {**DEEPER, "sources": ["nobody"]}}, "no source nobody"),
        ({"deeper": {**DEEPER, "text": "{since}"}}, "unknown placeholder {since}"),
        ({"repeat": "yes"}, "repeat must be true or false"),
        ({"picture": "stages"}, "no picture 'stages' in pictures.yml"),
    ],
)
def test_what_goes_with_an_answer_is_checked(folder, custom, problem):
    folder.responses["utter_faq/healing.time"] = answer(**custom)

    assert any(problem in found for found in folder.problems())


@pytest.mark.parametrize(
    ("name", "custom", "problem"),
    [
        ("operation", {"answers": ["healing.nothing"]}, "no answer healing.nothing"),
        ("operation", {"answers": "gone"}, "custom.answers is missing"),
        ("operation", {"followups": []}, "custom.followups is not known"),
        ("operation", {"sources": ["nobody"]}, "no source nobody"),
        ("weather", {}, "must end in one of blood_thinners"),
    ],
)
def test_cautions_are_checked(folder, name, custom, problem):
    folder.responses[f"utter_caution/{name}"] = caution(**custom)

    assert any(problem in found for found in folder.problems())


@pytest.mark.parametrize("pictures", [{"stages": ""}, {"stages": 3}, ["stages"]])
def test_a_picture_needs_words(folder, pictures):
    folder.write("pictures.yml", {"pictures": pictures})

    assert any(found.startswith("data/pictures.yml") for found in folder.problems())
