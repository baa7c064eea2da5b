import pytest

from mend.content.facts import Quantity
from mend.content.support import (
    check_doubts,
    check_facts_known,
    check_memory,
    check_support,
)
from mend.understanding.catalogue import Advice, Catalogue, Check, Deeper, Source
from tests.content.made_up import answer, facts, said

ADVICE = Advice("RF03.soon", "RF03", "soon", "", "Go.", facts=("RF03",))


def of(*answers):
    return Catalogue({it.id: it for it in answers}, {}, {}, {})


LEAFLET = Source("Sprains", "NHS", None, "patient leaflet", "advice", "")


@pytest.mark.parametrize(
    ("lacking", "what"),
    [
        ({"facts": ()}, "names no facts"),
        ({"sources": ()}, "names no sources"),
        ({"followups": ()}, "has no follow-ups"),
        ({"question": "When?"}, "title 'How long does it take?' is not the first"),
    ],
)
def test_what_an_answer_lacks_is_found(lacking, what):
    (found,) = said(check_support(answer(**lacking), {}))
    assert found.startswith(what)


def test_a_whole_answer_and_small_talk_are_fine():
    question = "How long does it take?"
    assert said(check_support(answer(question=question), {})) == []
    talk = answer("chat.bye", outcome="small_talk", facts=(), sources=(), followups=())
    assert said(check_support(talk, {})) == []
    hours = answer("clinic.hours", facts=(), sources=())
    assert said(check_support(hours, {})) == []


def test_an_unknown_fact_is_found():
    catalogue = Catalogue({"a.b": answer("a.b", facts=("H3", "Z9"))}, {}, {}, {})
    assert said(check_facts_known(catalogue, facts(), {})) == [
        "no fact Z9 in facts.yml"
    ]


def test_known_facts_and_warning_signs_are_fine():
    catalogue = Catalogue(
        {"a.b": answer("a.b", facts=("H3", "RF03"))},
        {ADVICE.id: ADVICE},
        {"leaflet": LEAFLET},
        {},
    )
    known = facts(Quantity("x", (1.0,), "days", "leaflet"))
    assert said(check_facts_known(catalogue, known, {})) == []


def test_an_unknown_source_of_a_number_is_found():
    catalogue = Catalogue({}, {}, {}, {})
    known = facts(Quantity("x", (1.0,), "days", "leaflet"))
    assert said(check_facts_known(catalogue, known, {})) == [
        "no source leaflet in sources.yml"
    ]


def test_memory_alone_is_found():
    remembered = facts(V8=True, V9=True)
    alone = answer("a.b", facts=("V8", "V9"))
    assert said(check_memory(of(alone), remembered, {})) == [
        "rests only on facts from memory (V8, V9)"
    ]
    deeper = answer("a.b", facts=("H3",), deeper=Deeper("More.", ("V8",), ()))
    assert said(check_memory(of(deeper), remembered, {})) == [
        "rests only on facts from memory (V8)"
    ]


@pytest.mark.parametrize("keys", [("V8", "H3"), ("H3",), ()])
def test_memory_beside_what_was_seen_is_fine(keys):
    assert said(check_memory(of(answer(facts=keys)), facts(V8=True), {})) == []


def test_advice_without_a_check_question_is_found():
    catalogue = Catalogue({}, {ADVICE.id: ADVICE}, {}, {})
    assert said(check_doubts(catalogue, {})) == [
        "has no check question utter_check/RF03.soon"
    ]
    check = Check(ADVICE.id, "Is it hot?", "Yes")
    asked = Catalogue({}, {ADVICE.id: ADVICE}, {}, {check.id: check})
    assert said(check_doubts(asked, {})) == []
