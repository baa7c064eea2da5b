"""The chat API (design §4)."""

from __future__ import annotations

import re
import uuid
from typing import Any

import structlog
from flask import Blueprint, Response, jsonify, request
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from mend.chat import (
    bodies,
    consultation,
    origin,
    own_data,
    present,
    session,
    tokens,
)
from mend.chat.choices import BadChoice, Choice
from mend.chat.contact import NotValid, check
from mend.chat.door import FrontDoor
from mend.chat.locks import Busy
from mend.chat.problems import Problem, invalid
from mend.chat.replies import title_of
from mend.chat.turn import Gone, Incoming
from mend.chat.words import ALREADY_HANDLED, GREETING_TOPICS
from mend.records import erasure_ledger, journal
from mend.records.cancelling import AlreadyHandled
from mend.records.escalations import (
    REFERENCE_LENGTH,
    REFERENCE_LETTERS,
    UnknownCase,
)
from mend.records.feedback import UnknownMessage, record_feedback
from mend.records.journal import Reply
from mend.records.tables import Conversation

log = structlog.get_logger("mend.chat")

MAX_SEQ = 2**31 - 1
MAX_COMMENT = 1000
REFERENCE = re.compile(f"[{REFERENCE_LETTERS}]{{{REFERENCE_LENGTH}}}")


def greeting(door: FrontDoor) -> list[Reply]:
    """Return what opens a conversation; the last part offers a few topics."""
    *first, last = door.words.greeting()
    topics = [
        {"title": title, "intent": f"faq/{topic}"}
        for topic in GREETING_TOPICS
        if (title := title_of(door.catalogue, topic))
    ]
    return [*(Reply(text) for text in first), Reply(last, choices=tuple(topics))]


def open_conversation(door: FrontDoor, s: Session, token: str) -> Conversation:
    """Start a conversation that belongs to the token."""
    return journal.open_conversation(
        s,
        token_sha256=tokens.sha256(token),
        sender_id=tokens.new_sender_id(),
        greeting=greeting(door),
        now=door.now(),
    )


def blueprint(door: FrontDoor) -> Blueprint:
    """Return the routes of the API."""
    api = Blueprint("api", __name__)

    @api.before_request
    def only_our_pages() -> None:
        headers = request.headers
        origin.check(headers.get("Origin"), headers.get("Sec-Fetch-Site"), door.origins)

    def address() -> str:
        return door.address(request.remote_addr)

    def token_sha256() -> str:
        """Return the hash of the request's token, if it belongs to a conversation."""
        token = tokens.from_header(request.headers.get("Authorization"))
        if token is not None:
            hashed = tokens.sha256(token)
            with door.database.reading() as s:
                if journal.conversation_by_token(s, hashed) is not None:
                    return hashed
            if wait := door.limits.bad_token(address()):
                raise Problem(429, retry_after=wait)
        raise Problem(401)

    def conversation_of(s: Session, hashed: str) -> Conversation:
        conversation = journal.conversation_by_token(s, hashed)
        if conversation is None:
            raise Problem(401)
        return conversation

    @api.post("/conversations")
    def start() -> tuple[Response, int]:
        bodies.read_json(request)
        if wait := door.limits.new_conversation(address()):
            raise Problem(429, retry_after=wait)
        token = tokens.new_token()
        with door.database.transaction() as s:
            conversation = open_conversation(door, s, token)
            stored = journal.history(s, conversation)
        hashed = tokens.sha256(token)
        messages = [present.message(m, hashed, door.choices) for m in stored]
        return jsonify(token=token, messages=messages, session_ends_at=None), 201

    @api.post("/messages")
    def send() -> Response:
        hashed = token_sha256()
        body = bodies.read_json(request)
        incoming = _incoming(door, body, hashed)
        try:
            if wait := door.limits.message(hashed, address(), incoming.client_id):
                raise _too_much(door, hashed, incoming, Problem(429, retry_after=wait))
            try:
                turn = door.turns.answer(hashed, incoming)
            except Busy:
                busy = Problem(503, code="busy", retry_after=3)
                raise _too_much(door, hashed, incoming, busy) from None
        except Gone:
            raise Problem(401) from None
        except journal.DifferentText:
            raise Problem(409) from None
        ends = session.ends_at(turn.received_at, door.session)
        told = present.turn(turn, hashed, door.choices)
        return jsonify({**told, "session_ends_at": ends})

    @api.get("/messages")
    def history() -> Response:
        hashed = token_sha256()
        after = request.args.get("after", "0")
        digits = after.isascii() and after.isdigit() and len(after) <= 10
        if not digits or int(after) > MAX_SEQ:
            raise invalid("after", "The number must be 0 or more.")
        with door.database.reading() as s:
            conversation = conversation_of(s, hashed)
            stored = journal.history(s, conversation, int(after))
            last = journal.last_message_at(s, conversation)
        return jsonify(
            messages=present.history(stored, hashed, door.choices),
            session_ends_at=session.ends_at(last, door.session),
        )

    @api.post("/consultations")
    def ask_for_consultation() -> tuple[Response, int]:
        hashed = token_sha256()
        body = bodies.read_json(request)
        client_id = bodies.client_id(body)
        try:
            contact = check(body, door.clinic.country)
        except NotValid as error:
            raise Problem(
                422,
                "Please check your details.",
                extra={
                    "errors": [{"field": e.field, "text": e.text} for e in error.errors]
                },
            ) from None
        if wait := door.limits.form(address(), client_id):
            raise Problem(429, retry_after=wait)
        try:
            with door.database.transaction() as s:
                conversation = conversation_of(s, hashed)
                done = consultation.request(
                    s, door, conversation, client_id, contact, door.now()
                )
        except journal.DifferentText:
            raise Problem(409) from None
        except journal.Erased:
            raise Problem(401) from None
        log.info("consultation.requested", reference=done.reference)
        turn = present.turn(done.turn, hashed, door.choices)
        return jsonify({**turn, "id": client_id, "reference": done.reference}), 201

    @api.delete("/consultations/<reference>")
    def cancel(reference: str) -> Response:
        hashed = token_sha256()
        if not REFERENCE.fullmatch(reference):
            raise Problem(404)
        if wait := door.limits.form(address(), f"cancel {hashed} {reference}"):
            raise Problem(429, retry_after=wait)
        try:
            with door.database.transaction() as s:
                conversation = conversation_of(s, hashed)
                done = consultation.cancel(s, door, conversation, reference, door.now())
        except UnknownCase:
            raise Problem(404) from None
        except AlreadyHandled:
            text = door.words.say(ALREADY_HANDLED)
            raise Problem(409, text, code="already_handled") from None
        except journal.Erased:
            raise Problem(401) from None
        log.info("consultation.cancelled", reference=reference)
        turn = present.turn(done.turn, hashed, door.choices)
        return jsonify({**turn, "id": reference, "reference": reference})

    @api.post("/feedback")
    def feedback() -> tuple[str, int]:
        hashed = token_sha256()
        body = bodies.read_json(request)
        seq, helpful, comment = _feedback(body)
        if wait := door.limits.form(address(), f"{hashed} {seq}"):
            raise Problem(429, retry_after=wait)
        try:
            with door.database.transaction() as s:
                conversation = conversation_of(s, hashed)
                record_feedback(s, conversation, seq, helpful, comment, door.now())
        except UnknownMessage:
            raise Problem(404) from None
        except journal.Erased:
            raise Problem(401) from None
        return "", 204

    @api.get("/conversation")
    def export() -> Response:
        hashed = token_sha256()
        with door.database.reading() as s:
            stored = journal.export(s, conversation_of(s, hashed))
        return jsonify(own_data.tell(stored, door.words))

    @api.delete("/conversation")
    def erase() -> tuple[str, int]:
        hashed = token_sha256()
        # In line behind a turn that is still running, which would write again (F27).
        try:
            with door.queue.turn(hashed), door.database.transaction() as s:
                journal.erase(s, conversation_of(s, hashed), door.now())
        except Busy:
            raise Problem(503, code="busy", retry_after=5) from None
        try:
            erasure_ledger.finish(
                door.database,
                door.settings.tracker_url,
                door.settings.erasures_file,
                door.now(),
            )
        except (SQLAlchemyError, OSError) as error:
            # It is in the outbox; the sweeper will do it.
            log.warning("erase.tracker_later", error=type(error).__name__)
        return "", 204

    return api


def health(door: FrontDoor) -> Blueprint:
    """Return the routes for whoever keeps the service running."""
    routes = Blueprint("health", __name__)

    @routes.get("/healthz")
    def healthz() -> Response:
        return jsonify(status="ok")

    @routes.get("/readyz")
    def readyz() -> Response:
        state = door.readiness.state()
        parts = {"database": state.database, "assistant": state.assistant}
        if not state.ready:
            text = "The chat is not ready to answer."
            raise Problem(503, text, code="not_ready", retry_after=5, extra=parts)
        return jsonify(status="ready", **parts)

    return routes


def _incoming(door: FrontDoor, body: dict[str, Any], hashed: str) -> Incoming:
    client_id = bodies.client_id(body)
    if "choice" not in body or (body["choice"] is None and "text" in body):
        text = bodies.message_text(body, door.settings.message_max_chars)
        return Incoming(client_id, text)
    if body.get("text") is not None:
        raise invalid("choice", "Send a text or a choice, not both.")
    token = body["choice"]
    try:
        if not isinstance(token, str):
            raise BadChoice
        choice: Choice = door.choices.read(hashed, token)
    except BadChoice:
        raise invalid("choice", "This button does not belong to this chat.") from None
    return Incoming(client_id, choice.title, choice.intent)


def _too_much(
    door: FrontDoor, hashed: str, incoming: Incoming, problem: Problem
) -> Problem:
    """Return the refusal; a red flag is stored and answered even so (A10)."""
    turn = door.turns.advise_only(hashed, incoming)
    if turn is not None:
        problem.extra["turn"] = present.turn(turn, hashed, door.choices)
    return problem


def _feedback(body: dict[str, Any]) -> tuple[int, bool, str | None]:
    seq, helpful, comment = (body.get(k) for k in ("message", "helpful", "comment"))
    if isinstance(seq, float) and seq.is_integer():
        seq = int(seq)  # JSON knows one kind of number: 4.0 is 4
    if isinstance(seq, bool) or not isinstance(seq, int) or not 0 < seq <= MAX_SEQ:
        raise invalid("message", "The message must be the number of an answer.")
    if not isinstance(helpful, bool):
        raise invalid("helpful", "Say true or false.")
    if comment is not None and not isinstance(comment, str):
        raise invalid("comment", "The comment must be text.")
    if comment is not None and len(comment) > MAX_COMMENT:
        raise Problem(413, f"A comment can have up to {MAX_COMMENT:,} characters.")
    text = bodies.clean(comment) if comment else None
    return seq, helpful, None if text is None or bodies.is_blank(text) else text


def new_id() -> str:
    """Return a fresh id for a form that is rendered without JavaScript."""
    return str(uuid.uuid4())
