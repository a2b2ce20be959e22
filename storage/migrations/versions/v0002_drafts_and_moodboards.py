"""Drafts, moodboards, people, and assets that belong to no job."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    with op.batch_alter_table("assets") as assets:
        assets.alter_column("job_id", existing_type=sa.String(length=26), nullable=True)
    op.create_table(
        "drafts",
        sa.Column("token", sa.String(length=22), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=True),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("locale", sa.String(length=16), nullable=False),
        sa.Column("interaction_id", sa.BigInteger(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_drafts")),
    )
    op.create_index(op.f("ix_drafts_expires_at"), "drafts", ["expires_at"])
    op.create_table(
        "moodboards",
        sa.Column("id", sa.String(length=128), nullable=False),
        sa.Column("credential", sa.String(length=64), nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=True),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("images", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", "credential", name=op.f("pk_moodboards")),
    )
    op.create_index(
        op.f("ix_moodboards_guild_id_updated_at"), "moodboards", ["guild_id", "updated_at"]
    )
    op.create_index(
        op.f("ix_moodboards_user_id_updated_at"), "moodboards", ["user_id", "updated_at"]
    )
    op.create_table(
        "people",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("moodboard", sa.String(length=128), nullable=True),
        sa.PrimaryKeyConstraint("user_id", "guild_id", name=op.f("pk_people")),
    )


def downgrade() -> None:
    op.drop_table("people")
    op.drop_table("moodboards")
    op.drop_table("drafts")
    with op.batch_alter_table("assets") as assets:
        assets.alter_column("job_id", existing_type=sa.String(length=26), nullable=False)
