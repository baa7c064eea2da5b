"""what the queue and the case need: waiting, snoozing, tags, search, review

Revision ID: 0002
Revises: 0001
"""

import re

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
# Byte by byte, so that a range of words is a prefix and an index serves it.
_WORD = sa.String(40).with_variant(sa.String(40, collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column(
        "escalation",
        # Any moment will do: it is filled in below.
        sa.Column("waits_since", _MOMENT, nullable=False, server_default="1970-01-01"),
    )
    op.add_column("escalation", sa.Column("snoozed_until", _MOMENT))
    op.add_column("escalation", sa.Column("wrote_again_at", _MOMENT))
    op.add_column("escalation", sa.Column("reviewed_at", _MOMENT))
    op.add_column("escalation", sa.Column("contacted_at", _MOMENT))
    op.execute("UPDATE escalation SET waits_since = created_at")
    op.create_index(
        "ix_escalation_open",
        "escalation",
        ["urgency_rank", "waits_since", "id"],
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index("ix_escalation_closed_at_id", "escalation", ["closed_at", "id"])
    op.create_index("ix_escalation_created_at", "escalation", ["created_at"])

    op.add_column("conversation", sa.Column("reviewed_at", _MOMENT))
    # Written out, because Alembic knows no foreign key in a new column of SQLite.
    op.execute(
        "ALTER TABLE conversation ADD COLUMN reviewed_by INTEGER "
        "CONSTRAINT fk_conversation_reviewed_by REFERENCES staff_user (id)"
    )

    op.add_column("contact", sa.Column("folded", sa.Text()))
    op.add_column("contact", sa.Column("phone_digits", sa.String(40)))

    op.create_table(
        "case_tag",
        sa.Column("escalation_id", sa.Integer(), nullable=False),
        sa.Column("tag", sa.String(40), nullable=False),
        sa.ForeignKeyConstraint(
            ["escalation_id"], ["escalation.id"], name="fk_case_tag_escalation_id"
        ),
        sa.PrimaryKeyConstraint("escalation_id", "tag", name="pk_case_tag"),
    )
    op.create_index("ix_case_tag_tag", "case_tag", ["tag"])

    op.create_table(
        "search_word",
        sa.Column("conversation_id", sa.Integer(), nullable=False),
        sa.Column("word", _WORD, nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
            name="fk_search_word_conversation_id",
        ),
        sa.PrimaryKeyConstraint("conversation_id", "word", name="pk_search_word"),
    )
    op.create_index(
        "ix_search_word_word_conversation_id",
        "search_word",
        ["word", "conversation_id"],
    )
    _fill_search()


def _fill_search() -> None:
    """Make what was stored before findable (as `mend.records.search` does)."""
    connection = op.get_bind()
    contact = sa.table(
        "contact",
        *map(sa.column, ("id", "name", "phone", "email", "folded", "phone_digits")),
    )
    for row in connection.execute(sa.select(contact)).all():
        named = "\n".join(part for part in (row.name, row.email) if part)
        digits = re.sub(r"[^0-9]", "", row.phone or "")[:40]
        connection.execute(
            contact.update()
            .where(contact.c.id == row.id)
            .values(folded=named.casefold(), phone_digits=digits or None)
        )
    message = sa.table(
        "message", *map(sa.column, ("id", "conversation_id", "sender", "text"))
    )
    case = sa.table("escalation", sa.column("conversation_id"))
    said = connection.execute(
        sa.select(message.c.conversation_id, message.c.text).where(
            message.c.sender == "visitor",
            message.c.conversation_id.in_(sa.select(case.c.conversation_id)),
        )
    ).all()
    words = {
        (conversation_id, word[:40])
        for conversation_id, text in said
        for word in re.findall(r"\w+", text.casefold())
    }
    table = sa.table("search_word", sa.column("conversation_id"), sa.column("word"))
    if words:
        connection.execute(
            table.insert(),
            [{"conversation_id": chat, "word": word} for chat, word in sorted(words)],
        )


def downgrade() -> None:
    raise NotImplementedError("go back by restoring the backup made before upgrading")
