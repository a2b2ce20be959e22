"""From a job to the message that shows it: results, notices, progress cards, one image's panel.

Pure: Components V2 layouts made of rows and assets. Nothing here talks to Discord.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import discord

from bot.operations import Catalog
from bot.providers.wanxiang_answers import is_cut
from bot.text import _
from bot.wire import Delivery, Progress
from cogs import rows
from cogs.answers import LONGEST_SHOWN
from cogs.models import Instead
from cogs.places import is_mask, is_picture, is_preview, name_of
from cogs.progress import standing
from cogs.suggestions import can_be_helped, fault_of, is_suggestion, own_prompt
from cogs.texts import file_of, is_answer, text_of, texts_of
from cogs.words import (
    charged,
    cost_of,
    credits_line,
    flags_of,
    harmless,
    is_clip,
    jump_link,
    lineage,
    model_of,
    money,
    place_of,
    shortfall,
    title,
    trimmed,
    why,
    words_of,
)
from storage.models import MISSING, WAYS_BACK, Asset, Job, Status

MOST_FILES = 10
_LONGEST_ALT = 1024
_MOST_TEXT, _MOST_TAIL = 3900, 1500  # characters; a message takes 4000 in all
_MOST_NOTES, _LEAST_TAIL = 600, 300
_LONGEST_ASKED = 150  # of a question above its answer
_IN_GALLERY = frozenset({"png", "jpg", "jpeg", "webp", "gif", "mp4", "mov", "webm"})
_NO_RETRY = frozenset({"moderation", "rejected", "invalid", "invalidrequest", "badmedia", "gone"})
_GOOD, _BAD = discord.Colour.from_rgb(88, 101, 242), discord.Colour.from_rgb(218, 55, 60)


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One file of a result in its message: attached, or not (`filename` is empty).

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
    if is_answer(job):
        return _answer_layout(delivery, catalog, note)
    if is_suggestion(job):
        return _suggestion_layout(delivery, catalog, note)
    text = "".join(texts_of(job))
    most_tail = _LEAST_TAIL if text else _MOST_TAIL
    head = [_head(delivery, catalog, prompt), _late(delivery), note]
    tail = _whole_lines([*_masks(job, files), *_holes(job, files), *_links(job, files)], most_tail)
    body = [
        *_texts(head, _MOST_TEXT - most_tail - len(text)),
        *_texts([text]),
        *_media(job, files, words_of(job, catalog) or prompt),
        *_texts([tail]),
    ]
    buttons = rows.result_rows(job, catalog, _usable(job, files))
    return _view(*body, *buttons, rows.result_row(job), colour=_GOOD)


def _answer_layout(delivery: Delivery, catalog: Catalog, note: str) -> discord.ui.LayoutView:
    """An answer in a conversation: what was asked in short, and what was said in full."""
    job = delivery.job
    asked = title(job, catalog, most=_LONGEST_ASKED)
    head = "\n".join((asked, credits_line(job, catalog), _facts(delivery, catalog)))
    rest = f"-# {_file_note(job)}" if file_of(job) else ""
    body = [
        *_texts([head, _late(delivery), note], _MOST_TEXT - LONGEST_SHOWN - len(rest)),
        *_texts([*texts_of(job), rest], LONGEST_SHOWN + len(rest)),
        *_media(job, (), ""),
    ]
    return _view(*body, rows.result_row(job), colour=_GOOD)


def _suggestion_layout(delivery: Delivery, catalog: Catalog, note: str) -> discord.ui.LayoutView:
    """What Tongyi suggests for a prompt, below the person's own; or why it cannot be used."""
    job, what = delivery.job, _("A suggestion for your prompt")
    own = "-# " + _("Yours: {prompt}", prompt=own_prompt(job))
    lines = (f"**{what}**", own, credits_line(job, catalog), _facts(delivery, catalog))
    head = "\n".join(filter(None, (*lines, _still_drawn(delivery))))
    body = [
        *_texts([head, _late(delivery), note], _MOST_TEXT - LONGEST_SHOWN),
        *_texts(texts_of(job) or [fault_of(job)]),
        *_media(job, (), ""),
    ]
    return _view(*body, rows.suggestion_row(job), rows.result_row(job), colour=_GOOD)


def _file_note(job: Job) -> str:
    if is_cut(text_of(job)):
        return _("The answer was too long and is cut; what was kept of it is in the file.")
    return _("The whole answer is in the file.")


def _still_drawn(delivery: Delivery) -> str:
    """That a suggestion comes beside what it was asked under, not in its place."""
    if delivery.parent is None or delivery.parent.status.is_final:
        return ""
    return "-# " + _("Your own prompt goes on being drawn and stays paid for, whatever you choose.")


def plain_layout(delivery: Delivery, files: Sequence[Shown]) -> discord.ui.LayoutView:
    """As little as still brings what was paid for; for when Discord refuses the full layout."""
    job = delivery.job
    who = f"<@{job.destination.user_id}>"
    if job.status is not Status.SUCCEEDED:
        text = _("Job {id} for {who} failed.", id=job.id, who=who)
        return _view(*_texts([text]), rows.notice_row(job, retry=False))
    text = _("The result of job {id} for {who}.", id=job.id, who=who)
    body = [*_texts([text, *texts_of(job)], _MOST_TEXT), *_media(job, files, "")]
    if is_suggestion(job):
        body.append(rows.suggestion_row(job))
    return _view(*body, rows.result_row(job))


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
    body = _texts(["\n".join(filter(None, head)), said, note, _offer(instead)])
    retry = job.status is Status.FAILED and _may_help(job)
    other = instead.model if instead else None
    return _view(*body, rows.notice_row(job, retry=retry, instead=other), colour=_BAD)


def offer_layout(job: Job, instead: Instead, head: str) -> discord.ui.LayoutView:
    """What else could draw a job, named with its price, and the button that orders it."""
    row = discord.ui.ActionRow[Any](rows.instead_button(job, instead.model))
    return _view(*_texts([f"{head}\n{_offer(instead)}"]), row)


def image_panel(job: Job, catalog: Catalog, index: int) -> discord.ui.LayoutView:
    """The full set of buttons for one image of a grid; shown privately."""
    text = _("Image {n}", n=index + 1)
    return _view(
        *_texts([f"**{text}**\n{harmless(words_of(job, catalog), 200)}"]),
        *rows.image_rows(job, catalog, index),
        colour=_GOOD,
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
    return _view(*_texts(said), *([row] if row.children else []))


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


def _texts(texts: Iterable[str], room: int = _MOST_TEXT - _MOST_TAIL) -> list[rows.Item]:
    shown: list[rows.Item] = []
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


def _head(delivery: Delivery, catalog: Catalog, prompt: str) -> str:
    job = delivery.job
    notes = [f"-# {harmless(note, 250)}" for note in delivery.notes]
    lines = [title(job, catalog, prompt), credits_line(job, catalog), _facts(delivery, catalog)]
    return "\n".join(filter(None, (*lines, _whole_lines(notes, _MOST_NOTES))))


def _facts(delivery: Delivery, catalog: Catalog) -> str:
    job = delivery.job
    seed = (job.result or {}).get("seed")
    facts = [
        lineage(job, delivery.parent, catalog),
        _("Seed {seed}", seed=seed) if seed is not None else "",
        shortfall(job),
        _("Cost {cost}", cost=cost_of(job)),
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
    attached = [shown for shown in files if shown.filename][:MOST_FILES]
    for shown in attached:
        address = f"attachment://{shown.filename}"
        if shown.filename.rpartition(".")[2] in _IN_GALLERY:
            alt = alt_text(name_of(job, shown.asset), prompt, shown.asset.note)
            pictures.append(discord.MediaGalleryItem(address, description=alt))
        else:
            others.append(address)
    if (name := file_of(job)) and len(attached) < MOST_FILES:
        others.append(f"attachment://{name}")
    gallery: list[rows.Item] = [discord.ui.MediaGallery(*pictures)] if pictures else []
    return gallery + [discord.ui.File(address) for address in others]


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
            is_seen = shown.asset.extension in _IN_GALLERY
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
