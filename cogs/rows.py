"""The rows of buttons and selects under a job's messages, derived from its operation's actions."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import discord

from bot.errors import GoneError
from bot.operations import Action, Catalog, Row
from bot.providers.models import Model
from bot.text import _
from cogs.buttons import CONTINUE, HELP, KEEP, REWORD, USE, instead_key, job_id
from cogs.suggestions import is_suggestion
from cogs.texts import is_answer, text_of
from cogs.words import is_clip
from storage.models import Job

LISTED = 10  # places that can be chosen from a list, as many as an id can name
_IMAGES = 4  # places of a grid that have buttons
_MOST_IN_ROW, _MOST_OPTIONS = 5, 25
_UNDER_ONE = (Row.IMAGE, Row.PAN, Row.ZOOM)
_BY_PLACE = (Row.PICK, Row.VARIATION)  # whose buttons keep a place that lost its picture
_AGAIN = frozenset({"lingtu", "wanxiang", "jumdata"})  # whose results have no reroll

Item = discord.ui.Item[Any]
ActionRow = discord.ui.ActionRow[Any]


def actions_of(job: Job, catalog: Catalog) -> Sequence[Action]:
    """The actions that fit this result; none where this version no longer knows its operation."""
    try:
        actions = catalog.offered(job.operation)
    except GoneError:
        return ()
    return [action for action in actions if action.fits(job.traits)]


def result_rows(job: Job, catalog: Catalog, there: Sequence[bool]) -> Iterator[ActionRow]:
    """The rows of a result by what it holds; `there` says which places can be gone on from."""
    numbers = [index for index, is_there in enumerate(there[:LISTED]) if is_there]
    by_place = any(action.row in _BY_PLACE for action in actions_of(job, catalog))
    if is_clip(job) or len(numbers) > 1 or (by_place and len(there) > 1):
        yield from grid_rows(job, catalog, there)
    elif numbers:
        yield from image_rows(job, catalog, numbers[0])
    else:
        yield from tool_rows(job, catalog)


def grid_rows(job: Job, catalog: Catalog, there: Sequence[bool]) -> Iterator[ActionRow]:
    """The rows of several images; `there` says which places have a picture."""
    actions, places = actions_of(job, catalog), there[:_IMAGES]
    rows = [_per_image(job, action, places) for action in actions if action.row is Row.PICK]
    whole = [_whole(job, action) for action in actions if action.row is Row.WHOLE]
    if rows and len(rows[0]) + len(whole) <= _MOST_IN_ROW:
        rows[0] += whole
    elif whole:
        rows.append(whole)
    rows += [_per_image(job, action, places) for action in actions if action.row is Row.VARIATION]
    for row in rows:
        yield discord.ui.ActionRow(*row[:_MOST_IN_ROW])
    listed = there[:LISTED]
    numbers = [index for index, is_there in enumerate(listed) if is_there]
    if numbers and any(action.row in (*_UNDER_ONE, Row.MORE) for action in actions):
        yield discord.ui.ActionRow(_pick(job, numbers, len(listed)))


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
    """Continue or Imagine, and Again, where they apply, then ℹ️ ✉️ 🗑️: all address the result."""
    row = discord.ui.ActionRow[Any]()
    if is_answer(job):
        row.add_item(_named(job, CONTINUE, _("Continue"), discord.ButtonStyle.primary))
    elif text_of(job) and not is_suggestion(job):
        row.add_item(_named(job, "imagine", _("Imagine"), discord.ButtonStyle.primary))
    if job.provider in _AGAIN:
        row.add_item(_named(job, "again", _("Again")))
    for button in _signs(job, {"info": "ℹ️", "dm": "✉️", "delete": "🗑️"}):
        row.add_item(button)
    return row


def notice_row(job: Job, *, retry: bool, instead: Model | None = None) -> ActionRow:
    """Retry, where it can help, the model that can draw it `instead`, and ℹ️."""
    first = [_named(job, "retry", _("Retry"), discord.ButtonStyle.primary)] if retry else []
    if instead:
        first.append(instead_button(job, instead))
    return discord.ui.ActionRow(*first, *_signs(job, {"info": "ℹ️"}))


def instead_button(job: Job, model: Model) -> discord.ui.Button[Any]:
    """What has another model draw a job; it orders that one or none."""
    label = _("Draw with {model} instead", model=model.label)
    return _named(job, instead_key(model.key), label)


def suggestion_row(job: Job) -> ActionRow:
    """What can become of a suggestion; of one that cannot be used, only the person's own prompt."""
    row = discord.ui.ActionRow[Any]()
    if text_of(job):
        row.add_item(_named(job, USE, _("Use it"), discord.ButtonStyle.primary))
        row.add_item(_named(job, REWORD, _("Edit")))
    row.add_item(_named(job, KEEP, _("Keep mine")))
    return row


def card_row(
    job: Job, *, can_cancel: bool, can_be_helped: bool, instead: Model | None = None
) -> ActionRow:
    """The card's buttons, as they apply: another model, Cancel, and help with the prompt."""
    row = discord.ui.ActionRow[Any]()
    if instead:
        row.add_item(instead_button(job, instead))
    if can_cancel:
        row.add_item(_named(job, "cancel", _("Cancel"), discord.ButtonStyle.danger))
    if can_be_helped:
        custom_id = job_id(job.id, HELP)
        row.add_item(discord.ui.Button(label=_("Improve prompt"), emoji="✨", custom_id=custom_id))
    return row


def choice_row(job: Job, numbers: Sequence[int], wish: str) -> ActionRow:
    """The list of a result's images; what is wished for is done with the one that is chosen."""
    return discord.ui.ActionRow(_pick(job, numbers, max(numbers) + 1, f":{wish}"))


def _named(
    job: Job,
    key: str,
    label: str,
    style: discord.ButtonStyle = discord.ButtonStyle.secondary,
) -> discord.ui.Button[Any]:
    return discord.ui.Button(label=label, style=style, custom_id=job_id(job.id, key))


def _signs(job: Job, emojis: Mapping[str, str]) -> Iterator[discord.ui.Button[Any]]:
    for key, emoji in emojis.items():
        yield discord.ui.Button(emoji=emoji, custom_id=job_id(job.id, key))


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


def _pick(job: Job, numbers: Sequence[int], places: int, wish: str = "") -> discord.ui.Select[Any]:
    return discord.ui.Select(
        custom_id=job_id(job.id, "pick"),
        placeholder=_("Image 1–{most}…", most=places),
        options=[
            discord.SelectOption(label=_("Image {n}", n=index + 1), value=f"{index}{wish}")
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
