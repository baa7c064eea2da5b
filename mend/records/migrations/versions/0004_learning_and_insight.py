"""what staff learn from: misses, corrections with a text, counts per day

Revision ID: 0004
Revises: 0003
"""

import hashlib
import re

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    # Nothing could make a correction until now, so the defaults meet no row.
    for column in (
        sa.Column("text", sa.Text(), nullable=False, server_default=""),
        sa.Column("topic", sa.Text()),
        sa.Column("same_as", sa.String(16), nullable=False, server_default=""),
        sa.Column("status", sa.String(16), nullable=False, server_default="proposed"),
        sa.Column("remark", sa.Text()),
        sa.Column("version", sa.Integer(), nullable=False, server_default="1"),
    ):
        op.add_column("correction", column)
    op.create_index("ix_correction_status_id", "correction", ["status", "id"])
    op.create_index("ix_correction_same_as", "correction", ["same_as"])

    op.create_table(
        "miss",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(16), nullable=False),
        sa.Column("same_as", sa.String(16), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("correction_id", sa.Integer()),
        sa.Column("skipped_at", _MOMENT),
        sa.Column("skipped_by", sa.Integer()),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["message.id"],
            name="fk_miss_message_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["correction_id"],
            ["correction.id"],
            name="fk_miss_correction_id",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["skipped_by"], ["staff_user.id"], name="fk_miss_skipped_by"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_miss"),
        sa.UniqueConstraint("message_id", name="uq_miss_message_id"),
    )
    open_only = sa.text("correction_id IS NULL AND skipped_at IS NULL")
    op.create_index(
        "ix_miss_open",
        "miss",
        ["same_as", "why", "at", "message_id"],
        sqlite_where=open_only,
        postgresql_where=open_only,
    )
    op.create_index("ix_miss_same_as", "miss", ["same_as"])
    op.create_index("ix_miss_correction_id", "miss", ["correction_id"])
    op.create_index("ix_miss_at_same_as", "miss", ["at", "same_as"])

    op.create_table(
        "day_count",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("what", sa.String(16), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "what", "name", name="pk_day_count"),
    )
    op.create_index("ix_message_created_at", "message", ["created_at"])
    op.create_index("ix_feedback_created_at", "feedback", ["created_at"])
    op.create_index(
        "ix_escalation_kind_created_at", "escalation", ["kind", "created_at"]
    )
    _find_misses()


def _find_misses() -> None:
    """Note what was misunderstood before (as `mend.records.misses` does)."""
    connection = op.get_bind()
    names = ("id", "conversation_id", "seq", "sender", "text", "choice", "outcome")
    message = sa.table("message", *map(sa.column, (*names, "created_at")))
    columns = message.c
    asked = connection.execute(
        sa.select(message)
        .where(
            columns.sender == "visitor",
            columns.outcome.in_(("out_of_scope", "clarify")),
            columns.choice.is_(None),
        )
        .order_by(columns.id)
    ).all()
    reasons = {"out_of_scope": "out_of_scope", "clarify": "clarified"}
    rows = [
        {
            "message_id": row.id,
            "why": reasons[row.outcome],
            "same_as": hashlib.sha256(
                " ".join(re.findall(r"\w+", row.text.casefold())).encode()
            ).hexdigest()[:16],
            "at": row.created_at,
        }
        for row in asked
    ]
    # A clarification that was followed by a button is no miss.
    followed = {
        (row.conversation_id, row.seq)
        for row in connection.execute(
            sa.select(columns.conversation_id, columns.seq).where(
                columns.sender == "visitor", columns.choice.like("faq/%")
            )
        )
    }
    kept = [
        row
        for row, found in zip(rows, asked, strict=True)
        if row["why"] != "clarified"
        or (found.conversation_id, found.seq + 2) not in followed
    ]
    miss = sa.table("miss", *map(sa.column, ("message_id", "why", "same_as", "at")))
    if kept:
        connection.execute(miss.insert(), kept)


def downgrade() -> None:
    raise NotImplementedError("go back by restoring the backup made before upgrading")
