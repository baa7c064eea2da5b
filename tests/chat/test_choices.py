from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mend.chat.choices import BadChoice, Choice, Choices

CHOICES = Choices("k" * 40)


@given(st.text(), st.none() | st.text())
def test_what_was_signed_is_read(title: str, intent: str | None) -> None:
    choice = Choice(title, intent)
    assert CHOICES.read("one", CHOICES.sign("one", choice)) == choice


def test_another_conversation() -> None:
    token = CHOICES.sign("one", Choice("Yes", "affirm"))
    with pytest.raises(BadChoice):
        CHOICES.read("two", token)


def test_another_installation() -> None:
    token = Choices("x" * 40).sign("one", Choice("Yes"))
    with pytest.raises(BadChoice):
        CHOICES.read("one", token)


def test_every_changed_character_is_noticed() -> None:
    token = CHOICES.sign("one", Choice("Yes", "affirm"))
    for position in range(len(token) - 1):  # the last one has bits without meaning
        other = "A" if token[position] != "A" else "B"
        with pytest.raises(BadChoice):
            CHOICES.read("one", token[:position] + other + token[position + 1 :])


@pytest.mark.parametrize("token", ["", ".", "a.b.c", "\ud800", "faq/x", "WyJ4Il0.x"])
def test_nonsense(token: str) -> None:
    with pytest.raises(BadChoice):
        CHOICES.read("one", token)
