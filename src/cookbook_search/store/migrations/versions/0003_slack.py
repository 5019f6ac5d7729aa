"""Slack: workspaces, installs under way, and what was received."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | Sequence[str] | None = "0002"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "slack_bots",
        sa.Column("enterprise_id", sa.String(32), nullable=False),
        sa.Column("team_id", sa.String(32), nullable=False),
        sa.Column("sealed", sa.Text, nullable=False),
        sa.Column("installed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("enterprise_id", "team_id", name=op.f("pk_slack_bots")),
    )
    op.create_table(
        "slack_states",
        sa.Column("state", sa.String(64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("state", name=op.f("pk_slack_states")),
    )
    op.create_table(
        "slack_received",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_slack_received")),
    )
    op.create_index(op.f("ix_slack_received_received_at"), "slack_received", ["received_at"])


def downgrade() -> None:
    """Drop the tables with what they hold."""
    op.drop_table("slack_received")
    op.drop_table("slack_states")
    op.drop_table("slack_bots")
