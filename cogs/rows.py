"""The rows of buttons and selects under a job's messages, derived from its operation's actions."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import discord

from bot.errors import GoneError
from bot.operations import Action, Catalog, Row
from bot.text import _
from cogs.buttons import job_id
from storage.models import Job

IMAGES = 4  # places of a grid that have buttons
_MOST_IN_ROW, _MOST_OPTIONS = 5, 25
_UNDER_ONE = (Row.IMAGE, Row.PAN, Row.ZOOM)

Item = discord.ui.Item[Any]
ActionRow = discord.ui.ActionRow[Any]


def actions_of(job: Job, catalog: Catalog) -> Sequence[Action]:
    """The actions that fit this result; none where this version no longer knows its operation."""
    try:
        actions = catalog.operation(job.operation).actions
    except GoneError:
        return ()
    return [action for action in actions if action.fits(job.traits)]


def grid_rows(job: Job, catalog: Catalog, there: Sequence[bool]) -> Iterator[ActionRow]:
    """The rows of several images; `there` says which places have a picture."""
    actions, places = actions_of(job, catalog), there[:IMAGES]
    rows = [_per_image(job, action, places) for action in actions if action.row is Row.PICK]
    whole = [_whole(job, action) for action in actions if action.row is Row.WHOLE]
    if rows and len(rows[0]) + len(whole) <= _MOST_IN_ROW:
        rows[0] += whole
    elif whole:
        rows.append(whole)
    rows += [_per_image(job, action, places) for action in actions if action.row is Row.VARIATION]
    for row in rows:
        yield discord.ui.ActionRow(*row[:_MOST_IN_ROW])
    numbers = [index for index, is_there in enumerate(places) if is_there]
    if numbers and any(action.row in (*_UNDER_ONE, Row.MORE) for action in actions):
        yield discord.ui.ActionRow(_pick(job, numbers, len(places)))


def image_rows(job: Job, catalog: Catalog, index: int) -> Iterator[ActionRow]:
    """The full set for one image. An upscaled picture's buttons address where it came from."""
    source, place = job.id, index
    if "upscaled" in job.traits:
        if job.parent_id is None:
            return
        source, place = job.parent_id, job.parent_index or 0
    actions = actions_of(job, catalog)
    for kind in _UNDER_ONE:
        row: list[Item] = [
            _button(action, job_id(source, action.key, place), place)
            for action in actions
            if action.row is kind
        ]
        if row:
            yield discord.ui.ActionRow(*row[:_MOST_IN_ROW])
    more = [action for action in actions if action.row is Row.MORE]
    if more:
        values = [_more_value(action, job, source, catalog) for action in more]
        yield discord.ui.ActionRow(_more(more, values, job_id(source, "more", place), place))


def tool_rows(job: Job, catalog: Catalog) -> Iterator[ActionRow]:
    """What concerns a result without pictures of its own."""
    whole = [_whole(job, action) for action in actions_of(job, catalog) if action.row is Row.WHOLE]
    if whole:
        yield discord.ui.ActionRow(*whole[:_MOST_IN_ROW])


def result_row(job: Job) -> ActionRow:
    """ℹ️ ✉️ 🗑️, which address the result itself."""
    return _own_row(job, {"info": "ℹ️", "dm": "✉️", "delete": "🗑️"})


def notice_row(job: Job, *, retry: bool) -> ActionRow:
    """Retry, where it can help, and ℹ️."""
    row = _own_row(job, {"info": "ℹ️"})
    if retry:
        button: discord.ui.Button[Any] = discord.ui.Button(
            label=_("Retry"),
            style=discord.ButtonStyle.primary,
            custom_id=job_id(job.id, "retry"),
        )
        return discord.ui.ActionRow(button, *row.children)
    return row


def cancel_row(job: Job) -> ActionRow:
    """The card's only button."""
    return discord.ui.ActionRow(
        discord.ui.Button(
            label=_("Cancel"),
            style=discord.ButtonStyle.danger,
            custom_id=job_id(job.id, "cancel"),
        )
    )


def _own_row(job: Job, emojis: dict[str, str]) -> ActionRow:
    buttons: Iterable[Item] = (
        discord.ui.Button(emoji=emoji, custom_id=job_id(job.id, key))
        for key, emoji in emojis.items()
    )
    return discord.ui.ActionRow(*buttons)


def _per_image(job: Job, action: Action, there: Sequence[bool]) -> list[Item]:
    return [
        _button(action, job_id(job.id, action.key, index), index, disabled=not is_there)
        for index, is_there in enumerate(there)
    ]


def _whole(job: Job, action: Action) -> Item:
    return _button(action, job_id(job.id, action.key), 0)


def _button(
    action: Action, custom_id: str, index: int, *, disabled: bool = False
) -> discord.ui.Button[Any]:
    return discord.ui.Button(
        label=None if action.emoji else _(action.label, n=index + 1),
        emoji=action.emoji,
        custom_id=custom_id,
        disabled=disabled,
    )


def _pick(job: Job, numbers: Sequence[int], places: int) -> discord.ui.Select[Any]:
    return discord.ui.Select(
        custom_id=job_id(job.id, "pick"),
        placeholder=_("Image 1–{most}…", most=places),
        options=[
            discord.SelectOption(label=_("Image {n}", n=index + 1), value=str(index))
            for index in numbers
        ],
    )


def _more_value(action: Action, job: Job, source: str, catalog: Catalog) -> str:
    """An action's key; with the job whose own file it takes, where that is not the source."""
    takes_file = catalog.operation(action.operation).file_field is not None
    return f"{action.key}:{job.id}" if takes_file and source != job.id else action.key


def _more(
    actions: Sequence[Action], values: Sequence[str], custom_id: str, index: int
) -> discord.ui.Select[Any]:
    return discord.ui.Select(
        custom_id=custom_id,
        placeholder=_("More…"),
        options=[
            discord.SelectOption(
                label=_(action.label, n=index + 1), value=value, emoji=action.emoji
            )
            for action, value in zip(actions[:_MOST_OPTIONS], values, strict=False)
        ],
    )
