"""Play a dialogue with the running chat, as a visitor's browser would."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mend.conversation import Conversation, Turn
from mend.demo.dialogues import Dialogue


def play(
    dialogue: Dialogue,
    open_chat: Callable[[], Conversation],
    people: Sequence[Mapping[str, str]],
    chance: random.Random,
) -> Conversation:
    """Have one conversation; return it.

    Args:
        dialogue: what is said and done.
        open_chat: opens a conversation.
        people: who may ask for a consultation.
        chance: decides between wordings, and what is left out.

    Raises:
        ConversationError: the chat cannot be reached or refuses something.
    """
    chat = open_chat()
    turn: Turn = {"messages": chat.greeting}
    for step in dialogue.steps:
        if chance.random() >= step.get("maybe", 1.0):
            continue
        if step.get("after") not in (None, turn.get("outcome")):
            continue
        if "say" in step:
            turn = chat.say(_one_of(step["say"], chance))
        elif "press" in step:
            turn = _press(chat, turn, step["press"])
        elif "thumb" in step:
            _rate(chat, turn, step, chance)
        elif _offers_form(turn):
            _request(chat, step, people, chance)
    return chat


def _press(chat: Conversation, turn: Turn, number: int) -> Turn:
    buttons = [c for message in turn["messages"] for c in message.get("choices") or ()]
    if len(buttons) < number:
        return turn
    return chat.choose(buttons[number - 1]["choice"])


def _rate(
    chat: Conversation, turn: Turn, step: Mapping[str, Any], chance: random.Random
) -> None:
    answers = [m for m in turn["messages"] if m.get("seq")]
    if answers:
        comment = _one_of(step.get("comment", ""), chance)
        chat.rate(answers[-1]["seq"], step["thumb"] == "up", comment or None)


def _offers_form(turn: Turn) -> bool:
    # Where an emergency was seen nobody is asked for an appointment.
    return turn.get("outcome") != "red_flag"


def _request(
    chat: Conversation,
    step: Mapping[str, Any],
    people: Sequence[Mapping[str, str]],
    chance: random.Random,
) -> None:
    details = dict(chance.choice(people))
    if note := _one_of(step.get("note", ""), chance):
        details["note"] = note
    chat.request_consultation(**details)


def _one_of(words: str | Sequence[str], chance: random.Random) -> str:
    return words if isinstance(words, str) else chance.choice(words)
