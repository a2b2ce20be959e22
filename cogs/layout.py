"""From a job to the message that shows it: results, notices, progress cards, one image's panel.

Pure: Components V2 layouts made of rows and assets. Nothing here talks to Discord.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import discord

from bot.operations import Catalog
from bot.text import _, plural
from bot.wire import Delivery, Progress
from cogs import rows
from cogs.words import (
    charged,
    credits_line,
    flags_of,
    harmless,
    is_clip,
    jump_link,
    lineage,
    model_of,
    money,
    place_of,
    title,
    trimmed,
    why,
    words_of,
)
from storage.models import WAYS_BACK, Asset, Job, Status

MOST_FILES = 10
_LONGEST_ALT, _LONGEST_TEXT = 1024, 1200
_MOST_TEXT, _MOST_TAIL = 3900, 1500  # characters; a message takes 4000 in all
_BLOCKS = 10
_IN_GALLERY = frozenset({"png", "jpg", "jpeg", "webp", "gif", "mp4", "mov", "webm"})
_NO_RETRY = frozenset(
    {"moderation", "rejected", "invalid", "invalidrequest", "badmedia", "gone", "missing"}
)
_GOOD, _BAD = discord.Colour.from_rgb(88, 101, 242), discord.Colour.from_rgb(218, 55, 60)


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One place of a result in its message: the attached file, or none (`filename` is empty).

    `link` leads to the original where a smaller rendition or nothing was attached.
    """

    asset: Asset
    filename: str = ""
    link: str = ""


def result_layout(
    delivery: Delivery,
    catalog: Catalog,
    files: Sequence[Shown],
    *,
    prompt: str = "",
    note: str = "",
) -> discord.ui.LayoutView:
    """A finished job: words, pictures, buttons. `prompt`: an earlier job's, if it has none."""
    job = delivery.job
    headline = title(job, catalog, prompt)
    texts = [
        f"{headline}\n{credits_line(job, catalog)}\n{_facts(delivery, catalog)}",
        _late(delivery),
        note,
    ]
    if said := (job.result or {}).get("text"):
        texts.append(harmless(said, _LONGEST_TEXT))
    tail = _whole_lines([*_holes(job, files), *_links(job, files)], _MOST_TAIL)
    media = _media(job, files, words_of(job, catalog) or prompt)
    body = [*_texts(texts), *media, *_texts([tail])]
    return _view(*body, *_rows(job, catalog, files), rows.result_row(job), colour=_GOOD)


def plain_layout(delivery: Delivery, files: Sequence[Shown]) -> discord.ui.LayoutView:
    """As little as still brings what was paid for; for when Discord refuses the full layout."""
    job = delivery.job
    who = f"<@{job.destination.user_id}>"
    if job.status is not Status.SUCCEEDED:
        text = _("Job {id} for {who} failed.", id=job.id, who=who)
        return _view(*_texts([text]), rows.notice_row(job, retry=False))
    text = _("The result of job {id} for {who}.", id=job.id, who=who)
    return _view(*_texts([text]), *_media(job, files, ""), rows.result_row(job))


def notice_layout(
    delivery: Delivery, catalog: Catalog, *, prompt: str = "", note: str = ""
) -> discord.ui.LayoutView:
    """A failed job: what failed, why, what was charged, and Retry where it can help."""
    job, reason, paid = delivery.job, why(delivery.job), charged(delivery.job)
    head = [
        title(job, catalog, prompt),
        credits_line(job, catalog),
        lineage(job, delivery.parent, catalog),
    ]
    if job.status is Status.CANCELED:
        reason = _("Canceled.")
    said = reason if paid in reason else f"{reason}\n{paid}"
    body = _texts(["\n".join(filter(None, head)), said, note])
    retry = job.status is Status.FAILED and job.failure not in _NO_RETRY
    return _view(*body, rows.notice_row(job, retry=retry), colour=_BAD)


def image_panel(job: Job, catalog: Catalog, index: int) -> discord.ui.LayoutView:
    """The full set of buttons for one image of a grid; shown privately."""
    text = _("Image {n}", n=index + 1)
    return _view(
        *_texts([f"**{text}**\n{harmless(words_of(job, catalog), 200)}"]),
        *rows.image_rows(job, catalog, index),
        colour=_GOOD,
    )


def card_layout(progress: Progress, catalog: Catalog) -> discord.ui.LayoutView:
    """The progress card; it never carries the id by which a result is found again."""
    job = progress.job
    what = " · ".join(
        filter(None, (model_of(job), harmless(flags_of(job, catalog), 200), _price(job)))
    )
    cancel = [rows.cancel_row(job)] if job.status is Status.QUEUED else []
    text = f"{title(job, catalog)}\n{what}"
    return _view(*_texts([text, *standing(progress)]), *cancel)


def standing(progress: Progress) -> tuple[str, ...]:
    """The texts of a card that change as its job goes on."""
    job = progress.job
    state = "\n".join(filter(None, (_state(progress), _bar(progress))))
    trouble = _trouble(job)
    return (state, harmless(trouble, 300)) if trouble else (state,)


def canceled_layout(job: Job, catalog: Catalog) -> discord.ui.LayoutView:
    """What becomes of the card of a canceled job."""
    said = _("Canceled; nothing was charged.")
    if job.attempts and job.cost != 0:
        said = f"{_('Canceled.')} {charged(job)}"
    return _view(*_texts([f"{title(job, catalog)}\n{said}"]))


def list_layout(lines: Sequence[str]) -> discord.ui.LayoutView:
    """Somebody's last jobs, one line each; what would break Discord's limit is left out."""
    head = _("Your last jobs here")
    empty = _("You have not made anything here yet; try /imagine.")
    text = _whole_lines([f"**{head}**", *(lines or [empty])], _MOST_TEXT)
    return _view(discord.ui.TextDisplay(text))


def alt_text(which: str, prompt: str, note: str = "") -> str:
    """What a picture or clip shows, for those who cannot see it; `which` is its place."""
    return trimmed(": ".join(filter(None, (which, note or prompt))), _LONGEST_ALT)


def _view(*items: rows.Item, colour: discord.Colour | None = None) -> discord.ui.LayoutView:
    view = discord.ui.LayoutView(timeout=None)
    view.add_item(discord.ui.Container(*items, accent_colour=colour))
    # A stopped view is not kept in memory: presses are dispatched by their ids alone.
    view.stop()
    return view


def _texts(texts: Iterable[str]) -> list[rows.Item]:
    shown: list[rows.Item] = []
    room = _MOST_TEXT - _MOST_TAIL
    for text in filter(None, texts):
        if room > 0:
            shown.append(discord.ui.TextDisplay(text[:room]))
            room -= len(text)
    return shown


def _whole_lines(lines: Iterable[str], most: int) -> str:
    text = ""
    for line in lines:
        if len(text) + len(line) < most:
            text += f"\n{line}" if text else line
    return text


def _facts(delivery: Delivery, catalog: Catalog) -> str:
    job = delivery.job
    seed = (job.result or {}).get("seed")
    facts = [
        lineage(job, delivery.parent, catalog),
        _("Seed {seed}", seed=seed) if seed is not None else "",
        _("Cost {cost}", cost=money(job.cost)),
    ]
    return "-# " + " · ".join(filter(None, facts))


def _late(delivery: Delivery) -> str:
    if delivery.job.failure not in WAYS_BACK:
        return ""
    late = _("This arrived after it had been given up.")
    if delivery.retry is None:
        return late
    where = jump_link(delivery.retry) or f"`{delivery.retry.id}`"
    return f"{late} {_('Meanwhile it was tried again: {where}', where=where)}"


def _media(job: Job, files: Sequence[Shown], prompt: str) -> list[rows.Item]:
    pictures, others = [], []
    for shown in files[:MOST_FILES]:
        if not shown.filename:
            continue
        address = f"attachment://{shown.filename}"
        if shown.filename.rpartition(".")[2] in _IN_GALLERY:
            which = place_of(job, shown.asset.position)
            alt = alt_text(which, prompt, shown.asset.note)
            pictures.append(discord.MediaGalleryItem(address, description=alt))
        else:
            others.append(address)
    gallery: list[rows.Item] = [discord.ui.MediaGallery(*pictures)] if pictures else []
    return gallery + [discord.ui.File(address) for address in others]


def _holes(job: Job, files: Sequence[Shown]) -> list[str]:
    return [
        f"{place_of(job, shown.asset.position)}: {harmless(shown.asset.note, 120)}"
        for shown in files
        if shown.asset.note
    ]


def _links(job: Job, files: Sequence[Shown]) -> list[str]:
    said = []
    for shown in files:
        place = place_of(job, shown.asset.position)
        if shown.link:
            original = _("{place} in full size", place=place)
            said.append(f"[{original}]({shown.link})")
        elif not shown.filename:
            said.append(_("{place} is too large to be attached here.", place=place))
    return said


def _rows(job: Job, catalog: Catalog, files: Sequence[Shown]) -> Iterable[rows.ActionRow]:
    there = [not shown.asset.note for shown in files]
    if len(there) > 1 or is_clip(job):
        return rows.grid_rows(job, catalog, there)
    if there == [True]:
        return rows.image_rows(job, catalog, files[0].asset.position)
    return rows.tool_rows(job, catalog)


def _price(job: Job) -> str:
    if job.price is None:
        return _("price unknown")
    return _("about {price}", price=money(job.price))


def _trouble(job: Job) -> str:
    if not job.delivery_note:
        return ""
    return _("It could not be posted yet: {note}", note=job.delivery_note)


def _state(progress: Progress) -> str:
    job = progress.job
    if job.status is Status.QUEUED:
        if not progress.ahead:
            return _("Waiting: you are next")
        return plural("Waiting: {n} before you", "Waiting: {n} before you", progress.ahead)
    if job.status is Status.SUBMITTING:
        return _("Being sent")
    if job.status is Status.RUNNING:
        since = f"<t:{(job.submitted_at or job.created_at) // 1000}:R>"
        return _("Being drawn since {since}", since=since)
    if job.status is Status.SUCCEEDED:
        return _("Fetching the result…")
    return _("This came to nothing; the reason follows.")


def _bar(progress: Progress) -> str:
    job, part = progress.job, progress.job.progress
    if job.status is not Status.RUNNING:
        return ""
    if part is None and progress.estimate and job.submitted_at is not None:
        # A guess never reaches the end: only the provider knows when it is there.
        part = min(0.9, (progress.now - job.submitted_at) / progress.estimate)
    if part is None:
        return ""
    full = round(max(0.0, min(1.0, part)) * _BLOCKS)
    return "▰" * full + "▱" * (_BLOCKS - full)
