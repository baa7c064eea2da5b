from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mend.chat.bodies import clean, client_id, is_blank
from mend.chat.problems import Problem


@given(st.text(st.characters(exclude_categories=[])))
def test_clean_text_can_be_stored_and_stays_clean(text: str) -> None:
    cleaned = clean(text)
    cleaned.encode("utf-8")
    assert "\x00" not in cleaned
    assert "\r" not in cleaned
    assert clean(cleaned) == cleaned


def test_clean_keeps_what_can_be_kept() -> None:
    text = "Tab\tand\nnewline, \U0001f600 and \u202eright to left \u200d /x"
    assert clean(text) == text
    assert clean("a\r\nb\rc") == "a\nb\nc"


@pytest.mark.parametrize("text", ["", " ", "\n\t", "\u200b", "\u2060\ufeff", "\u00a0"])
def test_blank(text: str) -> None:
    assert is_blank(text)
    assert not is_blank(text + ".")


def test_ids_have_one_form() -> None:
    known = "123e4567-e89b-42d3-a456-426614174000"
    assert client_id({"id": known.upper()}) == known
    for bad in (None, 5, known + "\n", f"{{{known}}}", known.replace("-", "")):
        with pytest.raises(Problem):
            client_id({"id": bad})
