"""Several jobs of one command: how many, at what price, and the word that orders them.

Nothing is ordered before the person has seen both. What they may confirm is a draft, so that the
buttons work after a restart too, and each of its jobs is made once however often they are pressed.
"""

import asyncio
import dataclasses
import logging
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Self

import discord

from bot.engine import Engine, Order
from bot.errors import GoneError, InvalidRequestError, NotAllowedError
from bot.media.assets import new_token
from bot.operations import STAND_IN, Catalog, Params
from bot.policy import Person
from bot.providers.prompt_permute import expand
from bot.text import N_, _, clip, plural, set_reader
from cogs import errors
from cogs.errors import ANSWER_SECONDS, DISCORD_FAULTS, tell
from cogs.layout_parts import plain
from cogs.replies import (
    Interaction,
    check_channel,
    check_order,
    destination_of,
    person_of,
    take_order,
    told_where,
)
from cogs.series import announce, ordered, so_far
from cogs.words import harmless, money
from storage.errors import NotFoundError
from storage.models import Destination, Draft, Job, Upload

if TYPE_CHECKING:
    from cogs.bot import Studio

log = logging.getLogger(__name__)

MOST_JOBS = 10
BATCH = "batch"  # the purpose of its drafts
TEMPLATE = re.compile(r"batch:(?P<token>[A-Za-z0-9_-]{22}):(?P<answer>go|no)")
_OPEN_MS = 3_600_000
_LONGEST_LINE, _ROOM = 300, 1500  # characters; escaping may double them, a message takes 4000


@dataclasses.dataclass(frozen=True, kw_only=True)
class Batch:
    """Requests to one operation, on the same files."""

    operation: str
    requests: Sequence[Params]
    uploads: Sequence[Upload] = ()

    @classmethod
    def kept(cls, payload: Mapping[str, Any], catalog: Catalog) -> Self:
        """What a draft's payload holds; a UserError where this version cannot read it."""
        operation = catalog.operation(payload["operation"])
        return cls(
            operation=operation.name,
            requests=tuple(map(operation.validate, payload["requests"])),
            uploads=tuple(Upload(**upload) for upload in payload["uploads"]),
        )

    def payload(self) -> dict[str, Any]:
        """What a draft keeps of it."""
        return {
            "operation": self.operation,
            "requests": [request.stored() for request in self.requests],
            "uploads": [dataclasses.asdict(upload) for upload in self.uploads],
        }

    def order(
        self, ordinal: int, person: Person, destination: Destination, interaction_id: int
    ) -> Order:
        """The order of one of its jobs, counted from 0."""
        return Order(
            operation=self.operation,
            params=self.requests[ordinal],
            person=person,
            destination=destination,
            interaction_id=interaction_id,
            ordinal=ordinal,
            uploads=self.uploads,
        )

    def price(self, engine: Engine) -> int | None:
        """The estimate for all of it in fen; None when that of any job is unknown."""
        operation = engine.catalog.operation(self.operation)
        prices = [
            engine.price(operation, request, request.traits(frozenset()))
            for request in self.requests
        ]
        return sum(filter(None, prices)) if None not in prices else None


def written_out(text: str, repeat: int) -> tuple[str, ...]:
    """Every prompt that a text with lists stands for, each of them `repeat` times.

    InvalidRequestError when a list cannot be read, or when they are too many.
    """
    prompts = expand(text, most=MOST_JOBS)
    count = len(prompts) * repeat
    if count > MOST_JOBS:
        raise InvalidRequestError(
            N_("This makes {count} jobs; {most} at once are the most. Repeat it less often."),
            count=count,
            most=MOST_JOBS,
        )
    return tuple(prompt for prompt in prompts for _time in range(repeat))


def told_apart(prompts: Sequence[str], most: int) -> list[str]:
    """Each prompt in `most` characters; a long common beginning gives way to where they differ."""
    hidden = 0
    if max(map(len, prompts)) > most:
        # What these two share, all that lies between them shares.
        pairs = enumerate(zip_longest(min(prompts), max(prompts)))
        hidden = next((at - most // 3 for at, (one, other) in pairs if one != other), 0)
    return [clip(f"…{text[hidden:]}" if hidden > 0 else text, most) for text in prompts]


def offer_text(batch: Batch, price: int | None, expires_at: int, head: str = "") -> str:
    """What the person is about to confirm: count, prompts, price in all, and until when.

    `head` is said in place of the count.
    """
    counts = Counter(STAND_IN.sub("📎", request.own_prompt()) for request in batch.requests)
    shown = told_apart(list(counts), min(_LONGEST_LINE, _ROOM // len(counts)))
    lines = [
        f"{number}. {harmless(prompt, len(prompt))}" + (f" × {times}" if times > 1 else "")
        for number, (prompt, times) in enumerate(zip(shown, counts.values(), strict=True), 1)
    ]
    head = head or _("These are {n} jobs. Nothing is ordered yet.", n=len(batch.requests))
    return "\n".join(
        (
            f"**{head}**",
            *lines,
            _("Estimated price in all: {price}", price=money(price)),
            until_text(expires_at),
        )
    )


def until_text(expires_at: int) -> str:
    """The small line that says how long an offer is open."""
    return "-# " + _("This can be confirmed until {until}.", until=f"<t:{expires_at // 1000}:t>")


async def take_batch(interaction: Interaction, batch: Batch) -> None:
    """Order a single job at once, as `take_order` does; ask the person first about several."""
    if len(batch.requests) == 1:
        order = batch.order(0, person_of(interaction), destination_of(interaction), interaction.id)
        await take_order(interaction, order)
    else:
        await offer(interaction, batch, label=_("Draw all {n}", n=len(batch.requests)))


async def offer(interaction: Interaction, batch: Batch, *, label: str, head: str = "") -> None:
    """Show the person privately what can be ordered, and at what price; `label` orders it.

    `head` is said in place of how many jobs these are.
    """
    await ask(interaction, batch, label, lambda price, end: offer_text(batch, price, end, head))


async def ask(
    interaction: Interaction, batch: Batch, label: str, text: Callable[[int | None, int], str]
) -> None:
    """Offer a batch in words of one's own, which `text` makes of its price and of its end.

    An interaction that is answered already gets the offer as a follow-up.
    """
    studio: Studio = interaction.client
    await _check(interaction, batch)
    now = studio.now()
    draft = Draft(
        token=new_token(),
        purpose=BATCH,
        destination=destination_of(interaction),
        interaction_id=interaction.id,
        payload=batch.payload(),
        created_at=now,
        expires_at=now + _OPEN_MS,
    )
    await studio.drafts.add(draft)
    said = text(batch.price(studio.engine), draft.expires_at)
    view = plain(said, _buttons(draft.token, label))
    async with asyncio.timeout(ANSWER_SECONDS):
        if interaction.response.is_done():
            await interaction.followup.send(view=view, ephemeral=True)
        else:
            await interaction.response.send_message(view=view, ephemeral=True)


async def _check(interaction: Interaction, batch: Batch) -> None:
    """A UserError where what is offered would be refused, a single one of its requests even."""
    studio: Studio = interaction.client
    await check_order(interaction, batch.operation)
    gate, person = studio.gate, person_of(interaction)
    operation, rules = studio.engine.catalog.operation(batch.operation), await gate.rules(person)
    for request in batch.requests:
        gate.worded(operation, request, person, rules)


class BatchItem(discord.ui.DynamicItem[discord.ui.Item[Any]], template=TEMPLATE):
    """Receives the answer to an offer, also to one that an earlier process made."""

    def __init__(self, item: discord.ui.Item[Any], match: re.Match[str]) -> None:
        super().__init__(item)
        self._token, self._is_go = match["token"], match["answer"] == "go"

    @classmethod
    async def from_custom_id(
        cls,
        interaction: discord.Interaction[Any],
        item: discord.ui.Item[Any],
        match: re.Match[str],
        /,
    ) -> Self:
        return cls(item, match)

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        set_reader(str(interaction.locale))
        try:
            draft = await _draft(interaction, self._token)
            await (_go(interaction, draft) if self._is_go else _leave(interaction, draft))
        except Exception as error:
            # No hook of the library hears of an exception in here.
            await errors.answer(interaction, error)


async def _draft(interaction: Interaction, token: str) -> Draft:
    studio: Studio = interaction.client
    gone = GoneError(N_("The time to confirm this is over. Use the command again."))
    try:
        draft = await studio.drafts.get(token, BATCH)
    except NotFoundError:
        raise gone from None
    if draft.destination.user_id != interaction.user.id:
        raise NotAllowedError(N_("Only the person who asked for this may confirm it."))
    if studio.now() >= draft.expires_at:
        raise gone
    return draft


async def _go(interaction: Interaction, draft: Draft) -> None:
    studio: Studio = interaction.client
    check_channel(interaction)
    batch = Batch.kept(draft.payload, studio.engine.catalog)
    done = await ordered(studio.engine, batch, draft, person_of(interaction))
    try:
        if done.stopped is None:
            await _settle(interaction, _on_their_way(done.jobs))
        else:
            await tell(interaction, so_far(done, len(batch.requests)))
    finally:
        studio.later(announce(studio.engine, done.new))


async def _leave(interaction: Interaction, draft: Draft) -> None:
    studio: Studio = interaction.client
    jobs = await studio.engine.jobs.of_interaction(draft.interaction_id)
    await _settle(interaction, _on_their_way(jobs) if jobs else _("Nothing was ordered."))


def _on_their_way(jobs: Sequence[Job]) -> str:
    return plural(
        "The job is on its way; the result comes in {channel}.",
        "{n} jobs are on their way; the results come in {channel}.",
        len(jobs),
        channel=told_where(jobs[0]),
    )


async def _settle(interaction: Interaction, text: str) -> None:
    """Replace the offer by what became of it; what is committed stands without that too."""
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            await interaction.response.edit_message(view=plain(text))
    except DISCORD_FAULTS as error:
        log.warning("an offer still looks open: %s", error)


def _buttons(token: str, label: str) -> discord.ui.ActionRow[Any]:
    return discord.ui.ActionRow(
        discord.ui.Button(
            label=label,
            style=discord.ButtonStyle.primary,
            custom_id=f"batch:{token}:go",
        ),
        discord.ui.Button(label=_("Never mind"), custom_id=f"batch:{token}:no"),
    )


async def setup(bot: "Studio") -> None:
    """Receive the answers."""
    bot.add_dynamic_items(BatchItem)
