"""``/config`` by role: who may use which commands, and who a result's buttons."""

import discord

from bot.errors import InvalidRequestError
from bot.operations import Group
from bot.rules import Buttons, Pressers, Rules
from bot.text import N_, _
from cogs.chronicle import GROUPS
from cogs.config_changes import decide_among
from cogs.config_names import PRESSERS, listed, roles_named
from cogs.errors import tell
from cogs.replies import Interaction


async def set_role(
    interaction: Interaction, group: Group, role: discord.Role, *, remove: bool
) -> None:
    """Leave a group of commands to one role more, or to one less."""
    _check_not_everyone(role)

    def wanted(rules: Rules) -> dict[Group, frozenset[int]]:
        so_far = rules.roles.get(group, frozenset())
        if remove and role.id not in so_far:
            raise InvalidRequestError(
                N_("{role} is not among the roles for “{group}”."),
                group=_(GROUPS[group]),
                role=role.mention,
            )
        this = frozenset({role.id})
        left = so_far - this if remove else so_far | this
        return {name: roles for name, roles in {**rules.roles, group: left}.items() if roles}

    rules, gone = await decide_among(interaction, "roles", wanted)
    roles = rules.roles.get(group)
    if not roles:
        text = _("The commands of “{group}” are for everyone.", group=_(GROUPS[group]))
    else:
        text = _(
            "The commands of “{group}” are only for {roles}; everybody else is refused, admins "
            "included.",
            group=_(GROUPS[group]),
            roles=listed(roles_named(interaction.guild, roles)),
        )
    await tell(interaction, f"{text} {gone}".rstrip())


async def set_buttons(
    interaction: Interaction, who: Pressers, role: discord.Role | None, *, remove: bool
) -> None:
    """Decide who may use a result's buttons; roles one after the other."""
    if role is not None and who is not Pressers.ROLES:
        raise InvalidRequestError(N_("To name a role, choose “some roles”."))
    if role is not None:
        _check_not_everyone(role)
    if remove and role is None:
        raise InvalidRequestError(N_("Say which role to remove."))
    rules, gone = await decide_among(
        interaction, "buttons", lambda rules: _buttons(rules.buttons, who, role, remove=remove)
    )
    text = pressers(interaction.guild, rules.buttons)
    await tell(interaction, f"{text} {gone}".rstrip())


def pressers(guild: discord.Guild | None, buttons: Buttons, room: int = 1500) -> str:
    """Who may use a result's buttons, in a sentence."""
    is_left_to_none = buttons.who is Pressers.ROLES and not buttons.roles
    who = Pressers.OWNER if is_left_to_none else buttons.who
    return _(PRESSERS[who], roles=listed(roles_named(guild, buttons.roles), room))


def _buttons(so_far: Buttons, who: Pressers, role: discord.Role | None, *, remove: bool) -> Buttons:
    if who is not Pressers.ROLES:
        return Buttons(who=who)
    this = frozenset({role.id} if role else ())
    if remove and not this <= so_far.roles:
        raise InvalidRequestError(
            N_("{role} is not among the roles that may use buttons."),
            role=role.mention if role else "",
        )
    roles = so_far.roles - this if remove else so_far.roles | this
    if not roles and not remove:
        raise InvalidRequestError(N_("Say which role may use the buttons: add the option role."))
    # Without any role left it is whose result it is alone.
    return Buttons(who=who if roles else Pressers.OWNER, roles=roles)


def _check_not_everyone(role: discord.Role) -> None:
    if role.is_default():
        raise InvalidRequestError(N_("Leave the role out to mean everyone."))
