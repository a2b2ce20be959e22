"""Help with a prompt as the rows tell it: what is asked of Tongyi, and what its answer suggests."""

from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError

from bot.errors import GoneError, InvalidRequestError
from bot.operations import STAND_IN, Catalog, Params
from bot.providers import prompt as midjourney
from bot.providers.models import Model, model, model_behind
from bot.providers.needs import MIDJOURNEY
from bot.providers.prompt_help import Kept, check_words, split
from bot.providers.prompt_table import MOST_CHARACTERS
from bot.providers.wanxiang_params import SUGGESTION, Chat
from bot.providers.wanxiang_rows import CHAT
from bot.text import N_, explain
from cogs.words import harmless, params_of, unaddressed
from storage.models import Job

_ADDRESS = 120  # characters that an upload's stand-in may grow to
_FLAG = 12  # characters for the model, where none was typed
_LONGEST_SHOWN = 300  # characters of the person's own prompt


def is_suggestion(job: Job) -> bool:
    """Whether a job's text is words for a prompt."""
    return SUGGESTION in job.traits


def can_be_helped(job: Job, catalog: Catalog) -> bool:
    """Whether there is help with the prompt of a job that is not finished yet."""
    if job.status.is_final or text_field(job.operation) is None:
        return False
    params = params_of(job, catalog)
    has_words = params is not None and any(map(str.isalnum, params.words()))
    return has_words and catalog.is_connected(CHAT.name)


def help_with(job: Job, catalog: Catalog) -> Params:
    """What asks for a better prompt than that of a job; InvalidRequestError where none can be."""
    field, params = text_field(job.operation), params_of(job, catalog)
    if field is None or params is None:
        raise InvalidRequestError(N_("There is only help with the prompts of /imagine."))
    text, drawing = params.own_prompt(), model_behind(job.operation)
    if drawing is None:
        drawing = _version(midjourney.parse(text).model)
    rest = {name: value for name, value in params.stored().items() if name != field}
    kept = {"operation": job.operation, "values": rest}
    return asking("improve", text, drawing, kept)


def asking(purpose: str, text: str, drawing: Model, kept: dict[str, Any]) -> Params:
    """What asks Tongyi to rewrite a prompt for a model; InvalidRequestError where it cannot be.

    `kept` says what the prompt is for (see `Kept`).
    """
    before, words, after = split(text.strip())
    check_words(words)
    around = len(before) + len(after) + _ADDRESS * len(STAND_IN.findall(before + after))
    most = drawing.longest
    if drawing.is_plain:
        most -= around
    else:
        most = min(most, MOST_CHARACTERS - around - _FLAG)
    whole = Kept(before=before, after=after, longest=max(most, len(words)), **kept)
    return CHAT.validate({"prompt": words, "purpose": purpose, "kept": whole})


def typed_version(texts: Sequence[str], chosen: Model) -> Model:
    """The model that draws these: Midjourney's may be another that was typed."""
    own = None if chosen.is_plain else midjourney.typed(texts[0]).model
    return _version(own) if own else chosen


def asked_of(job: Job) -> Chat:
    """The request behind a suggestion; GoneError where this version cannot read it."""
    try:
        return Chat.model_validate(dict(job.params))
    except ValidationError:
        raise GoneError(N_("This button belongs to an older version and is gone.")) from None


def suggested(job: Job) -> str:
    """The words that are suggested; InvalidRequestError says why they cannot be used."""
    return asked_of(job).suggested(str((job.result or {}).get("text") or ""))


def copyable(job: Job) -> str:
    """The suggestion with all that was kept, to be shown; empty where it cannot be used."""
    try:
        whole = asked_of(job).whole(suggested(job))
    except (GoneError, InvalidRequestError):
        return ""
    return unaddressed(whole)


def fault_of(job: Job) -> str:
    """Why a suggestion cannot be used, for the current reader; empty where it can."""
    try:
        suggested(job)
    except (GoneError, InvalidRequestError) as error:
        return explain(error)
    return ""


def own_prompt(job: Job) -> str:
    """The prompt that the person has written, in one harmless line."""
    try:
        text = asked_of(job).own_prompt()
    except GoneError:
        return ""
    return harmless(unaddressed(text), _LONGEST_SHOWN)


def text_field(operation: str) -> str | None:
    """The field that takes the text of a drawing; None where it is none of /imagine's."""
    if operation == MIDJOURNEY:
        return "text"
    behind = model_behind(operation)
    return behind.text if behind else None


def _version(row: midjourney.Model | None) -> Model:
    key = (row or midjourney.DEFAULT_MODEL).key
    try:
        return model(key)
    except InvalidRequestError:  # it can be typed, but is not offered any more
        return model(midjourney.DEFAULT_MODEL.key)
