"""What servers decide, their own accounts, the ledger, and who changed what."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

# The ledger of the jobs that are there already; none of it is news to a log channel.
_BOOKED = """
INSERT INTO ledger (job_id, guild_id, user_id, provider, credential, operation, model, state,
                    reserved, settled, reason, created_at, settled_at, logged_at)
SELECT id, COALESCE(guild_id, 0), user_id, provider, credential, operation, '', state, price,
       CASE WHEN state = 'charged' THEN COALESCE(cost, price)
            WHEN state = 'refunded' AND charged AND cost IS NULL THEN price
            WHEN state = 'refunded' THEN COALESCE(cost, 0) END,
       CASE WHEN status = 'failed' THEN COALESCE(failure, '')
            WHEN status = 'canceled' THEN 'canceled' ELSE '' END,
       created_at, finished_at, finished_at
FROM (SELECT jobs.*,
             CASE WHEN status = 'succeeded' THEN 'charged'
                  WHEN status NOT IN ('failed', 'canceled') THEN 'reserved'
                  WHEN cost IS NOT NULL OR charged IS NOT NULL THEN 'refunded'
                  WHEN status = 'failed' AND failure IN ('deadline', 'uncertain', 'missing')
                  THEN 'reserved'
                  ELSE 'refunded' END AS state
      FROM jobs) AS booked
"""


def upgrade() -> None:
    with op.batch_alter_table("jobs") as jobs:
        jobs.add_column(sa.Column("results_channel_id", sa.BigInteger(), nullable=True))
        jobs.add_column(sa.Column("forgotten_at", sa.BigInteger(), nullable=True))
        jobs.create_index(op.f("ix_jobs_user_id_status"), ["user_id", "status"])
    op.create_index(
        op.f("ix_jobs_finished_at"),
        "jobs",
        ["finished_at"],
        sqlite_where=sa.text("forgotten_at IS NULL"),
        postgresql_where=sa.text("forgotten_at IS NULL"),
    )
    _people()
    _money()
    _records()
    op.execute(_BOOKED)


def _people() -> None:
    op.create_table(
        "settings",
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("guild_id", "name", name=op.f("pk_settings")),
    )
    op.create_table(
        "members",
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("blocked_at", sa.BigInteger(), nullable=True),
        sa.Column("block_reason", sa.Text(), nullable=False),
        sa.Column("counted_from", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("guild_id", "user_id", name=op.f("pk_members")),
    )


def _money() -> None:
    op.create_table(
        "credentials",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("provider", sa.String(32), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("removed_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credentials")),
    )
    op.create_index(op.f("ix_credentials_guild_id"), "credentials", ["guild_id"])
    op.create_table(
        "ledger",
        sa.Column("job_id", sa.String(26), nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("provider", sa.String(32), nullable=False),
        sa.Column("credential", sa.String(64), nullable=False),
        sa.Column("operation", sa.String(64), nullable=False),
        sa.Column("model", sa.String(32), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("reserved", sa.BigInteger(), nullable=True),
        sa.Column("settled", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("settled_at", sa.BigInteger(), nullable=True),
        sa.Column("logged_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("job_id", name=op.f("pk_ledger")),
    )
    for columns in (["guild_id", "user_id", "created_at"], ["guild_id", "created_at"]):
        op.create_index(op.f("ix_ledger_" + "_".join(columns)), "ledger", columns)
    op.create_index(op.f("ix_ledger_created_at"), "ledger", ["created_at"])
    op.create_index(op.f("ix_ledger_settled_at"), "ledger", ["settled_at"])


def _records() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("action", sa.String(32), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.Column("after", sa.JSON(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("logged_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index(op.f("ix_audit_guild_id_at"), "audit", ["guild_id", "at"])
    op.create_index(op.f("ix_audit_at"), "audit", ["at"])
    op.create_table(
        "alerts",
        sa.Column("key", sa.String(96), nullable=False),
        sa.Column("raised_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_alerts")),
    )


def downgrade() -> None:
    for name in ("alerts", "audit", "ledger", "credentials", "members", "settings"):
        op.drop_table(name)
    op.drop_index(op.f("ix_jobs_finished_at"), "jobs")
    with op.batch_alter_table("jobs") as jobs:
        jobs.drop_index(op.f("ix_jobs_user_id_status"))
        jobs.drop_column("forgotten_at")
        jobs.drop_column("results_channel_id")
