"""``/config``: what a server's admins decide. Each command checks again that it is one of them.

What a command does stands in the ``config_…`` module of its noun.
"""

from typing import TYPE_CHECKING, Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot.operations import Group
from bot.rules import AgePolicy, Pressers
from bot.text import N_, _
from cogs.config_accounts import ask_account, on_interaction, remove_account
from cogs.config_audit import show_audit
from cogs.config_banned import LONGEST_REPLACEMENT, set_word, suggest_words
from cogs.config_changes import decide, for_admins
from cogs.config_files import export as export_settings
from cogs.config_files import import_ as import_settings
from cogs.config_limits import Somebody, Whose, set_quota
from cogs.config_names import (
    AGE_CHOICES,
    GROUP_CHOICES,
    LABELS,
    LANGUAGE_CHOICES,
    LANGUAGES,
    PRESSER_CHOICES,
    PROVIDER_CHOICES,
    RULE_CHOICES,
    SETTING_CHOICES,
)
from cogs.config_people import LONGEST_REASON, ResetItem, block_person, reset_one, unblock_person
from cogs.config_places import Postable, rule_channel, set_log, set_restricted, set_results
from cogs.config_roles import set_buttons, set_role
from cogs.config_services import set_model, set_provider
from cogs.config_show import show_page
from cogs.errors import tell
from cogs.models import CHOICES
from cogs.replies import Interaction
from cogs.usage import show_usage

if TYPE_CHECKING:
    from cogs.bot import Studio

_SERVICE = N_("Which service.")
_REMOVE_ROLE = N_("Take this role out again instead.")


@app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
@app_commands.default_permissions(manage_guild=True)
class Config(
    commands.GroupCog,
    group_name="config",
    group_description=N_("This server's settings, for its admins."),
):
    """For those who may manage the server."""

    @app_commands.command(description=N_("Show every setting, and where it comes from."))
    @for_admins
    async def show(self, interaction: Interaction) -> None:
        """One private page."""
        await show_page(interaction)

    @app_commands.command(
        description=N_("Turn a service such as Midjourney on or off on this server.")
    )
    @app_commands.describe(provider=_SERVICE, enabled=N_("Whether it may be used on this server."))
    @app_commands.choices(provider=PROVIDER_CHOICES)
    @for_admins
    async def providers(self, interaction: Interaction, provider: str, enabled: bool) -> None:
        """Which providers serve this server."""
        await set_provider(interaction, provider, enabled=enabled)

    @app_commands.command(description=N_("Decide what draws where a person chooses no model."))
    @app_commands.describe(model=N_("Which model."))
    @app_commands.choices(model=CHOICES)
    @for_admins
    async def model(self, interaction: Interaction, model: str) -> None:
        """The default model."""
        await set_model(interaction, model)

    @app_commands.command(description=N_("Pay a service with this server's own account."))
    @app_commands.describe(
        provider=_SERVICE, remove=N_("Remove this server's own account instead.")
    )
    @app_commands.choices(provider=PROVIDER_CHOICES)
    @for_admins
    async def account(self, interaction: Interaction, provider: str, remove: bool = False) -> None:
        """Entered in a modal, tried out, and never shown again."""
        await (remove_account if remove else ask_account)(interaction, provider)

    @app_commands.command(
        description=N_("Allow or deny commands in a channel, or in all channels of a category.")
    )
    @app_commands.describe(
        channel=N_("A channel with its threads, or a category."),
        rule=N_("Once a channel is allowed, all others are denied."),
    )
    @app_commands.choices(rule=RULE_CHOICES)
    @for_admins
    async def channel(
        self, interaction: Interaction, channel: app_commands.AppCommandChannel, rule: str
    ) -> None:
        """Where commands work."""
        await rule_channel(interaction, channel, rule)

    @app_commands.command(
        description=N_("Limit a group of commands to some roles; add them one by one.")
    )
    @app_commands.describe(
        group=N_("Which commands."), role=N_("Who may use them."), remove=_REMOVE_ROLE
    )
    @app_commands.choices(group=GROUP_CHOICES)
    @for_admins
    async def role(
        self, interaction: Interaction, group: str, role: discord.Role, remove: bool = False
    ) -> None:
        """One role more, or one less."""
        await set_role(interaction, Group(group), role, remove=remove)

    @app_commands.command(
        description=N_("Limit everyone, a role or a person; without limits, show what holds.")
    )
    @app_commands.describe(
        role=N_("Whose limits; without a role or a person they are everyone's."),
        person=N_("Whose limits; a person's own count before those of roles."),
        jobs_per_day=N_("A number such as 20, “unlimited”, or “-” to leave it undecided here."),
        running=N_("Jobs at once: a number, “unlimited” or “-”."),
        money_per_month=N_("Yuan such as 12.50, “unlimited” or “-”."),
        clear=N_("Take all limits of theirs away again."),
    )
    @for_admins
    async def quota(
        self,
        interaction: Interaction,
        role: discord.Role | None = None,
        person: Somebody | None = None,
        jobs_per_day: str | None = None,
        running: str | None = None,
        money_per_month: str | None = None,
        clear: bool = False,
    ) -> None:
        """Without limits it only says what holds."""
        given = {
            "jobs_per_day": jobs_per_day,
            "running": running,
            "money_per_month": money_per_month,
        }
        typed = {name: text for name, text in given.items() if text is not None}
        await set_quota(interaction, Whose.of_options(role, person), typed, clear=clear)

    @app_commands.command(description=N_("Refuse or replace a word in prompts, or allow it again."))
    @app_commands.describe(
        pattern=N_("The word; * stands for any letters, ? for exactly one."),
        replacement=N_("What takes its place; without it, prompts with the word are refused."),
        remove=N_("Allow the word again instead."),
    )
    @for_admins
    async def word(
        self,
        interaction: Interaction,
        pattern: str,
        replacement: app_commands.Range[str, 1, LONGEST_REPLACEMENT] | None = None,
        remove: bool = False,
    ) -> None:
        """One banned word."""
        await set_word(interaction, pattern, replacement, remove=remove)

    @word.autocomplete("pattern")
    async def _words(
        self, interaction: Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        return await suggest_words(interaction, current)

    @app_commands.command(description=N_("Decide what holds in age-restricted channels."))
    @app_commands.describe(policy=N_("What applies there."))
    @app_commands.choices(policy=AGE_CHOICES)
    @for_admins
    async def restricted(self, interaction: Interaction, policy: str) -> None:
        """The policy for age-restricted channels."""
        await set_restricted(interaction, AgePolicy(policy))

    @app_commands.command(
        description=N_("Decide who may use the buttons under other people's results.")
    )
    @app_commands.describe(
        who=N_("Who may use them."),
        role=N_("For “some roles”: a role that may."),
        remove=_REMOVE_ROLE,
    )
    @app_commands.choices(who=PRESSER_CHOICES)
    @for_admins
    async def buttons(
        self,
        interaction: Interaction,
        who: str,
        role: discord.Role | None = None,
        remove: bool = False,
    ) -> None:
        """Who may press."""
        await set_buttons(interaction, Pressers(who), role, remove=remove)

    @app_commands.command(
        description=N_("Post all results in one channel, or where they were asked for.")
    )
    @app_commands.describe(
        channel=N_("Which channel; without it, results stay where they were asked for.")
    )
    @for_admins
    async def results(
        self,
        interaction: Interaction,
        channel: app_commands.Transform[app_commands.AppCommandChannel, Postable] | None = None,
    ) -> None:
        """The results channel."""
        await set_results(interaction, channel)

    @app_commands.command(
        description=N_("Show every change of settings and every job in a channel, or stop that.")
    )
    @app_commands.describe(channel=N_("Which channel; without it, there is no log."))
    @for_admins
    async def log(
        self,
        interaction: Interaction,
        channel: app_commands.Transform[app_commands.AppCommandChannel, Postable] | None = None,
    ) -> None:
        """The log channel."""
        await set_log(interaction, channel)

    @app_commands.command(
        description=N_("Decide on the language of what is posted on this server.")
    )
    @app_commands.describe(language=N_("Which language."))
    @app_commands.choices(language=LANGUAGE_CHOICES)
    @for_admins
    async def language(self, interaction: Interaction, language: str) -> None:
        """The server's language."""
        rules = await decide(interaction, "language", lambda _rules: language)
        await tell(interaction, _(LANGUAGES[rules.language]))

    @app_commands.command(description=N_("Label results as made by AI, or not."))
    @app_commands.describe(enabled=N_("Whether they are labelled."))
    @for_admins
    async def label(self, interaction: Interaction, enabled: bool) -> None:
        """The AI label."""
        await decide(interaction, "ai_label", lambda _rules: enabled)
        await tell(interaction, _(LABELS[enabled]))

    @app_commands.command(description=N_("Refuse whatever a person orders on this server."))
    @app_commands.describe(
        person=N_("Which person."), reason=N_("What they are told when they are refused.")
    )
    @for_admins
    async def block(
        self,
        interaction: Interaction,
        person: Somebody,
        reason: app_commands.Range[str, 1, LONGEST_REASON] | None = None,
    ) -> None:
        """From now on."""
        await block_person(interaction, person, reason or "")

    @app_commands.command(description=N_("Serve a blocked person again."))
    @app_commands.describe(person=N_("Which person."))
    @for_admins
    async def unblock(self, interaction: Interaction, person: Somebody) -> None:
        """From now on."""
        await unblock_person(interaction, person)

    @app_commands.command(description=N_("Reset somebody's usage, or a setting."))
    @app_commands.describe(
        person=N_("Their usage counts from now on."), setting=N_("It gets its default again.")
    )
    @app_commands.choices(setting=SETTING_CHOICES)
    @for_admins
    async def reset(
        self,
        interaction: Interaction,
        person: Somebody | None = None,
        setting: str | None = None,
    ) -> None:
        """A person's usage, a setting, or everything."""
        await reset_one(interaction, person, setting)

    @app_commands.command(description=N_("Get this server's settings as a file."))
    @for_admins
    async def export(self, interaction: Interaction) -> None:
        """Everything but accounts."""
        await export_settings(interaction)

    @app_commands.command(name="import", description=N_("Take this server's settings from a file."))
    @app_commands.describe(
        file=N_("A file of /config export."), dry_run=N_("Only say what would change.")
    )
    @for_admins
    async def import_(
        self, interaction: Interaction, file: discord.Attachment, dry_run: bool = False
    ) -> None:
        """All of it or nothing."""
        await import_settings(interaction, file, dry_run)

    @app_commands.command(
        description=N_("Show what this server has used, by person, model and day.")
    )
    @app_commands.describe(days=N_("How many days to show."))
    @for_admins
    async def usage(self, interaction: Interaction, days: Literal[7, 30, 90] = 30) -> None:
        """By person, model and day."""
        await show_usage(interaction, days)

    @app_commands.command(
        description=N_("Show who has changed which setting, the last twenty times.")
    )
    @for_admins
    async def audit(self, interaction: Interaction) -> None:
        """The last changes."""
        await show_audit(interaction)


async def setup(bot: "Studio") -> None:
    """Add the commands, and receive what confirms a reset and what brings an account."""
    bot.add_dynamic_items(ResetItem)
    bot.add_listener(on_interaction)
    await bot.add_cog(Config())
