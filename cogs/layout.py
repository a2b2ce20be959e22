"""From a job to the message that shows it: results, notices, progress cards, one image's panel.

Pure: Components V2 layouts made of rows and assets. Nothing here talks to Discord.
"""

from collections.abc import Sequence
from typing import Any

import discord

from bot.operations import Catalog
from bot.text import _
from bot.wire import Delivery, Progress
from cogs import rows
from cogs.layout_parts import (
    GALLERY,
    GOOD,
    MOST_TAIL,
    MOST_TEXT,
    Shown,
    facts,
    late,
    media,
    texts,
    view,
    whole_lines,
)
from cogs.layout_texts import answer_layout, suggestion_layout
from cogs.models import Instead
from cogs.places import is_mask, is_picture, is_preview, name_of
from cogs.progress import standing
from cogs.suggestions import can_be_helped, is_suggestion
from cogs.texts import is_answer, texts_of
from cogs.words import (
    charged,
    credits_line,
    flags_of,
    harmless,
    is_clip,
    lineage,
    model_of,
    money,
    place_of,
    title,
    why,
    words_of,
)
from storage.models import MISSING, Job, Status

_MOST_NOTES, _LEAST_TAIL = 600, 300  # characters
_NO_RETRY = frozenset({"moderation", "rejected", "invalid", "invalidrequest", "badmedia", "gone"})
_BAD = discord.Colour.from_rgb(218, 55, 60)


def result_layout(
    delivery: Delivery,
    catalog: Catalog,
    files: Sequence[Shown],
    *,
    prompt: str = "",
    note: str = "",
    ai_label: bool = True,
) -> discord.ui.LayoutView:
    """A finished job: words, pictures, buttons. `prompt`: an earlier job's, if it has none.

    `ai_label`: whether pictures and clips are said to be made by a machine.
    """
    job = delivery.job
    if is_answer(job):
        return answer_layout(delivery, catalog, note)
    if is_suggestion(job):
        return suggestion_layout(delivery, catalog, note)
    text = "".join(texts_of(job))
    most_tail = _LEAST_TAIL if text else MOST_TAIL
    head = [_head(delivery, catalog, prompt), late(delivery), note]
    tail = whole_lines([*_masks(job, files), *_holes(job, files), *_links(job, files)], most_tail)
    label = _label(files) if ai_label else ""
    body = [
        *texts(head, MOST_TEXT - most_tail - len(text) - len(label)),
        *texts([text]),
        *media(job, files, words_of(job, catalog) or prompt),
        *texts(["\n".join(filter(None, (tail, label)))]),
    ]
    buttons = rows.result_rows(job, catalog, _usable(job, files))
    return view(*body, *buttons, rows.result_row(job), colour=GOOD)


def plain_layout(
    delivery: Delivery, files: Sequence[Shown], *, ai_label: bool = True
) -> discord.ui.LayoutView:
    """As little as still brings what was paid for; for when Discord refuses the full layout."""
    job = delivery.job
    who = f"<@{job.destination.user_id}>"
    if job.status is not Status.SUCCEEDED:
        text = _("Job {id} for {who} failed.", id=job.id, who=who)
        return view(*texts([text]), rows.notice_row(job, retry=False))
    text = _("The result of job {id} for {who}.", id=job.id, who=who)
    body = [*texts([text, *texts_of(job)], MOST_TEXT), *media(job, files, "")]
    if ai_label:
        body += texts([_label(files)])
    if is_suggestion(job):
        body.append(rows.suggestion_row(job))
    return view(*body, rows.result_row(job))


def notice_layout(
    delivery: Delivery,
    catalog: Catalog,
    *,
    prompt: str = "",
    note: str = "",
    instead: Instead | None = None,
) -> discord.ui.LayoutView:
    """A failed job: what failed, why, what was charged, and Retry where it can help.

    `instead` is what else could draw it.
    """
    job, reason, paid = delivery.job, why(delivery.job), charged(delivery.job)
    head = [
        title(job, catalog, prompt),
        credits_line(job, catalog),
        lineage(job, delivery.parent, catalog),
    ]
    if job.status is Status.CANCELED:
        reason = _("Canceled.")
    said = reason if paid in reason else f"{reason}\n{paid}"
    body = texts(["\n".join(filter(None, head)), said, note, _offer(instead)])
    retry = job.status is Status.FAILED and _may_help(job)
    other = instead.model if instead else None
    return view(*body, rows.notice_row(job, retry=retry, instead=other), colour=_BAD)


def offer_layout(job: Job, instead: Instead, head: str) -> discord.ui.LayoutView:
    """What else could draw a job, named with its price, and the button that orders it."""
    row = discord.ui.ActionRow[Any](rows.instead_button(job, instead.model))
    return view(*texts([f"{head}\n{_offer(instead)}"]), row)


def image_panel(job: Job, catalog: Catalog, index: int) -> discord.ui.LayoutView:
    """The full set of buttons for one image of a grid; shown privately."""
    text = _("Image {n}", n=index + 1)
    return view(
        *texts([f"**{text}**\n{harmless(words_of(job, catalog), 200)}"]),
        *rows.image_rows(job, catalog, index),
        colour=GOOD,
    )


def card_layout(
    progress: Progress, catalog: Catalog, instead: Instead | None = None
) -> discord.ui.LayoutView:
    """The progress card; it never carries the id by which a result is found again.

    `instead` is what else could draw a job that its provider does not take.
    """
    job = progress.job
    what = " · ".join(
        filter(None, (model_of(job), harmless(flags_of(job, catalog), 200), _price(job)))
    )
    may_cancel = progress.can_cancel or job.status is Status.QUEUED
    row = rows.card_row(
        job,
        can_cancel=may_cancel,
        can_be_helped=can_be_helped(job, catalog),
        instead=instead.model if instead else None,
    )
    said = (f"{title(job, catalog)}\n{what}", *standing(progress), _offer(instead))
    return view(*texts(said), *([row] if row.children else []))


def canceled_layout(job: Job, catalog: Catalog) -> discord.ui.LayoutView:
    """What becomes of the card of a canceled job."""
    said = _("Canceled; nothing was charged.")
    if job.attempts and job.cost != 0:
        said = " ".join((_("Canceled."), charged(job)))
    return view(*texts([f"{title(job, catalog)}\n{said}"]))


def list_layout(lines: Sequence[str]) -> discord.ui.LayoutView:
    """Somebody's last jobs, one line each; what would break Discord's limit is left out."""
    head = _("Your last jobs here")
    empty = _("You have not made anything here yet; try /imagine.")
    text = whole_lines([f"**{head}**", *(lines or [empty])], MOST_TEXT)
    return view(discord.ui.TextDisplay(text))


def _head(delivery: Delivery, catalog: Catalog, prompt: str) -> str:
    job = delivery.job
    notes = [f"-# {harmless(note, 250)}" for note in delivery.notes]
    lines = [title(job, catalog, prompt), credits_line(job, catalog), facts(delivery, catalog)]
    return "\n".join(filter(None, (*lines, whole_lines(notes, _MOST_NOTES))))


def _label(files: Sequence[Shown]) -> str:
    """The line under pictures and clips that says where they come from."""
    is_seen = any(not shown.asset.note for shown in files)
    return "-# " + _("AI-generated") if is_seen else ""


def _masks(job: Job, files: Sequence[Shown]) -> list[str]:
    return [
        f"{place_of(job, shown.asset.position)}: {name_of(job, shown.asset)}"
        for shown in files
        if is_mask(job, shown.asset)
    ]


def _holes(job: Job, files: Sequence[Shown]) -> list[str]:
    return [
        f"{place_of(job, shown.asset.position)}: {harmless(shown.asset.note, 120)}"
        for shown in files
        if shown.asset.note
    ]


def _links(job: Job, files: Sequence[Shown]) -> list[str]:
    said = []
    for shown in files:
        place = name_of(job, shown.asset)
        if is_preview(shown.asset):
            continue  # the file itself is there, or linked
        if shown.link:
            is_seen = shown.asset.extension in GALLERY
            words = _("{place} in full size", place=place) if is_seen else place
            said.append(f"[{words}]({shown.link})")
        elif not shown.filename:
            said.append(_("{place} is too large to be attached here.", place=place))
    return said


def _usable(job: Job, files: Sequence[Shown]) -> list[bool]:
    """By place: whether there is something that buttons can go on from."""
    results = {shown.asset.position: shown.asset for shown in files if not is_preview(shown.asset)}
    usable = (
        {n for n, asset in results.items() if not asset.note}
        if is_clip(job)
        else {n for n, asset in results.items() if is_picture(job, asset)}
    )
    return [n in usable for n in range(max(results, default=-1) + 1)]


def _may_help(job: Job) -> bool:
    """Whether to make it again may help: not where what it goes on from is missing there."""
    if job.failure == MISSING:
        return job.external_id is not None  # it was taken, and only then lost
    return job.failure not in _NO_RETRY


def _offer(instead: Instead | None) -> str:
    if instead is None:
        return ""
    return _(
        "{model} can draw this instead; its estimated price: {price}",
        model=instead.model.label,
        price=money(instead.price),
    )


def _price(job: Job) -> str:
    if job.price is None:
        return _("price unknown")
    return _("about {price}", price=money(job.price))
