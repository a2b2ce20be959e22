"""The models of `bot.providers.models` as commands offer them, and requests to draw with one.

What each of them can do stands in that one table; here is only what Discord's options make of it.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from discord import app_commands

from bot.engine import Engine
from bot.errors import InvalidRequestError, NotAllowedError, UserError
from bot.operations import Catalog, Params
from bot.providers import prompt as midjourney
from bot.providers.models import EVERYBODYS, Model, check, default_model, model, models
from bot.providers.needs import MIDJOURNEY, capable, needs_behind, plain_needs, values_for
from bot.providers.prompt_vocabulary import SPELLINGS
from bot.text import N_, clip
from cogs.options import code_of
from cogs.venues import Venue
from storage.models import Job, Status

AUTO = "auto"
MIDJOURNEY_CHOICES = [
    app_commands.Choice(name=each.label, value=each.key) for each in models() if not each.is_plain
]
CHOICES = [
    app_commands.Choice(name=N_("Auto: what usually draws here"), value=AUTO),
    *(app_commands.Choice(name=each.label, value=each.key) for each in models()),
]
_USUAL = model(midjourney.DEFAULT_MODEL.key)
# Failures of a provider's account, or of all of it: another provider may well draw the same.
_AWAY = frozenset({"credit", "ratelimit", "auth", "unavailable"})
_TYPED = re.compile(r"(?<!\S)([-–—―－]+)([A-Za-z][\w-]*)")


@dataclass(frozen=True, kw_only=True)
class Instead:
    """A request to another model that asks the same; `price` is its estimate in fen."""

    model: Model
    request: Params
    price: int | None


def connected(catalog: Catalog) -> frozenset[str]:
    """The providers among the models' that have an account here."""
    return frozenset(each.provider for each in models() if catalog.is_connected(each.operation))


def chosen_model(key: str | None, catalog: Catalog, default: str = AUTO) -> Model:
    """The model of a choice; without one, or for `AUTO`, what usually draws here.

    That is the one of the key `default`, where a server has decided on it and it can draw.
    """
    if key and key != AUTO:
        return model(key)
    here = connected(catalog)
    decided = next((each for each in models() if each.key == default), None)
    return decided if decided and decided.provider in here else default_model(here)


def version_of(text: str, key: str | None, usual: Model) -> str:
    """The key of Midjourney's model that draws a text: the chosen, else the typed, else `usual`."""
    typed = None if key else midjourney.typed(text).model
    return key or (typed.key if typed else usual.key)


def missing(chosen: Model, venue: Venue) -> UserError:
    """Why a model is not to be had somewhere."""
    if venue.is_off(chosen.provider):
        return NotAllowedError(
            N_("{model} is turned off on this server. An admin can turn it on: /config providers."),
            model=chosen.label,
        )
    return InvalidRequestError(
        N_("{model} is not set up on this bot; ask whoever runs it."), model=chosen.label
    )


def options_for(chosen: Model, given: Mapping[str, Any]) -> dict[str, Any]:
    """The options that a model has to honour, of those a command was given.

    Styles by their codes, also where another model has them; an aspect as it is usually written.
    """
    options = {
        name: value
        for name, value in given.items()
        if name not in EVERYBODYS and value is not None and value is not False
        if not isinstance(value, str) or value.strip()
    }
    if "style" in options:
        style = code_of(options["style"], chosen.styles)
        if not chosen.can("style", style):
            style = code_of(style, [named for each in models() for named in each.styles])
        options["style"] = style
    if "aspect" in options:
        options["aspect"] = "".join(unicodedata.normalize("NFKC", options["aspect"]).split())
    return options


def plain_requests(
    chosen: Model, catalog: Catalog, texts: Iterable[str], options: Mapping[str, Any]
) -> tuple[Params, ...]:
    """What draws each of these texts; InvalidRequestError names what the model cannot honour."""
    operation = catalog.operation(chosen.operation)
    requests = []
    for text in texts:
        needs = plain_needs(text, options)
        check(chosen, needs, connected(catalog))
        _check_plain(str(needs["prompt"]), chosen)
        requests.append(operation.validate(values_for(chosen, needs)))
    return tuple(requests)


def prompted(
    catalog: Catalog, texts: Iterable[str], key: str | None, usual: Model = _USUAL
) -> tuple[Params, ...]:
    """What has Midjourney draw each of these prompts, with the model of a key or the typed one.

    `usual` draws those that name none.
    """
    operation = catalog.operation(MIDJOURNEY)
    prompts = [
        midjourney.compose(text, model=version_of(text, key, usual), options={}) for text in texts
    ]
    return tuple(operation.validate({"text": midjourney.print_prompt(each)}) for each in prompts)


def typed_requests(venue: Venue, key: str, texts: Iterable[str]) -> tuple[Params, ...]:
    """What draws typed prompts, for the operation of the `chosen_model` of this key."""
    chosen = chosen_model(key, venue.catalog, venue.usual)
    if chosen.is_plain:
        return plain_requests(chosen, venue.catalog, texts, {})
    return prompted(venue.catalog, texts, key or None, chosen)


def instead_of(
    job: Job,
    engine: Engine,
    catalog: Catalog,
    usual_board: str | None = None,
    *,
    tried: Collection[str] = (),
    named: str = "",
) -> Instead | None:
    """What else could draw what its provider is not to be had for; None without.

    `catalog` is that of where it would be ordered. The moodboard that its person usually draws
    with is no wish of this request's. `tried` are providers that are no way out; only the model
    of the key `named` counts where it is given.
    """
    if not (is_held_up(job) or (job.status is Status.FAILED and job.failure in _AWAY)):
        return None
    behind = None
    with suppress(InvalidRequestError):  # a prompt that only an earlier version could read
        behind = needs_behind(job.operation, job.params)
    if behind is None:
        return None
    chosen, needs = behind
    if usual_board and needs.get("moodboard") == usual_board:
        needs = {option: value for option, value in needs.items() if option != "moodboard"}
    able = capable([needs], connected(catalog) - set(tried), after=chosen)
    other = next((each for each in able if named in ("", each.key)), None)
    if other is None:
        return None
    operation = catalog.operation(other.operation)
    request = operation.validate(values_for(other, needs))
    price = engine.price(operation, request, request.traits(frozenset()))
    return Instead(model=other, request=request, price=price)


def is_held_up(job: Job) -> bool:
    """Whether a job waits because its provider did not take it, which has cost nothing."""
    return job.status is Status.QUEUED and job.attempts > 0


def _check_plain(text: str, chosen: Model) -> None:
    if not text:
        raise InvalidRequestError(N_("Write what to draw."))
    for found in _TYPED.finditer(text):
        dashes, name = found[1], found[2]
        # As in Midjourney's prompts, a long dash is a phone's "--" only before a known name.
        if "--" in dashes or (dashes != "-" and name.lower() in SPELLINGS):
            raise InvalidRequestError(
                N_(
                    "{model} takes no parameters such as {flag}: use the options, "
                    "or choose a Midjourney model."
                ),
                model=chosen.label,
                flag=clip(found[0], 40),
            )
