"""What a provider says of money and its own number for a request; when a chat was forgotten."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    with op.batch_alter_table("jobs") as jobs:
        jobs.add_column(sa.Column("charged", sa.Boolean(), nullable=True))
        jobs.add_column(sa.Column("receipt", sa.Text(), nullable=True))
    op.create_table(
        "chats",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("forgotten_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "channel_id", name=op.f("pk_chats")),
    )


def downgrade() -> None:
    op.drop_table("chats")
    with op.batch_alter_table("jobs") as jobs:
        jobs.drop_column("receipt")
        jobs.drop_column("charged")
