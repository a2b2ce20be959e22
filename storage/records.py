"""The rows of what is counted and decided: money, usage, people's standing, accounts, changes.

All instants are integer milliseconds since the epoch (UTC); money is integer fen (1/100 yuan).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Money(StrEnum):
    """What the ledger says of a job: its price is set aside, was paid, or was given back."""

    RESERVED = "reserved"
    CHARGED = "charged"
    REFUNDED = "refunded"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A job's row in the ledger. `guild_id` 0 stands for direct messages.

    `reserved` is the estimate and `settled` what the account was charged, in fen; None where it is
    unknown. What is `REFUNDED` does not count for its person, whatever the account lost by it.
    `reason` is why it was given back, or may still be charged. What is `RESERVED` and has a
    `settled_at` may have been charged, and nobody knows.
    """

    job_id: str
    guild_id: int
    user_id: int
    provider: str
    credential: str
    operation: str
    model: str = ""
    state: Money = Money.RESERVED
    reserved: int | None = None
    settled: int | None = None
    reason: str = ""
    created_at: int
    settled_at: int | None = None
    logged_at: int | None = None


@dataclass(frozen=True, kw_only=True)
class Usage:
    """What a person has used of a server: jobs of the day, money of the month, jobs under way.

    `unknown` are the month's jobs whose price nobody knows.
    """

    jobs: int = 0
    running: int = 0
    fen: int = 0
    unknown: int = 0


@dataclass(frozen=True, kw_only=True)
class Allowance:
    """What is looked at in the transaction that makes a job: usage since `day` and `month`.

    `check` raises what refuses the job.
    """

    day: int
    month: int
    check: Callable[[Usage], None]


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How a person stands in a server; `counted_from`: what was used before does not count."""

    blocked_at: int | None = None
    block_reason: str = ""
    counted_from: int = 0


@dataclass(frozen=True, kw_only=True)
class Account:
    """A server's own account at a provider; `sealed` is readable with the key and its id only."""

    id: str
    guild_id: int
    provider: str
    sealed: str = field(repr=False)
    created_by: int
    created_at: int
    removed_at: int | None = None


@dataclass(frozen=True, kw_only=True)
class Change:
    """Who did what to a server's settings, people and accounts, from what to what; no secrets."""

    id: str
    guild_id: int
    user_id: int
    action: str
    subject: str = ""
    before: Any = None
    after: Any = None
    at: int
    logged_at: int | None = None
