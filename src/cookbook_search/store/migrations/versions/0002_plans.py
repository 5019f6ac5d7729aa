"""Plans and their measurements."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | Sequence[str] | None = "0001"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "plans",
        sa.Column("link", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("plan", sa.Text, nullable=False),
        sa.Column("consent", sa.Boolean, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("link", name=op.f("pk_plans")),
    )
    op.create_index(op.f("ix_plans_changed_at"), "plans", ["changed_at"])
    op.create_table(
        "measurements",
        sa.Column("plan", sa.String(64), nullable=False),
        sa.Column("metric", sa.String(300), nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("value", sa.Double, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("plan", "metric", "day", name=op.f("pk_measurements")),
        sa.ForeignKeyConstraint(
            ["plan"], ["plans.link"], name=op.f("fk_measurements_plan_plans"), ondelete="CASCADE"
        ),
    )


def downgrade() -> None:
    """Drop the tables with what they hold."""
    op.drop_table("measurements")
    op.drop_table("plans")
