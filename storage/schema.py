"""The tables. What each status may become stands in `storage.models.TRANSITIONS`."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("operation", String(64), nullable=False),
    Column("provider", String(32), nullable=False),
    Column("credential", String(64), nullable=False),
    Column("params", JSON, nullable=False),
    Column("uploads", JSON, nullable=False),
    Column("traits", JSON, nullable=False),
    Column("guild_id", BigInteger),
    Column("channel_id", BigInteger, nullable=False),
    Column("user_id", BigInteger, nullable=False),
    Column("locale", String(16), nullable=False),
    Column("interaction_id", BigInteger, nullable=False),
    Column("ordinal", Integer, nullable=False),
    # Held while the job lives or has succeeded; given up when it fails or is canceled.
    Column("once_key", String(128), unique=True),
    Column("parent_id", String(26), ForeignKey("jobs.id")),
    Column("parent_index", Integer),
    Column("action", String(32), nullable=False),
    Column("retry_of", String(26), ForeignKey("jobs.id")),
    Column("status", String(16), nullable=False),
    Column("external_id", Text),
    Column("attempts", Integer, nullable=False),
    Column("result", JSON(none_as_null=True)),
    Column("progress", Float),
    Column("failure", String(32)),
    Column("failure_text", Text),
    Column("price", BigInteger),
    Column("cost", BigInteger),
    Column("charged", Boolean),
    Column("receipt", Text),
    # Where the result goes, if it is not where it was asked for.
    Column("results_channel_id", BigInteger),
    Column("card_id", BigInteger),
    Column("post_attempts", Integer, nullable=False),
    Column("message_id", BigInteger),
    Column("message_channel_id", BigInteger),
    Column("delivery_note", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("submitted_at", BigInteger),
    Column("finished_at", BigInteger),
    Column("give_up_at", BigInteger),
    Column("deadline_at", BigInteger),
    Column("delivered_at", BigInteger),
    # From then on nothing is left of what was asked and drawn.
    Column("forgotten_at", BigInteger),
    Column("due_at", BigInteger),
    Column("tries", Integer, nullable=False),
    Column("lease_until", BigInteger),
    Column("fence", BigInteger, nullable=False),
    # One interaction makes each of its jobs once, however often it is delivered.
    UniqueConstraint("interaction_id", "ordinal"),
    Index(None, "status", "due_at"),
    Index(None, "due_at"),
    Index(None, "user_id", "created_at"),
    Index(None, "user_id", "status"),
    Index(None, "operation", "status"),
    Index(None, "card_id"),
    Index(None, "retry_of"),
    Index(None, "parent_id"),
    Index(None, "provider", "external_id"),
)
# What is too old is looked for every hour, and what is forgotten already is nearly all of it.
Index(
    None,
    jobs.c.finished_at,
    sqlite_where=jobs.c.forgotten_at.is_(None),
    postgresql_where=jobs.c.forgotten_at.is_(None),
)

assets = Table(
    "assets",
    metadata,
    Column("token", String(22), primary_key=True),
    # Null for what no job has yet: a draft's picture, a moodboard's.
    Column("job_id", String(26), ForeignKey("jobs.id")),
    Column("role", String(16), nullable=False),
    Column("position", Integer, nullable=False),
    Column("extension", String(8), nullable=False),
    Column("content_type", String(64), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("note", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    # The same place fetched twice stays one file.
    UniqueConstraint("job_id", "role", "position"),
)

drafts = Table(
    "drafts",
    metadata,
    Column("token", String(22), primary_key=True),
    Column("purpose", String(16), nullable=False),
    Column("guild_id", BigInteger),
    Column("channel_id", BigInteger, nullable=False),
    Column("user_id", BigInteger, nullable=False),
    Column("locale", String(16), nullable=False),
    Column("interaction_id", BigInteger, nullable=False),
    Column("payload", JSON, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Index(None, "expires_at"),
)

moodboards = Table(
    "moodboards",
    metadata,
    Column("id", String(128), primary_key=True),
    Column("credential", String(64), primary_key=True),
    Column("guild_id", BigInteger),
    Column("user_id", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("images", JSON, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Index(None, "guild_id", "updated_at"),
    Index(None, "user_id", "updated_at"),
)

people = Table(
    "people",
    metadata,
    Column("user_id", BigInteger, primary_key=True),
    # 0 stands for the person's direct messages.
    Column("guild_id", BigInteger, primary_key=True),
    Column("moodboard", String(128)),
)

chats = Table(
    "chats",
    metadata,
    Column("user_id", BigInteger, primary_key=True),
    Column("channel_id", BigInteger, primary_key=True),
    # What was said before is not remembered.
    Column("forgotten_at", BigInteger, nullable=False),
)

# What servers have decided; a name that has no row has its default.
settings = Table(
    "settings",
    metadata,
    Column("guild_id", BigInteger, primary_key=True),
    Column("name", String(32), primary_key=True),
    Column("value", JSON, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
)

members = Table(
    "members",
    metadata,
    Column("guild_id", BigInteger, primary_key=True),
    Column("user_id", BigInteger, primary_key=True),
    Column("blocked_at", BigInteger),
    Column("block_reason", Text, nullable=False),
    # What was used before is not held against the person.
    Column("counted_from", BigInteger, nullable=False),
)

credentials = Table(
    "credentials",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("guild_id", BigInteger, nullable=False),
    Column("provider", String(32), nullable=False),
    # Encrypted, and bound to this row's id.
    Column("sealed", Text, nullable=False),
    Column("created_by", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    # Kept until its jobs have ended.
    Column("removed_at", BigInteger),
    Index(None, "guild_id"),
)

# One row for each job; it outlives what the job's row says, so nothing refers to that.
ledger = Table(
    "ledger",
    metadata,
    Column("job_id", String(26), primary_key=True),
    # 0 stands for direct messages.
    Column("guild_id", BigInteger, nullable=False),
    Column("user_id", BigInteger, nullable=False),
    Column("provider", String(32), nullable=False),
    Column("credential", String(64), nullable=False),
    Column("operation", String(64), nullable=False),
    Column("model", String(32), nullable=False),
    Column("state", String(16), nullable=False),
    Column("reserved", BigInteger),
    Column("settled", BigInteger),
    Column("reason", String(32), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("settled_at", BigInteger),
    Column("logged_at", BigInteger),
    Index(None, "guild_id", "user_id", "created_at"),
    Index(None, "guild_id", "created_at"),
    Index(None, "created_at"),
    Index(None, "settled_at"),
)

audit = Table(
    "audit",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("guild_id", BigInteger, nullable=False),
    Column("user_id", BigInteger, nullable=False),
    Column("action", String(32), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("before", JSON(none_as_null=True)),
    Column("after", JSON(none_as_null=True)),
    Column("at", BigInteger, nullable=False),
    Column("logged_at", BigInteger),
    Index(None, "guild_id", "at"),
    Index(None, "at"),
)

alerts = Table(
    "alerts",
    metadata,
    Column("key", String(96), primary_key=True),
    Column("raised_at", BigInteger, nullable=False),
)
