"""second factor, sessions in words, notices with a lease, who erased, audit cut short

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("staff_user", sa.Column("totp_secret", sa.Text()))
    op.add_column("staff_user", sa.Column("totp_pending", sa.Text()))
    op.add_column("staff_user", sa.Column("totp_since", _MOMENT))
    op.add_column("staff_user", sa.Column("totp_last_step", sa.Integer()))
    op.create_table(
        "recovery_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("code_sha256", sa.String(64), nullable=False),
        sa.Column("used_at", _MOMENT),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff_user.id"], name="fk_recovery_code_staff_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_recovery_code"),
    )
    op.create_index("ix_recovery_code_staff_id", "recovery_code", ["staff_id"])

    op.add_column("staff_session", sa.Column("waits_for", sa.String(16)))
    op.add_column(
        "staff_session",
        sa.Column("device", sa.String(100), nullable=False, server_default=""),
    )
    op.add_column(
        "sign_in_failure",
        sa.Column("of_code", sa.Boolean(), nullable=False, server_default=sa.false()),
    )

    op.add_column("outbox", sa.Column("lease_until", _MOMENT))
    op.add_column("outbox", sa.Column("leased_by", sa.String(64)))
    op.add_column("outbox", sa.Column("gave_up_at", _MOMENT))

    op.add_column("conversation", sa.Column("erased_by", sa.String(16)))
    # Until now only visitors could erase.
    op.execute(
        "UPDATE conversation SET erased_by = 'visitor' WHERE erased_at IS NOT NULL"
    )
    op.create_index("ix_conversation_last_seen_at", "conversation", ["last_seen_at"])

    for column in (
        sa.Column("start_seq", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("start_hash", sa.String(64), nullable=False, server_default="0" * 64),
        sa.Column("checked_at", _MOMENT),
        sa.Column("checked_rows", sa.Integer()),
        sa.Column("broken_at", sa.Integer()),
    ):
        op.add_column("audit_head", column)
    op.create_index("ix_audit_action", "audit", ["action"])


def downgrade() -> None:
    raise NotImplementedError("go back by restoring the backup made before upgrading")
