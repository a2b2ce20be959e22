"""The parts that layouts of messages are made of: texts within Discord's limits, media, facts.

Pure, as the layouts are.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import discord

from bot.operations import Catalog
from bot.text import _
from bot.wire import Delivery
from cogs import rows
from cogs.places import name_of
from cogs.texts import file_of
from cogs.words import cost_of, jump_link, lineage, shortfall, trimmed
from storage.models import WAYS_BACK, Asset, Job

MOST_FILES = 10
MOST_TEXT, MOST_TAIL = 3900, 1500  # characters; a message takes 4000 in all
GOOD = discord.Colour.from_rgb(88, 101, 242)
GALLERY = frozenset({"png", "jpg", "jpeg", "webp", "gif", "mp4", "mov", "webm"})
_LONGEST_ALT = 1024


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One file of a result in its message: attached, or not (`filename` is empty).

    `link` leads to the original where a smaller rendition or nothing was attached.
    """

    asset: Asset
    filename: str = ""
    link: str = ""


def view(*items: rows.Item, colour: discord.Colour | None = None) -> discord.ui.LayoutView:
    """One container with all of it."""
    layout = discord.ui.LayoutView(timeout=None)
    layout.add_item(discord.ui.Container(*items, accent_colour=colour))
    # A stopped view is not kept in memory: presses are dispatched by their ids alone.
    layout.stop()
    return layout


def plain(text: str, *items: rows.Item) -> discord.ui.LayoutView:
    """A text, and what belongs to it below."""
    layout = discord.ui.LayoutView(timeout=None)
    for item in (discord.ui.TextDisplay(text), *items):
        layout.add_item(item)
    layout.stop()
    return layout


def texts(said: Iterable[str], room: int = MOST_TEXT - MOST_TAIL) -> list[rows.Item]:
    """Each of these texts that says something, as long as there is `room` for its characters."""
    shown: list[rows.Item] = []
    for text in filter(None, said):
        if room > 0:
            shown.append(discord.ui.TextDisplay(text[:room]))
            room -= len(text)
    return shown


def whole_lines(lines: Iterable[str], most: int) -> str:
    """The lines that fit into `most` characters; none is cut."""
    text = ""
    for line in lines:
        if len(text) + len(line) < most:
            text += f"\n{line}" if text else line
    return text


def facts(delivery: Delivery, catalog: Catalog) -> str:
    """The small line of what a result comes from and what it cost."""
    job = delivery.job
    seed = (job.result or {}).get("seed")
    known = [
        lineage(job, delivery.parent, catalog),
        _("Seed {seed}", seed=seed) if seed is not None else "",
        shortfall(job),
        _("Cost {cost}", cost=cost_of(job)),
    ]
    return "-# " + " · ".join(filter(None, known))


def late(delivery: Delivery) -> str:
    """That a result came although its job had been given up; else empty."""
    if delivery.job.failure not in WAYS_BACK:
        return ""
    said = _("This arrived after it had been given up.")
    if delivery.retry is None:
        return said
    where = jump_link(delivery.retry) or f"`{delivery.retry.id}`"
    return said + " " + _("Meanwhile it was tried again: {where}", where=where)


def media(job: Job, files: Sequence[Shown], prompt: str) -> list[rows.Item]:
    """The gallery and the files of a message; `prompt` says what is to be seen."""
    pictures, others = [], []
    attached = [shown for shown in files if shown.filename][:MOST_FILES]
    for shown in attached:
        address = f"attachment://{shown.filename}"
        if shown.filename.rpartition(".")[2] in GALLERY:
            alt = alt_text(name_of(job, shown.asset), prompt, shown.asset.note)
            pictures.append(discord.MediaGalleryItem(address, description=alt))
        else:
            others.append(address)
    if (name := file_of(job)) and len(attached) < MOST_FILES:
        others.append(f"attachment://{name}")
    gallery: list[rows.Item] = [discord.ui.MediaGallery(*pictures)] if pictures else []
    return gallery + [discord.ui.File(address) for address in others]


def alt_text(which: str, prompt: str, note: str = "") -> str:
    """What a picture or clip shows, for those who cannot see it; `which` is its place."""
    return trimmed(": ".join(filter(None, (which, note or prompt))), _LONGEST_ALT)
