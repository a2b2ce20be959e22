"""From what somebody drew on a picture to its order; the web editor and the commands share it."""

import asyncio
from contextlib import suppress

from pydantic import ValidationError

from bot.edit_kinds import Begun, Subject
from bot.edit_shapes import Sent
from bot.engine import Engine, Order
from bot.errors import GoneError
from bot.keeper import Keeper
from bot.operations import follow_up
from bot.policy import Person
from bot.text import N_
from storage.errors import NotFoundError
from storage.models import Asset, Destination, Draft

EDITOR = "editor"  # the purpose of drafts that the web editor opens


class Edits:
    """Makes orders of drawings; `keeper` has the files."""

    def __init__(self, engine: Engine, keeper: Keeper) -> None:
        self._engine, self.keeper = engine, keeper

    async def opened(self, draft: Draft) -> Subject:
        """What a draft is about; GoneError when any of it is not there any more."""
        try:
            begun = Begun.model_validate(dict(draft.payload))
        except ValidationError:  # another version's
            raise GoneError(
                N_("This link has expired. Press the button in Discord again for a new one.")
            ) from None
        return await self.subject(begun)

    async def subject(self, begun: Begun) -> Subject:
        """The rows and files behind what was begun; GoneError when any of them is gone."""
        with suppress(NotFoundError):
            return Subject(
                begun=begun,
                operation=self._engine.catalog.operation(begun.operation),
                picture=await self._there(begun.asset),
                background=await self._there(begun.background) if begun.background else None,
                parent=await self._engine.jobs.get(begun.job) if begun.job else None,
            )
        raise GoneError(N_("The picture is not kept here any more."))

    async def order(
        self,
        subject: Subject,
        sent: Sent,
        mask: Asset | None = None,
        *,
        person: Person,
        destination: Destination,
        interaction_id: int,
    ) -> Order:
        """The order of what was drawn; InvalidRequestError or BadMediaError says what to change.

        `mask`: a clean mask that is kept already, instead of one in `sent`.
        """
        begun, parent, operation = subject.begun, subject.parent, subject.operation
        wanted = await subject.kind.request(subject, sent, mask, self.keeper)
        traits = parent.traits if parent else frozenset[str]()
        return Order(
            operation=operation.name,
            params=follow_up(
                operation,
                external_id=parent.external_id if parent else None,
                index=begun.index,
                values=operation.params.tidied(wanted.values, traits),
            ),
            person=person,
            destination=destination,
            interaction_id=interaction_id,
            uploads=wanted.uploads,
            parent=parent,
            index=begun.index,
            action=begun.action,
        )

    async def _there(self, token: str) -> Asset:
        asset = await self.keeper.assets.get(token)
        if await asyncio.to_thread(self.keeper.files.path(asset).is_file):
            return asset
        raise NotFoundError("its file is gone")
