"""The tables of the clinic's database.

Times are UTC. Identifiers that leave the building (case references, tokens, sender
ids) are random; the integer keys never do. Whatever a person typed is `CleanText`.
"""

from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import registry
from sqlalchemy.orm.decl_api import DeclarativeMeta

from mend.records.columns import CleanJSON, CleanText, UTCDateTime

URGENCIES = ("emergency", "same_day", "soon", "routine")
URGENCY_RANK = {urgency: rank for rank, urgency in enumerate(URGENCIES)}

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
_registry = registry(metadata=metadata)


class Base(metaclass=DeclarativeMeta):
    """What every table shares."""

    __abstract__ = True
    registry = _registry
    metadata = metadata
    __init__: Any = _registry.constructor


class Conversation(Base):
    """One visitor's chat; after erasure only a tombstone without personal data."""

    __tablename__ = "conversation"

    id = Column(Integer, primary_key=True)
    # Null once erased: the token is dead from then on.
    token_sha256 = Column(String(64), unique=True)
    # What Rasa knows the visitor by; random, never shown to anybody.
    sender_id = Column(String(64), nullable=False, unique=True)
    created_at = Column(UTCDateTime, nullable=False, index=True)
    last_seen_at = Column(UTCDateTime, nullable=False, index=True)
    erased_at = Column(UTCDateTime)
    erased_by = Column(String(16))  # visitor | staff | retention
    # When somebody of the staff read the chat and said so, case or no case.
    reviewed_at = Column(UTCDateTime)
    reviewed_by = Column(Integer, ForeignKey("staff_user.id"))


class Message(Base):
    """One message of a conversation, in the order of `seq`."""

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("conversation_id", "client_message_id"),
        UniqueConstraint("conversation_id", "seq"),
        Index("ix_message_state_created_at", "state", "created_at"),
        # An id is never used twice, also not after an erasure: somebody may still
        # hold it.
        {"sqlite_autoincrement": True},
    )

    id = Column(Integer, primary_key=True)
    conversation_id = Column(Integer, ForeignKey("conversation.id"), nullable=False)
    seq = Column(Integer, nullable=False)
    # Made by the visitor's browser; null for what the assistant says.
    client_message_id = Column(String(64))
    sender = Column(String(16), nullable=False)  # visitor | assistant | staff
    text = Column(CleanText, nullable=False)
    choice = Column(CleanText)
    # received | answered | failed | escalated; replies are always `answered`
    state = Column(String(16), nullable=False)
    outcome = Column(String(32))
    urgency = Column(String(16))
    # answer, sources, choices, form
    payload = Column(CleanJSON)
    understanding = Column(CleanJSON)
    in_reply_to = Column(Integer, ForeignKey("message.id"), index=True)
    created_at = Column(UTCDateTime, nullable=False, index=True)


class StaffUser(Base):
    """A person of the clinic who may use the desk."""

    __tablename__ = "staff_user"

    id = Column(Integer, primary_key=True)
    email = Column(String(254), nullable=False, unique=True)
    name = Column(CleanText, nullable=False)
    role = Column(String(16), nullable=False)  # reviewer | manager | admin
    # Null until the invitation is accepted.
    password_hash = Column(String(255))
    invitation_sha256 = Column(String(64), unique=True)
    invitation_until = Column(UTCDateTime)
    active = Column(Boolean, nullable=False, default=True)
    created_at = Column(UTCDateTime, nullable=False)
    last_sign_in_at = Column(UTCDateTime)
    # Second factor, sealed (see `sealing`): the secret in use, and one that waits for
    # its first code. A time step (RFC 6238) is used once.
    totp_secret = Column(CleanText)
    totp_pending = Column(CleanText)
    totp_since = Column(UTCDateTime)
    totp_last_step = Column(Integer)


class RecoveryCode(Base):
    """What lets somebody in once who has lost the second factor; only its hash."""

    __tablename__ = "recovery_code"

    id = Column(Integer, primary_key=True)
    staff_id = Column(Integer, ForeignKey("staff_user.id"), nullable=False, index=True)
    code_sha256 = Column(String(64), nullable=False)
    used_at = Column(UTCDateTime)


class StaffSession(Base):
    """A signed-in browser; only the hash of its token is kept."""

    __tablename__ = "staff_session"

    id = Column(Integer, primary_key=True)
    staff_id = Column(Integer, ForeignKey("staff_user.id"), nullable=False, index=True)
    token_sha256 = Column(String(64), nullable=False, unique=True)
    created_at = Column(UTCDateTime, nullable=False)
    last_seen_at = Column(UTCDateTime, nullable=False)
    ended_at = Column(UTCDateTime)
    # Null: signed in. Else what is still owed after the password: code | set_up.
    waits_for = Column(String(16))
    # Browser and system in words, as the owner knows them.
    device = Column(String(100), nullable=False, default="")


class SignInFailure(Base):
    """A failed sign-in, kept for the slow-down; names neither person nor address."""

    __tablename__ = "sign_in_failure"

    id = Column(Integer, primary_key=True)
    account_sha256 = Column(String(64), nullable=False, index=True)
    address_sha256 = Column(String(64), nullable=False, index=True)
    at = Column(UTCDateTime, nullable=False, index=True)
    # Made by somebody who knew the password.
    of_code = Column(Boolean, nullable=False, default=False)


class Escalation(Base):
    """A case for the staff: why a person is needed, how soon, and what became of it."""

    __tablename__ = "escalation"
    __table_args__ = (
        UniqueConstraint("conversation_id", "kind", "source_message_id"),
        UniqueConstraint("conversation_id", "client_id"),
        Index(
            "ix_escalation_status_urgency_rank_created_at",
            "status",
            "urgency_rank",
            "created_at",
        ),
        # The open queue in its order, and the closed one, newest first.
        Index(
            "ix_escalation_open",
            "urgency_rank",
            "waits_since",
            "id",
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index("ix_escalation_closed_at_id", "closed_at", "id"),
        Index(None, "kind", "created_at"),
    )

    id = Column(Integer, primary_key=True)
    reference = Column(String(6), nullable=False, unique=True)
    conversation_id = Column(Integer, ForeignKey("conversation.id"), nullable=False)
    kind = Column(String(32), nullable=False)
    urgency = Column(String(16), nullable=False)
    urgency_rank = Column(Integer, nullable=False)  # 0 is the most urgent
    reason = Column(CleanJSON, nullable=False)
    source_message_id = Column(Integer, ForeignKey("message.id"), index=True)
    # Made by the visitor's browser for a form it sends; makes sending safe to repeat.
    client_id = Column(String(64))
    status = Column(String(16), nullable=False)
    assignee_id = Column(Integer, ForeignKey("staff_user.id"), index=True)
    outcome = Column(String(32))
    created_at = Column(UTCDateTime, nullable=False, index=True)
    changed_at = Column(UTCDateTime, nullable=False)
    closed_at = Column(UTCDateTime)
    # From when it waits for the staff: opened, reopened, or the end of a snooze.
    waits_since = Column(UTCDateTime, nullable=False)
    snoozed_until = Column(UTCDateTime)
    # First message of the visitor since the staff last did something here.
    wrote_again_at = Column(UTCDateTime)
    # The first time of each, kept when the case goes back.
    reviewed_at = Column(UTCDateTime)
    contacted_at = Column(UTCDateTime)
    version = Column(Integer, nullable=False, default=1)


class Contact(Base):
    """How to reach the person of a case; given through the form, with consent."""

    __tablename__ = "contact"

    id = Column(Integer, primary_key=True)
    escalation_id = Column(
        Integer, ForeignKey("escalation.id"), nullable=False, unique=True
    )
    name = Column(CleanText, nullable=False)
    phone = Column(CleanText)
    email = Column(CleanText)
    preferred_time = Column(CleanText)
    note = Column(CleanText)
    consent_version = Column(CleanText, nullable=False)
    consent_at = Column(UTCDateTime, nullable=False)
    # To be found by (see `search`): name and e-mail in small letters, and the digits.
    folded = Column(CleanText)
    phone_digits = Column(String(40))


class CaseTag(Base):
    """A word the staff put on a case, from the small fixed set or their own."""

    __tablename__ = "case_tag"

    escalation_id = Column(Integer, ForeignKey("escalation.id"), primary_key=True)
    tag = Column(String(40), primary_key=True, index=True)


class SearchWord(Base):
    """A word that a visitor with a case wrote, to find the case by (see `search`).

    Plain rows rather than an engine's full-text index: the same on both engines, and
    what is erased is gone.
    """

    __tablename__ = "search_word"
    __table_args__ = (Index(None, "word", "conversation_id"),)

    conversation_id = Column(Integer, ForeignKey("conversation.id"), primary_key=True)
    # Compared byte by byte, so that a range of words is a prefix and an index serves.
    word = Column(
        String(40).with_variant(String(40, collation="C"), "postgresql"),
        primary_key=True,
    )


class Note(Base):
    """A staff note on a case; never shown to the visitor."""

    __tablename__ = "note"

    id = Column(Integer, primary_key=True)
    escalation_id = Column(
        Integer, ForeignKey("escalation.id"), nullable=False, index=True
    )
    staff_id = Column(Integer, ForeignKey("staff_user.id"), nullable=False)
    text = Column(CleanText, nullable=False)
    created_at = Column(UTCDateTime, nullable=False)


class Feedback(Base):
    """A visitor's thumb up or down on one answer; the latest one counts."""

    __tablename__ = "feedback"

    id = Column(Integer, primary_key=True)
    conversation_id = Column(
        Integer, ForeignKey("conversation.id"), nullable=False, index=True
    )
    message_id = Column(Integer, ForeignKey("message.id"), nullable=False, unique=True)
    helpful = Column(Boolean, nullable=False)
    comment = Column(CleanText)
    created_at = Column(UTCDateTime, nullable=False, index=True)


class Correction(Base):
    """A misunderstood message and the answer it should have had, for training."""

    __tablename__ = "correction"
    __table_args__ = (Index(None, "status", "id"),)

    id = Column(Integer, primary_key=True)
    message_id = Column(Integer, ForeignKey("message.id"), nullable=False, unique=True)
    predicted = Column(String(100))
    # An intent, such as `faq/healing.time` or `out_of_scope`; or `new_topic`.
    corrected = Column(String(100), nullable=False)
    # Short name of what there is no answer to yet, for `new_topic`.
    topic = Column(CleanText)
    # What will be taught: without names and contact details, edited by a person.
    text = Column(CleanText, nullable=False)
    same_as = Column(String(16), nullable=False, index=True)
    status = Column(String(16), nullable=False)  # proposed | sent_back | approved
    # Why it was sent back.
    remark = Column(CleanText)
    version = Column(Integer, nullable=False, default=1)
    proposed_by = Column(Integer, ForeignKey("staff_user.id"), nullable=False)
    approved_by = Column(Integer, ForeignKey("staff_user.id"))
    created_at = Column(UTCDateTime, nullable=False)
    approved_at = Column(UTCDateTime)
    exported_at = Column(UTCDateTime)


class Miss(Base):
    """A visitor's message that was perhaps misunderstood; goes with the message.

    It is open until there is a correction, or somebody skipped it.
    """

    __tablename__ = "miss"
    __table_args__ = (
        Index(
            "ix_miss_open",
            "same_as",
            "why",
            "at",
            "message_id",
            sqlite_where=text("correction_id IS NULL AND skipped_at IS NULL"),
            postgresql_where=text("correction_id IS NULL AND skipped_at IS NULL"),
        ),
        Index(None, "at", "same_as"),
    )

    id = Column(Integer, primary_key=True)
    message_id = Column(
        Integer,
        ForeignKey("message.id", ondelete="CASCADE"),
        nullable=False,
        unique=True,
    )
    why = Column(String(16), nullable=False)  # see `misses.WHY`
    # The same for messages of the same words; says nothing about them.
    same_as = Column(String(16), nullable=False, index=True)
    at = Column(UTCDateTime, nullable=False)
    correction_id = Column(
        Integer, ForeignKey("correction.id", ondelete="SET NULL"), index=True
    )
    skipped_at = Column(UTCDateTime)
    skipped_by = Column(Integer, ForeignKey("staff_user.id"))


class DayCount(Base):
    """How often something happened on a day; stays when the chats are deleted."""

    __tablename__ = "day_count"

    day = Column(Date, primary_key=True)  # of the clinic's calendar
    what = Column(String(16), primary_key=True)  # see `day_counts`
    name = Column(String(100), primary_key=True)
    count = Column(Integer, nullable=False)


class Audit(Base):
    """Who did what to which record; each row is chained to the one before by hash."""

    __tablename__ = "audit"

    seq = Column(Integer, primary_key=True, autoincrement=False)
    at = Column(UTCDateTime, nullable=False)
    actor = Column(String(64), nullable=False, index=True)
    action = Column(String(64), nullable=False, index=True)
    object = Column(String(100), nullable=False, index=True)
    details = Column(CleanJSON, nullable=False)
    previous_hash = Column(String(64), nullable=False)
    hash = Column(String(64), nullable=False)


class AuditHead(Base):
    """Both ends of the audit chain: one row, locked by whoever appends or cuts."""

    __tablename__ = "audit_head"

    id = Column(Integer, primary_key=True, autoincrement=False)
    seq = Column(Integer, nullable=False)
    hash = Column(String(64), nullable=False)
    # Number and hash of the last row that was cut off because of its age.
    start_seq = Column(Integer, nullable=False, default=0)
    start_hash = Column(String(64), nullable=False, default="0" * 64)
    # What the last check of the whole chain found.
    checked_at = Column(UTCDateTime)
    checked_rows = Column(Integer)
    broken_at = Column(Integer)


class Outbox(Base):
    """Something still to be done outside this database, written with its cause."""

    __tablename__ = "outbox"

    id = Column(Integer, primary_key=True)
    kind = Column(String(32), nullable=False)  # new_case | erase_events
    dedupe_key = Column(String(128), nullable=False, unique=True)
    # Never health text or contact details: a notice names reference and urgency only.
    payload = Column(CleanJSON, nullable=False)
    created_at = Column(UTCDateTime, nullable=False)
    next_try_at = Column(UTCDateTime, nullable=False)
    attempts = Column(Integer, nullable=False, default=0)
    sent_at = Column(UTCDateTime, index=True)
    # Whoever works on it has it until then; nobody else touches it.
    lease_until = Column(UTCDateTime)
    leased_by = Column(String(64))
    gave_up_at = Column(UTCDateTime)


class ErasureLedger(Base):
    """Conversations that were erased, so that no backup brings them back."""

    __tablename__ = "erasure_ledger"

    id = Column(Integer, primary_key=True)
    conversation_hash = Column(String(64), nullable=False, unique=True)
    erased_at = Column(UTCDateTime, nullable=False)
