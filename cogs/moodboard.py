"""``/moodboard``: collections of pictures whose taste images are drawn in."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands
from discord.ext import commands

from bot import policy
from bot.errors import (
    AtelierError,
    GoneError,
    InvalidRequestError,
    MissingError,
    NotAllowedError,
    ProtocolError,
    ProviderError,
    UncertainError,
    UserError,
)
from bot.operations import Group
from bot.providers import youchuan_account as youchuan
from bot.text import N_, _, explain, plural
from cogs.board_pages import Page, board_pages
from cogs.boards import PROVIDER, find_board, suggestions
from cogs.errors import answered, tell
from cogs.replies import Interaction, hand_over, person_of
from cogs.uploads import checked_upload
from cogs.words import harmless
from storage.assets import BOARD
from storage.errors import ConflictError, NotFoundError, StorageError
from storage.models import Asset, Moodboard, Upload

if TYPE_CHECKING:
    from cogs.bot import Studio

_CREATE, _UPDATE = "youchuan.moodboard_create", "youchuan.moodboard_update"
_LIST = "youchuan.moodboards"
_SHOWN = 5  # boards on a page
_SEND_SECONDS = 60.0
_NONE = "none"
_BOARD = N_("Which moodboard.")
_NAME, _ABOUT = N_("What it is called."), N_("What it is about.")
_PICTURE = N_("A picture for it (PNG, JPEG or WebP).")
_PICTURES = {f"image{n}": _PICTURE for n in range(1, 11)}
_LOST = N_(
    "Midjourney's answer was lost, so the moodboard may exist, but it is not in /moodboard list. "
    "It costs nothing: try again, or ask whoever runs this bot to look at the account."
)
_NAMELESS = N_(
    "Midjourney took the moodboard but did not say under which id, so it cannot be chosen here. "
    "Ask whoever runs this bot to look it up in the account."
)
_UNLISTED = N_(
    "Midjourney made the moodboard, but the bot's memory is busy and /moodboard list will not "
    "show it. It can be used all the same: write --p {id} in a prompt."
)
_AGAIN = N_(
    "Midjourney may have changed it, but that is not certain; do it again, it costs nothing."
)
_UNWRITTEN = N_(
    "Midjourney has changed it, but the bot's memory is busy; do it again, it costs nothing."
)

Attached = discord.Attachment | None


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What is to stand on a board; None leaves it as it is."""

    name: str | None = None
    description: str | None = None
    uploads: Sequence[Upload] = ()


class Moodboards(
    commands.GroupCog, group_name="moodboard", group_description=N_("Moodboards to draw with.")
):
    """Keeps boards at Midjourney, and remembers whose they are."""

    def __init__(self, studio: "Studio") -> None:
        self._studio = studio

    @app_commands.command(description=N_("Make a moodboard of up to ten pictures."))
    @app_commands.describe(name=_NAME, description=_ABOUT, **_PICTURES)
    @answered
    async def create(
        self,
        interaction: Interaction,
        name: app_commands.Range[str, 1, 100],
        description: app_commands.Range[str, 1, 1000] | None = None,
        image1: Attached = None,
        image2: Attached = None,
        image3: Attached = None,
        image4: Attached = None,
        image5: Attached = None,
        image6: Attached = None,
        image7: Attached = None,
        image8: Attached = None,
        image9: Attached = None,
        image10: Attached = None,
    ) -> None:
        """Keep the pictures here, and have the board made of their addresses."""
        await self._check(interaction, asks=True)
        account = self._studio.gate.accounts.payer(PROVIDER, interaction.guild_id)
        files = (image1, image2, image3, image4, image5, image6, image7, image8, image9, image10)
        wish = self._wish(name, description, files)
        await hand_over(interaction, lambda: self._create(interaction, wish, account))

    @app_commands.command(description=N_("Change a moodboard's name, description or pictures."))
    @app_commands.describe(board=_BOARD, name=_NAME, description=_ABOUT, **_PICTURES)
    @answered
    async def update(
        self,
        interaction: Interaction,
        board: str,
        name: app_commands.Range[str, 1, 100] | None = None,
        description: app_commands.Range[str, 1, 1000] | None = None,
        image1: Attached = None,
        image2: Attached = None,
        image3: Attached = None,
        image4: Attached = None,
        image5: Attached = None,
        image6: Attached = None,
        image7: Attached = None,
        image8: Attached = None,
        image9: Attached = None,
        image10: Attached = None,
    ) -> None:
        """Only what is given changes; pictures that are given take the place of all others."""
        await self._check(interaction, asks=True)
        found = await find_board(self._studio, interaction, board)
        policy.check_board(person_of(interaction), found)
        files = (image1, image2, image3, image4, image5, image6, image7, image8, image9, image10)
        wish = self._wish(name, description, files)
        if wish == Wish():
            raise InvalidRequestError(N_("Say what to change: name, description or pictures."))
        await hand_over(interaction, lambda: self._update(interaction, found, wish))

    @app_commands.command(name="list", description=N_("The moodboards here, with their pictures."))
    @app_commands.describe(page=N_("Which page; each has five boards."))
    @answered
    async def list_(
        self, interaction: Interaction, page: app_commands.Range[int, 1, 1000] = 1
    ) -> None:
        """Our own boards, as the provider has them now."""
        await self._check(interaction)
        await hand_over(interaction, lambda: self._list(interaction, page))

    @app_commands.command(description=N_("Draw with a moodboard unless you say otherwise."))
    @app_commands.describe(board=N_("Which moodboard; “none”, or nothing, to use none any more."))
    @answered
    async def use(self, interaction: Interaction, board: str | None = None) -> None:
        """Remember it for this person in this server, or in their DM."""
        await self._check(interaction)
        wanted = board if board and board.strip().casefold() != _NONE else ""
        chosen = await find_board(self._studio, interaction, wanted) if wanted else None
        await self._studio.people.use_moodboard(
            interaction.user.id, interaction.guild_id, chosen.id if chosen else None
        )
        if chosen is None:
            await tell(interaction, _("You draw without a moodboard from now on."))
        else:
            name = harmless(chosen.name, 100)
            await tell(interaction, _("You draw with “{name}” from now on.", name=name))

    @update.autocomplete("board")
    async def _suggest(
        self, interaction: Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        return await suggestions(self._studio, interaction, current)

    @use.autocomplete("board")
    async def _suggest_or_none(
        self, interaction: Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        fitting = await suggestions(self._studio, interaction, current)
        if _NONE.startswith(current.strip().casefold()):
            fitting = [app_commands.Choice(name=_("none"), value=_NONE), *fitting[:24]]
        return fitting

    async def _check(self, interaction: Interaction, *, asks: bool = False) -> None:
        """NotAllowedError unless this person may use these commands; `asks`: the provider, too."""
        rules = await self._studio.gate.check_group(person_of(interaction), Group.GENERATE)
        if asks and PROVIDER in rules.providers_off:
            raise NotAllowedError(
                N_("This is turned off on this server. An admin can turn it on: /config providers.")
            )

    def _wish(self, name: str | None, description: str | None, files: Sequence[Attached]) -> Wish:
        if name is not None and not name.strip():
            raise InvalidRequestError(N_("A moodboard needs a name."))
        uploads = [checked_upload(self._studio, file) for file in files if file is not None]
        return Wish(
            name=" ".join(name.split()) if name else None,
            description=(description or "").strip() or None,
            uploads=tuple(uploads),
        )

    async def _create(self, interaction: Interaction, wish: Wish, credential: str) -> None:
        try:
            answer, tokens = await self._sent(_CREATE, wish, credential)
        except (UncertainError, ProtocolError):
            raise UserError(_LOST) from None
        board_id, now = youchuan.board_id(answer), self._studio.now()
        if not board_id:
            raise UserError(_NAMELESS)
        board = Moodboard(
            id=board_id,
            credential=credential,
            guild_id=interaction.guild_id,
            user_id=interaction.user.id,
            name=wish.name or "",
            description=wish.description or "",
            images=tokens,
            created_at=now,
            updated_at=now,
        )
        try:
            await self._studio.moodboards.add(board)
        except ConflictError:
            raise GoneError(N_("Midjourney gave this moodboard an id that is taken.")) from None
        except StorageError:
            raise UserError(_UNLISTED, id=board_id) from None
        made = plural(
            "“{name}” is there with {n} picture, as `{id}`.",
            "“{name}” is there with {n} pictures, as `{id}`.",
            len(tokens),
            name=harmless(board.name, 100),
            id=board.id,
        )
        how = _("Choose it by /imagine moodboard: or, to draw with it always, by /moodboard use.")
        await tell(interaction, f"{made} {how}")

    async def _update(self, interaction: Interaction, board: Moodboard, wish: Wish) -> None:
        try:
            _answer, tokens = await self._sent(_UPDATE, wish, board.credential, board)
        except MissingError:
            raise GoneError(N_("Midjourney does not have this moodboard any more.")) from None
        except (UncertainError, ProtocolError):
            raise UserError(_AGAIN) from None
        changed = replace(
            board,
            name=wish.name or board.name,
            description=wish.description or board.description,
            images=tokens or board.images,
            updated_at=self._studio.now(),
        )
        try:
            await self._studio.moodboards.change(changed)
        except NotFoundError:
            await self._give_up(tokens)
            raise GoneError(N_("Meanwhile this moodboard was deleted here.")) from None
        except StorageError:
            raise UserError(_UNWRITTEN) from None
        await self._give_up(set(board.images) - set(changed.images))
        await tell(interaction, _("“{name}” is changed.", name=harmless(changed.name, 100)))

    async def _give_up(self, tokens: Iterable[str]) -> None:
        for token in tokens:
            with suppress(StorageError, OSError):  # what is left over goes when it is a day old
                await self._studio.keeper.discard(token)

    async def _sent(
        self, call: str, wish: Wish, credential: str, board: Moodboard | None = None
    ) -> tuple[Any, tuple[str, ...]]:
        """The provider's answer to what was given, and the tokens of the pictures it was given.

        What surely was not taken leaves no picture behind.
        """
        studio, kept = self._studio, list[Asset]()
        try:
            for upload in wish.uploads:
                kept.append(await studio.keeper.keep_draft(upload, BOARD))
            values = self._values(wish, kept) | ({"id": board.id} if board else {})
            answer = await studio.engine.calls.ask(call, values, credential=credential)
        except (UncertainError, ProtocolError):
            raise
        except (AtelierError, StorageError):
            for asset in kept:
                await studio.keeper.files.remove(asset)
                await studio.assets.remove(asset.token)
            raise
        return answer, tuple(asset.token for asset in kept)

    def _values(self, wish: Wish, pictures: Sequence[Asset]) -> dict[str, object]:
        """What goes to the provider: only what was given."""
        images = [f"{self._studio.public_url}/m/{asset.name}" for asset in pictures]
        given = {"name": wish.name, "description": wish.description, "images": images or None}
        return {name: value for name, value in given.items() if value is not None}

    async def _list(self, interaction: Interaction, number: int) -> None:
        store, where = self._studio.moodboards, (interaction.user.id, interaction.guild_id)
        boards = await store.visible(*where, limit=_SHOWN + 1, offset=_SHOWN * (number - 1))
        note, known, account = "", None, ""
        try:
            account = self._studio.gate.accounts.payer(PROVIDER, interaction.guild_id)
            known = await self._known(account)
        except (ProviderError, InvalidRequestError) as error:
            note = _("Midjourney was not asked: {why}", why=explain(error))
        page = Page(
            number=number,
            boards=boards[:_SHOWN],
            more=len(boards) > _SHOWN,
            note=note,
            account=account,
        )
        chosen = await self._studio.people.moodboard(*where)
        async with (
            board_pages(self._studio.keeper, page, known, chosen) as (view, files),
            asyncio.timeout(_SEND_SECONDS),
        ):
            await interaction.followup.send(view=view, files=files, ephemeral=True)

    async def _known(self, credential: str) -> Mapping[str, youchuan.Board]:
        """The account's boards by id, all pages of them."""
        calls, known = self._studio.engine.calls, dict[str, youchuan.Board]()
        for number in range(1, 11):
            values = {"page_no": number, "page_size": 100}
            found = youchuan.listing(await calls.ask(_LIST, values, credential=credential))
            fresh = {board.id: board for board in youchuan.boards(found) if board.id}
            if fresh.keys() <= known.keys():
                break
            known |= fresh
            if len(found.entries) < 100:
                break
        return known


async def setup(bot: "Studio") -> None:
    """Add the commands."""
    await bot.add_cog(Moodboards(bot))
