"""The store of drafts: what people have begun and not yet ordered."""

import dataclasses
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.engine import RowMapping

from storage.database import Database
from storage.errors import NotFoundError
from storage.models import Destination, Draft
from storage.schema import drafts

_OF_DESTINATION = tuple(
    field.name for field in dataclasses.fields(Destination) if field.name in drafts.c
)


class DraftStore:
    """Rows of drafts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, draft: Draft) -> None:
        """Insert; ConflictError when the token is taken."""
        values = {field.name: getattr(draft, field.name) for field in dataclasses.fields(draft)}
        destination = values.pop("destination")
        values |= {name: getattr(destination, name) for name in _OF_DESTINATION}
        values["payload"] = dict(draft.payload)
        async with self._database.write() as connection:
            await connection.execute(insert(drafts).values(values))

    async def get(self, token: str, purpose: str) -> Draft:
        """The draft of a token, also an expired one; NotFoundError when there is none."""
        statement = select(drafts).where(drafts.c.token == token, drafts.c.purpose == purpose)
        async with self._database.read() as connection:
            row = (await connection.execute(statement)).mappings().one_or_none()
        if row is None:
            raise NotFoundError("no such draft")
        return _draft(row)

    async def prune(self, before: int) -> None:
        """Forget what expired before an instant."""
        async with self._database.write() as connection:
            await connection.execute(delete(drafts).where(drafts.c.expires_at < before))


def _draft(row: RowMapping) -> Draft:
    values: dict[str, Any] = dict(row)
    destination = Destination(**{name: values.pop(name) for name in _OF_DESTINATION})
    return Draft(destination=destination, **values)
