"""``/config providers`` and ``/config model``: what draws on this server."""

from typing import TYPE_CHECKING

from bot.errors import InvalidRequestError
from bot.operations import Catalog
from bot.providers.models import model, models
from bot.rules import Rules
from bot.text import N_, _
from cogs.config_changes import decide, guild_of
from cogs.errors import tell
from cogs.models import AUTO, chosen_model, connected
from cogs.replies import Interaction
from cogs.words import harmless, service_of

if TYPE_CHECKING:
    from cogs.bot import Studio

_LONGEST = 40  # characters of a model that this version does not know


async def set_provider(interaction: Interaction, provider: str, *, enabled: bool) -> None:
    """Turn a provider on or off for this server."""
    this = frozenset({provider})

    def wanted(rules: Rules) -> frozenset[str]:
        return rules.providers_off - this if enabled else rules.providers_off | this

    rules = await decide(interaction, "providers_off", wanted)
    studio: Studio = interaction.client
    service = service_of(provider)
    if not enabled:
        said = _("{service} is off on this server: nothing new is ordered there.", service=service)
    elif provider in studio.gate.accounts.providers(interaction.guild_id):
        said = _("{service} is on for this server.", service=service)
    else:
        said = _(
            "{service} is on for this server, but has no account here yet: /config account.",
            service=service,
        )
    catalog = await studio.engine.catalog_at(interaction.guild_id)
    await tell(interaction, f"{said} {drawing(rules, catalog)}")


async def set_model(interaction: Interaction, key: str) -> None:
    """Decide what /imagine draws with where a person chooses nothing."""
    studio: Studio = interaction.client
    catalog = await studio.engine.catalog_at(guild_of(interaction))
    if key != AUTO and not catalog.is_connected(model(key).operation):
        _refuse(key, catalog)
    rules = await decide(interaction, "model", lambda _rules: key)
    await tell(interaction, drawing(rules, catalog))


def drawing(rules: Rules, catalog: Catalog) -> str:
    """What draws in this place where a person chooses nothing, in a sentence."""
    if not connected(catalog):
        return _("Nothing can draw here: no service that draws is on and has an account.")
    drawn = chosen_model(None, catalog, rules.model)
    if rules.model == AUTO:
        return _("Where nobody chooses a model, {model} draws (auto).", model=drawn.label)
    if rules.model == drawn.key:
        return _("Where nobody chooses a model, {model} draws.", model=drawn.label)
    wanted = next((each.label for each in models() if each.key == rules.model), "")
    return _(
        "{wanted} cannot be had here; where nobody chooses a model, {model} draws: /config model.",
        wanted=wanted or harmless(rules.model, _LONGEST),
        model=drawn.label,
    )


def _refuse(key: str, catalog: Catalog) -> None:
    able = [each.label for each in models() if catalog.is_connected(each.operation)]
    if not able:
        raise InvalidRequestError(
            N_("Nothing can draw here: no service that draws is on and has an account.")
        )
    raise InvalidRequestError(
        N_("{model} cannot be had on this server. Choose one of: {models}."),
        model=model(key).label,
        models=", ".join(able),
    )
