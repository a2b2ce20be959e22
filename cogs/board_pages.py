"""A page of moodboards: names, descriptions, and small pictures of what is on them."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import discord

from bot.errors import MediaError
from bot.keeper import Keeper
from bot.media import images
from bot.media.assets import new_token
from bot.providers.youchuan_account import Board
from bot.text import _, clip
from cogs.layout_parts import MOST_FILES, alt_text
from cogs.words import harmless
from storage.errors import NotFoundError
from storage.models import Moodboard

_THUMBNAIL = (320, 320)  # pixels
_LONGEST, _MOST_LINE = 250, 680  # characters of a description, and of all that is said of a board


@dataclass(frozen=True, kw_only=True)
class Page:
    """The boards to show; `more` says that another page follows.

    `account` is the name of the one whose boards are known.
    """

    number: int
    boards: Sequence[Moodboard]
    more: bool
    note: str = ""
    account: str = ""


@asynccontextmanager
async def board_pages(
    keeper: Keeper, page: Page, known: Mapping[str, Board] | None, chosen: str | None
) -> AsyncIterator[tuple[discord.ui.LayoutView, list[discord.File]]]:
    """The view of a page and its files, usable inside the block.

    `known`: the boards that the provider has, None where it could not be asked; `chosen`: the id
    of the one this person draws with.
    """
    share = MOST_FILES // max(1, len(page.boards))
    with ExitStack() as stack:
        items: list[discord.ui.Item[discord.ui.LayoutView]] = []
        files: list[discord.File] = []
        for board in page.boards:
            listed = known if board.credential == page.account else None
            items.append(discord.ui.TextDisplay(_line(board, listed, chosen)))
            small = [await _thumbnail(keeper, token, stack) for token in board.images[:share]]
            shown = [file for file in small if file is not None]
            if shown:
                items.append(_gallery(board, shown))
            files += shown
        yield _view(page, items), files


def _view(
    page: Page, items: Sequence[discord.ui.Item[discord.ui.LayoutView]]
) -> discord.ui.LayoutView:
    view = discord.ui.LayoutView(timeout=None)
    if not items:
        empty = _("There is no moodboard here yet; make one by /moodboard create.")
        if page.number > 1:
            empty = _("There is no page {number}.", number=page.number)
        view.add_item(discord.ui.TextDisplay(empty))
    for item in items:
        view.add_item(item)
    if page.more:
        hint = _("More: /moodboard list page:{number}", number=page.number + 1)
        view.add_item(discord.ui.TextDisplay(f"-# {hint}"))
    if page.note:
        view.add_item(discord.ui.TextDisplay(f"-# {page.note}"))
    view.stop()
    return view


def _line(board: Moodboard, known: Mapping[str, Board] | None, chosen: str | None) -> str:
    theirs = known.get(board.id) if known is not None else None
    name = (theirs.name if theirs else "") or board.name
    about = (theirs.description if theirs else "") or board.description
    marks = []
    if board.id == chosen:
        marks.append(_("you draw with it"))
    if known is not None and theirs is None:
        marks.append(_("Midjourney does not list it any more"))
    head = " · ".join((f"**{harmless(name, 100)}**", f"`{board.id}`", *marks))
    return clip(f"{head}\n{harmless(about, _LONGEST)}" if about else head, _MOST_LINE)


def _gallery(board: Moodboard, files: Sequence[discord.File]) -> discord.ui.MediaGallery[Any]:
    return discord.ui.MediaGallery(
        *(
            discord.MediaGalleryItem(
                f"attachment://{file.filename}",
                description=alt_text(_("Picture {n}", n=place), board.name),
            )
            for place, file in enumerate(files, 1)
        )
    )


async def _thumbnail(keeper: Keeper, token: str, stack: ExitStack) -> discord.File | None:
    path = keeper.files.temporary / f"small-{new_token()}.webp"
    stack.callback(Path.unlink, path, missing_ok=True)
    try:
        asset = await keeper.assets.get(token)
        source = keeper.files.path(asset)
        await keeper.pool.run(images.thumbnail, source, _THUMBNAIL, path)
        file = await asyncio.to_thread(discord.File, path, f"board-{new_token()[:6]}.webp")
    except (NotFoundError, MediaError, OSError):
        return None
    stack.callback(file.close)
    return file
