"""Requests to be contacted, and their end: stored with what the visitor is told.

None of this needs Rasa, so that the form works when nothing else does.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from mend.chat import replies
from mend.chat.contact import Checked
from mend.chat.door import FrontDoor
from mend.chat.words import CANCEL_LINE, CANCELLED, REQUEST_LINE
from mend.records import journal
from mend.records.cancelling import cancel_request
from mend.records.escalations import ContactDetails, request_consultation
from mend.records.journal import Reply, StoredTurn, TurnResult
from mend.records.tables import Conversation, Message


@dataclass(frozen=True)
class Requested:
    """A stored or cancelled request: its reference, and what the visitor is told."""

    reference: str
    turn: StoredTurn


def request(
    s: Session,
    door: FrontDoor,
    conversation: Conversation,
    client_id: str,
    contact: Checked,
    now: datetime,
) -> Requested:
    """Store a request in the caller's transaction.

    The transcript gets a line about it without the contact details. The note is
    screened like any message: people write what matters most where there is room.

    Raises:
        mend.records.journal.DifferentText: The id came with other content before.
        mend.records.journal.Erased: The visitor deleted the chat.
    """
    case = request_consultation(
        s,
        conversation,
        client_id,
        ContactDetails(
            name=contact.name,
            phone=contact.phone,
            email=contact.email,
            preferred_time=contact.preferred_time,
            note=contact.note,
            consent_version=door.clinic.privacy_version,
        ),
        now,
    )
    received = journal.receive(
        s, conversation, f"{journal.FORM_PREFIX}{client_id}", REQUEST_LINE, None, now
    )
    told = Reply(door.words.requested(case.reference))
    result = TurnResult("handoff", None, (told,), (), {})
    if contact.note:
        history = journal.recent_visitor_texts(s, conversation, received.message.seq)
        screening = door.screener.screen(contact.note, history)
        if screening.flag:
            warned = replies.advice(screening, door.catalogue, door.words.facts(), {})
            result = replace(warned, replies=(*warned.replies, told))
    return _told(s, conversation, case.reference, received.message, result, now)


def cancel(
    s: Session,
    door: FrontDoor,
    conversation: Conversation,
    reference: str,
    now: datetime,
) -> Requested:
    """Cancel a request in the caller's transaction; cancelling again is the same.

    Raises:
        mend.records.escalations.UnknownCase: The conversation has no such request.
        mend.records.cancelling.AlreadyHandled: The staff have closed it.
        mend.records.journal.Erased: The visitor deleted the chat.
    """
    cancel_request(s, conversation, reference, now)
    line = door.words.say(CANCEL_LINE, reference=reference)
    received = journal.receive(
        s, conversation, f"{journal.FORM_PREFIX}cancel:{reference}", line, None, now
    )
    reply = Reply(door.words.say(CANCELLED, reference=reference))
    result = TurnResult("handoff", None, (reply,), (), {})
    return _told(s, conversation, reference, received.message, result, now)


def _told(
    s: Session,
    conversation: Conversation,
    reference: str,
    message: Message,
    result: TurnResult,
    now: datetime,
) -> Requested:
    journal.complete(s, message, result, now)
    turn = journal.stored_turn(s, message)
    if turn is None:
        raise journal.Erased(conversation.id)
    return Requested(reference, turn)
