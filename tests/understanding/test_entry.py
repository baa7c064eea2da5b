"""The fields of one entry are read, or it is said what is wrong with them."""

from __future__ import annotations

import datetime as dt

import pytest

from mend.understanding.entry import Entry, only_response


@pytest.fixture
def problems():
    return []


@pytest.fixture
def entry(problems):
    return lambda **fields: Entry("data/x.yml, scar", fields, problems)


def told(problems):
    """Return what was said, without where."""
    assert all(it.startswith("data/x.yml, scar") for it in problems)
    return [it.partition("scar")[2].removeprefix(": ") for it in problems]


def test_what_is_right_is_returned_as_it_is(entry, problems):
    right = entry(title=" A ", facts=["H1", "H2"], reviewed="2026-11-23", kind="RCT")
    assert right.text("title") == " A "
    assert right.texts("facts") == ("H1", "H2")
    assert right.texts("sources") == ()
    assert right.date("reviewed") == "2026-11-23"
    assert right.date("expires") == ""
    right.one_of("kind", ("RCT", "survey"))
    right.one_of("form", ("consultation",))
    right.is_short("title", "four", 4)
    right.has_keys({"title", "facts"}, {"reviewed", "kind", "url"})
    right.has_only({"phone"}, "Call {phone}.")
    assert right.words("title", frozenset()) == " A "
    assert problems == []


@pytest.mark.parametrize("value", ["", "  ", 3, None, ["x"]])
def test_a_text_must_hold_words(entry, problems, value):
    assert entry(title=value).text("title") == ""
    assert told(problems) == ["title must be text"]


def test_a_text_must_be_there(entry, problems):
    assert entry().text("title") == ""
    assert told(problems) == ["title must be text"]


@pytest.mark.parametrize("value", ["H1", ["H1", 2], {"H1": 1}, 0])
def test_names_are_a_list(entry, problems, value):
    assert entry(facts=value).texts("facts") == ()
    assert told(problems) == ["facts must be a list of names"]


@pytest.mark.parametrize("value", ["23/11/2026", "", dt.date(2026, 11, 23), None])
def test_a_date_is_quoted(entry, problems, value):
    assert entry(reviewed=value).date("reviewed") == ""
    assert told(problems) == [
        f'reviewed must be a quoted date "2026-11-23", not {value}'
    ]


def test_what_is_not_allowed_is_named_with_what_is(entry, problems):
    entry(kind="rumour").one_of("kind", ("RCT", "survey"))
    assert told(problems) == ["kind 'rumour' is not one of RCT, survey"]


def test_what_is_too_long_is_named(entry, problems):
    entry().is_short("yes", "12345", 4)
    assert told(problems) == ["yes has 5 characters, 4 at most"]


def test_missing_and_unknown_keys_are_named(entry, problems):
    entry(b=1, x=1, w=1).has_keys({"a", "b", "c"}, {"x"}, "custom.")
    assert told(problems) == [
        "custom.a is missing",
        "custom.c is missing",
        "custom.w is not known",
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("Call {fone}.", "unknown placeholder {fone}"),
        ("Call {phone.", "has a brace that belongs to no placeholder"),
        ("Call phone}.", "has a brace that belongs to no placeholder"),
    ],
)
def test_placeholders_must_be_known(entry, problems, text, problem):
    entry().has_only({"phone"}, text)
    assert told(problems) == [problem]


def test_words_for_visitors_are_named_with_their_place(entry, problems):
    assert entry().words("them", {"phone"}) == ""
    assert entry(them="Call {fone}.").words("them", {"phone"}) == "Call {fone}."
    assert told(problems) == [
        "custom.them is missing",
        ", custom.them: unknown placeholder {fone}",
    ]


def test_one_response_is_text_and_what_it_carries(problems):
    variants = [{"text": "Call {phone}.", "custom": {"title": "A"}}]
    text, custom = only_response("data/x.yml, scar", variants, {"phone"}, problems)
    assert text == "Call {phone}."
    assert custom.fields == {"title": "A"}
    custom.say("is odd")
    assert told(problems) == ["is odd"]


@pytest.mark.parametrize(
    ("variants", "problem"),
    [
        ("text", "must have exactly one response"),
        ([], "must have exactly one response"),
        ([{}, {}], "must have exactly one response"),
        (["text"], "must have text and custom"),
        ([{"text": "A"}], "must have text and custom"),
        ([{"text": "A", "custom": []}], "must have text and custom"),
    ],
)
def test_a_response_of_another_shape_is_refused(problems, variants, problem):
    assert only_response("data/x.yml, scar", variants, set(), problems) is None
    assert told(problems) == [problem]
