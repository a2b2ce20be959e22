"""A server's own accounts at providers: the form that asks for one, its trial, its removal.

Neither of an account's values is ever shown again, quoted or logged.
"""

import asyncio
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import discord

from bot import policy
from bot.accounts import ENVIRONMENT
from bot.errors import AuthError, CreditError, InvalidRequestError, ProviderError
from bot.log import SHORTEST, hidden
from bot.text import N_, _, clip, set_reader
from cogs import errors
from cogs.errors import ANSWER_SECONDS, tell
from cogs.forms import said_in
from cogs.replies import Interaction, hand_over, person_of
from cogs.words import service_of

if TYPE_CHECKING:
    from cogs.bot import Studio

_TEMPLATE = re.compile(r"config:account:(?P<provider>[a-z]+)")
_LONGEST, _LONGEST_TITLE = 500, 45
_WITH_TOKEN = frozenset({"wanxiang"})  # providers whose account is one token
_LABELS = {"app_id": N_("App id"), "secret": N_("Secret"), "token": N_("Token")}
_REFUSED = frozenset({401, 403})


class _Typed(NamedTuple):
    """What was typed into a form; the secret is the token where there is nothing else."""

    app_id: str
    secret: str


async def ask_account(interaction: Interaction, provider: str) -> None:
    """Open the form for a server's own account; a UserError where that cannot be had."""
    studio: Studio = interaction.client
    policy.check_admin(person_of(interaction))
    studio.gate.accounts.form_of(provider)
    async with asyncio.timeout(ANSWER_SECONDS):
        await interaction.response.send_modal(_form(provider))


async def remove_account(interaction: Interaction, provider: str) -> None:
    """Have a server's own account pay nothing new, and say what becomes of its jobs."""
    studio: Studio = interaction.client
    person = person_of(interaction)
    policy.check_admin(person)
    accounts, service = studio.gate.accounts, service_of(provider)
    guild_id = person.guild_id
    if guild_id is None or not await accounts.remove(provider, guild_id, person.user_id):
        raise InvalidRequestError(
            N_("This server has no {service} account of its own."), service=service
        )
    if (provider, ENVIRONMENT) in accounts:
        then = _("New jobs with {service} are paid by this bot's account again.", service=service)
    else:
        then = _(
            "{service} is off here until there is an account again: /config account.",
            service=service,
        )
    told = _(
        "This server's {service} account pays for nothing new any more. Jobs that are under way "
        "are finished and paid with it; then it is forgotten. What follows up their results is no "
        "longer to be had.",
        service=service,
    )
    await tell(interaction, f"{told} {then}")


async def on_interaction(interaction: discord.Interaction[Any]) -> None:
    """Receive the form: from its id, so that one that was opened before a restart works."""
    if interaction.type is not discord.InteractionType.modal_submit:
        return
    data: Any = interaction.data or {}
    match = _TEMPLATE.fullmatch(data.get("custom_id", ""))
    if match is None:
        return
    set_reader(str(interaction.locale))
    typed = _typed(data)
    with hidden(typed):
        try:
            await _take(interaction, match["provider"], typed)
        except Exception as error:
            # No hook of the library hears of an exception in here.
            await errors.answer(interaction, error)


async def _take(interaction: Interaction, provider: str, typed: _Typed) -> None:
    studio: Studio = interaction.client
    policy.check_admin(person_of(interaction))
    studio.gate.accounts.form_of(provider)
    _check(provider, typed)

    async def work() -> None:
        # In here again, because this runs later; a fault of ours is logged before it is over.
        with hidden(typed):
            try:
                await tell(interaction, await _kept(interaction, provider, typed))
            except Exception as error:
                await errors.answer(interaction, error)

    await hand_over(interaction, work)


async def _kept(interaction: Interaction, provider: str, typed: _Typed) -> str:
    """Try an account out and keep it; what there is to say about that."""
    studio: Studio = interaction.client
    accounts, person = studio.gate.accounts, person_of(interaction)
    guild_id, service = person.guild_id or 0, service_of(provider)
    try:
        credential = await accounts.tried(provider, *typed)
    except ProviderError as error:
        # Not in the provider's own words: it may have quoted what it was sent.
        raise _refusal(error, service) from None
    is_new = provider not in accounts.own(guild_id)
    if not await accounts.put(credential, guild_id, person.user_id):
        return _(
            "{service} accepts this account. It is the one that this server had; from now on it is "
            "used with what you have just typed.",
            service=service,
        )
    told = _(
        "{service} accepts this account. From now on it pays for what is newly made with "
        "{service} on this server.",
        service=service,
    )
    under_way = _("What is under way stays with the account that it was begun with.")
    if is_new:
        rest = _("So do follow-ups of earlier results.")
    else:
        rest = _("Results of the account before it can no longer be followed up.")
    return f"{told} {under_way} {rest}"


def _refusal(error: ProviderError, service: str) -> InvalidRequestError:
    if isinstance(error, AuthError) or error.status in _REFUSED:
        sentence = N_(
            "{service} does not accept this account, so it is not kept. Copy its values again and "
            "send them by /config account."
        )
    elif isinstance(error, CreditError):
        sentence = N_(
            "This {service} account has no credit left, so it is not kept. Top it up, then send "
            "it again by /config account."
        )
    else:
        sentence = N_(
            "{service} gave no clear answer just now, so this account could not be tried out and "
            "is not kept. Send it again by /config account in a few minutes; if this stays so, "
            "ask whoever runs this bot."
        )
    return InvalidRequestError(sentence, service=service)


def _names(provider: str) -> tuple[str, ...]:
    """The fields of a provider's form."""
    return ("token",) if provider in _WITH_TOKEN else ("app_id", "secret")


def _typed(data: Mapping[str, Any]) -> _Typed:
    return _Typed(said_in(data, "app_id"), said_in(data, "secret") or said_in(data, "token"))


def _check(provider: str, typed: _Typed) -> None:
    """InvalidRequestError when a value is missing, or cannot be sent as it is."""
    for name in _names(provider):
        value = typed.app_id if name == "app_id" else typed.secret
        label = _(_LABELS[name])
        if not SHORTEST <= len(value) <= _LONGEST:
            raise InvalidRequestError(
                N_("{field} needs {least} to {most} characters. Copy it whole: /config account."),
                field=label,
                least=SHORTEST,
                most=_LONGEST,
            )
        if not (value.isascii() and value.isprintable()):
            raise InvalidRequestError(
                N_(
                    "{field} holds characters that cannot be sent. Copy it again, in one line and "
                    "without anything around it: /config account."
                ),
                field=label,
            )


def _form(provider: str) -> discord.ui.Modal:
    title = _("{service} account", service=service_of(provider))
    modal = discord.ui.Modal(
        title=clip(title, _LONGEST_TITLE), custom_id=f"config:account:{provider}"
    )
    for name in _names(provider):
        modal.add_item(
            discord.ui.Label(
                text=_(_LABELS[name]),
                description=_("It is encrypted, and never shown again."),
                component=discord.ui.TextInput(
                    custom_id=name, min_length=SHORTEST, max_length=_LONGEST
                ),
            )
        )
    # A stopped modal is not kept in memory, so that only its id dispatches it.
    modal.stop()
    return modal
