"""What servers have decided, read anew each time, so that every change holds at once."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from weakref import WeakValueDictionary

from pydantic import ValidationError
from ulid import ULID

from bot.banned import check_pattern
from bot.errors import InvalidRequestError
from bot.rules import Rules
from bot.text import N_
from storage.audit import AuditStore
from storage.members import MemberStore
from storage.records import Change, Standing
from storage.settings import SettingStore

log = logging.getLogger(__name__)

_MOST_WILD = 100


class Servers:
    """Reads and changes rules and standings; each change is noted with who made it."""

    def __init__(
        self,
        *,
        settings: SettingStore,
        members: MemberStore,
        audit: AuditStore,
        now: Callable[[], int],
    ) -> None:
        self.settings, self.members, self.audit, self._now = settings, members, audit, now
        self._turns: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    def turn(self, guild_id: int) -> asyncio.Lock:
        """To be held by who changes what stands already.

        Two admins who add to one setting at once would each write what the other has not seen.
        """
        return self._turns.setdefault(guild_id, asyncio.Lock())

    async def rules(self, guild_id: int | None) -> Rules:
        """A server's rules; the defaults in direct messages."""
        if guild_id is None:
            return Rules()
        rows = await self.settings.of(guild_id)
        rules = Rules.of(rows)
        if unread := sorted(rows.keys() - rules.model_fields_set):
            log.warning("server %d: the settings %s cannot be read", guild_id, ", ".join(unread))
        return rules

    async def standing(self, guild_id: int | None, user_id: int) -> Standing:
        """How somebody stands in a server."""
        return await self.members.standing(guild_id, user_id)

    async def change(self, guild_id: int, by: int, values: Mapping[str, Any]) -> list[Change]:
        """Decide on these settings, as rows or a file have them; None is the default again.

        What changed. InvalidRequestError names the first value that does not do; then nothing did.
        """
        rules = await self.rules(guild_id)
        wanted = checked(values)
        rows = {name: wanted.value(name) for name in values}
        rows = {name: value for name, value in rows.items() if value != rules.value(name)}
        changes = [
            self.noted(guild_id, by, "setting", name, *_noted(name, rules.value(name), value))
            for name, value in rows.items()
        ]
        if rows:
            await self.settings.change(guild_id, rows, changes, now=self._now())
        return changes

    async def block(self, guild_id: int, by: int, user_id: int, reason: str = "") -> None:
        """Refuse somebody from now on, and tell them why if a reason is given."""
        change = self.noted(guild_id, by, "block", str(user_id), after=reason or None)
        await self.members.block(guild_id, user_id, reason, change, now=self._now())

    async def unblock(self, guild_id: int, by: int, user_id: int) -> None:
        """Serve somebody again."""
        change = self.noted(guild_id, by, "unblock", str(user_id))
        await self.members.unblock(guild_id, user_id, change)

    async def reset(self, guild_id: int, by: int, user_id: int) -> None:
        """Count somebody's usage from now on only."""
        change = self.noted(guild_id, by, "reset", str(user_id))
        await self.members.reset(guild_id, user_id, change, now=self._now())

    def noted(
        self,
        guild_id: int,
        by: int,
        action: str,
        subject: str = "",
        before: Any = None,
        after: Any = None,
    ) -> Change:
        """A change that is made now."""
        now = self._now()
        return Change(
            id=str(ULID.from_timestamp(now / 1000)),
            guild_id=guild_id,
            user_id=by,
            action=action,
            subject=subject,
            before=before,
            after=after,
            at=now,
        )


def _noted(name: str, before: Any, after: Any) -> tuple[Any, Any]:
    """What is noted of a setting; of banned words, which are many, those lost and those gained."""
    if name != "words":
        return before, after
    lost = None if before is None else [word for word in before if word not in (after or ())]
    gained = None if after is None else [word for word in after if word not in (before or ())]
    return lost, gained


def checked(values: Mapping[str, Any]) -> Rules:
    """The rules that these values are, those that are None left out.

    InvalidRequestError names the first one that does not do.
    """
    try:
        rules = Rules.model_validate(
            {name: value for name, value in values.items() if value is not None}
        )
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise InvalidRequestError(
            N_("{setting}: {fault}"),
            setting=".".join(str(part) for part in first["loc"]),
            fault=first["msg"].removeprefix("Value error, "),
        ) from error
    _check_words([word.pattern for word in rules.words])
    return rules


def _check_words(patterns: Sequence[str]) -> None:
    """InvalidRequestError for a pattern that does not do, or for too many with wildcards.

    Those take the longest to look for, and every order of the server waits for it.
    """
    for pattern in patterns:
        check_pattern(pattern)
    wild = sum(1 for pattern in patterns if "*" in pattern or "?" in pattern)
    if wild > _MOST_WILD:
        raise InvalidRequestError(
            N_("At most {most} banned words may contain * or ?; there are {n}. Remove some."),
            most=_MOST_WILD,
            n=wild,
        )
