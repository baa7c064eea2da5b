"""Our own words raise no red flag, and say first what to do where there is one.

A button or a title is no report of a red flag. The check questions and the advice for
somebody else are held to the rules of the advice itself.
"""

import re
from pathlib import Path

import pytest

from mend.understanding.catalogue_files import load_catalogue
from mend.understanding.red_flags import Screener

ROOT = Path(__file__).parent.parent.parent
DATA = ROOT / "data"
CATALOGUE = load_catalogue(DATA)
CHECKS = CATALOGUE.checks
ADVICE = CATALOGUE.advice

NUMBERS = {"emergency", "urgent_line", "crisis_line"}
TOLD = ("RF16", "RF17")  # suicidal thoughts and abuse are never a question back
ACTION = re.compile(
    r"\b(?:call|go to|take them to|get them|help them see|help them talk|see a doctor|"
    r"get it checked|tell any)\b",
    re.IGNORECASE,
)
SOON_ENOUGH = {
    "emergency": r"\bnow\b",
    "same_day": r"\btoday\b",
    "soon": r"\bin the next few days\b",
}
SELLS = re.compile(r"\bbook|appointment|consultation|physio|visit", re.IGNORECASE)


def placeholders(text):
    return set(re.findall(r"{([^}]*)}", text))


def buttons(page):
    return set(re.findall(r"<button[^>]*>([^<]+)</button>", page))


def test_no_title_of_an_answer_raises_a_red_flag():
    screener = Screener.load(DATA / "lexicon")
    titles = CATALOGUE.titles.values()
    raised = [title for title in titles if screener.screen(title, []).flag]
    assert raised == []


def test_a_yes_to_a_check_question_raises_no_other_red_flag():
    # Rasa screens what a button says as well: it must not lead to other advice.
    screener = Screener.load(DATA / "lexicon")
    raised = {}
    for key, check in CHECKS.items():
        found = screener.screen(check.yes, [])
        if found.flag:
            raised[check.yes] = f"{found.flag}.{found.tier}", key
    assert [yes for yes, (found, own) in raised.items() if found != own] == []


@pytest.mark.parametrize("key", CHECKS)
def test_a_check_question_stands_alone(key):
    check = CHECKS[key]
    assert len(check.text.split()) <= 35
    assert placeholders(check.text) <= NUMBERS
    assert ACTION.search(check.text)
    assert not SELLS.search(f"{check.text} {check.yes}")
    assert len(check.yes) <= 45
    if key.startswith(TOLD):
        assert check.text.startswith("If ")
        assert "?" not in check.text + check.yes
        assert not check.yes.startswith("Yes")
    else:
        question, advice = check.text.split("?")
        assert question.startswith("First, to be safe: ")
        assert advice.startswith(" If so, ")
        assert re.search(SOON_ENOUGH[ADVICE[key].tier], advice) or (
            "{urgent_line}" in advice
        )
        assert check.yes.startswith("Yes, ")


def test_who_has_had_enough_is_told_whom_to_call():
    for key in ("RF16.emergency", "RF16.same_day"):
        assert "{crisis_line}" in CHECKS[key].text
        assert "{crisis_line}" in ADVICE[key].them


@pytest.mark.parametrize("key", ADVICE)
def test_advice_for_somebody_else_says_first_what_to_do(key):
    advice = ADVICE[key]
    first = re.split(r"(?<=[.:])\s", advice.them)[0]
    assert ACTION.search(first)
    assert re.search(r"\b(?:them|they|their)\b", advice.them)
    assert len(advice.them.split()) <= 60
    # The same people to call as in the advice for oneself.
    assert (
        placeholders(advice.them)
        == placeholders(advice.text)
        <= NUMBERS | {"emergency"}
    )
    assert not SELLS.search(advice.them)
    if advice.tier == "emergency":
        assert "computer program" in advice.them


def test_abuse_advice_says_how_to_delete_the_chat_as_the_page_has_it():
    templates = ROOT / "mend/chat/templates"
    page = "".join(
        (templates / name).read_text("utf-8") for name in ("chat.html", "_privacy.html")
    )
    for key in ("RF17.emergency", "RF17.same_day"):
        for text in (ADVICE[key].text, ADVICE[key].them):
            last = re.split(r"(?<=\.)\s", text)[-1]
            assert "delete this chat" in last
            named = re.findall("“([^”]+)”", last)
            assert named == ["Privacy", "Delete my chat"]
            assert set(named) <= buttons(page)
