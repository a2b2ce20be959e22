"""May this person do this here, now, at this price? Pure: plain values in, a refusal or nothing.

Every refusal says which rule it is, and what would help. Admins are bound by their server's rules
like everybody: they can change them.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.errors import NotAllowedError, QuotaError
from bot.operations import Group
from bot.rules import AgePolicy, Limits, Pressers, Quotas, Rules
from bot.text import N_
from storage.models import Job, Moodboard
from storage.records import Standing, Usage

_MOST_NAMED = 20


@dataclass(frozen=True, kw_only=True)
class Person:
    """Who acts, and where: `guild_id` None is the person's DM with the bot.

    `holds_copy`: the press came from a message that this bot sent to that DM. `is_operator`: the
    application is theirs. `channel_ids` are the channel, what it is a thread of, and its category.
    """

    user_id: int
    guild_id: int | None
    is_admin: bool = False
    holds_copy: bool = False
    is_operator: bool = False
    role_ids: frozenset[int] = frozenset()
    channel_ids: frozenset[int] = frozenset()
    is_age_restricted: bool = False

    @property
    def roles(self) -> frozenset[int]:
        """Their roles, and the one that everyone in a server has: its id is the server's."""
        return self.role_ids if self.guild_id is None else self.role_ids | {self.guild_id}


@dataclass(frozen=True)
class Windows:
    """The day and the month (UTC) of an instant: when they began and when the next ones begin."""

    day: int
    next_day: int
    month: int
    next_month: int

    @classmethod
    def at(cls, now: int) -> "Windows":
        """Those of an instant in milliseconds."""
        moment = datetime.fromtimestamp(now / 1000, UTC)
        day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
        month = day.replace(day=1)
        next_month = (month + timedelta(days=32)).replace(day=1)
        instants = (day, day + timedelta(days=1), month, next_month)
        return cls(*(round(each.timestamp() * 1000) for each in instants))


def check_run(
    person: Person, group: Group, provider: str, rules: Rules, standing: Standing
) -> None:
    """NotAllowedError unless a server lets this person order this kind of thing here."""
    check_here(person, group, rules, standing)
    if provider in rules.providers_off:
        raise NotAllowedError(
            N_("This is turned off on this server. An admin can turn it on: /config providers.")
        )


def check_here(person: Person, group: Group, rules: Rules, standing: Standing) -> None:
    """NotAllowedError unless a server lets this person use this group of commands here."""
    check_place(person, rules, standing)
    allowed = rules.roles.get(group, frozenset()) if person.guild_id is not None else None
    if allowed and not allowed & person.roles:
        raise NotAllowedError(
            N_("On this server these commands are only for: {roles}."),
            roles=_listed("<@&{}>", allowed),
        )


def check_place(person: Person, rules: Rules, standing: Standing) -> None:
    """NotAllowedError unless a server serves this person, and in this channel."""
    if standing.blocked_at is not None:
        if standing.block_reason:
            raise NotAllowedError(
                N_("You are blocked here: {reason}. Ask an admin of this server."),
                reason=standing.block_reason,
            )
        raise NotAllowedError(N_("You are blocked here. Ask an admin of this server."))
    if person.guild_id is not None:
        _check_channel(person, rules)


def _check_channel(person: Person, rules: Rules) -> None:
    channels = rules.channels
    if channels.denied & person.channel_ids:
        raise NotAllowedError(
            N_("This server does not allow these commands in this channel. Use another one.")
        )
    # Where the results are, their buttons have to work.
    there = {rules.results_channel} & person.channel_ids
    if channels.allowed and not (there or channels.allowed & person.channel_ids):
        raise NotAllowedError(
            N_("On this server these commands only work in: {channels}."),
            channels=_listed("<#{}>", channels.allowed),
        )
    if rules.age_restricted is AgePolicy.ONLY and not person.is_age_restricted:
        raise NotAllowedError(
            N_("On this server these commands only work in age-restricted channels.")
        )
    if rules.age_restricted is AgePolicy.NEVER and person.is_age_restricted:
        raise NotAllowedError(
            N_("On this server these commands do not work in age-restricted channels.")
        )


def words_hold(person: Person, rules: Rules) -> bool:
    """Whether the banned words count where this person is."""
    relaxed = rules.age_restricted is AgePolicy.RELAXED and person.is_age_restricted
    return bool(rules.words) and not relaxed


def limits_for(person: Person, quotas: Quotas, usual: Limits, *, is_ours: bool = True) -> Limits:
    """The limits that hold for somebody: their own, else the best of their roles, else everyone's.

    Each of the three by itself. `usual` are those of the environment: they hold where nobody says
    otherwise, and where the bot's own account pays (`is_ours`) no server can go above them.
    """
    of_roles = [limits for role, limits in quotas.roles.items() if role in person.roles]
    own = quotas.people.get(person.user_id, Limits())
    several = Limits.most_generous(of_roles)
    decided = own.over(several).over(quotas.everyone).over(usual)
    return decided.within(usual) if is_ours else decided


def check_usage(limits: Limits, usage: Usage, price: int | None, windows: Windows) -> None:
    """QuotaError when one more job of this price (fen; None unknown) is more than the limits.

    A job of unknown price passes as long as any money is left.
    """
    if 0 in (limits.running, limits.jobs_per_day, limits.money_per_month):
        raise QuotaError(N_("Your limit here is 0, so you cannot order anything. Ask an admin."))
    if isinstance(limits.running, int) and usage.running >= limits.running:
        raise QuotaError(
            N_(
                "Jobs under way: {n}. Your limit here is {most} at once. "
                "Try again when one of them is finished."
            ),
            n=usage.running,
            most=limits.running,
        )
    if isinstance(limits.jobs_per_day, int) and usage.jobs >= limits.jobs_per_day:
        raise QuotaError(
            N_("You have used {n} of today's {most} jobs here."),
            retry_at=windows.next_day,
            n=usage.jobs,
            most=limits.jobs_per_day,
        )
    _check_money(limits, usage, price, windows)


def _check_money(limits: Limits, usage: Usage, price: int | None, windows: Windows) -> None:
    most = limits.money_per_month
    if not isinstance(most, int):
        return
    if (price or 0) > most:
        raise QuotaError(
            N_("This costs about {price}, and your limit here is {most} a month. Ask an admin."),
            price=_yuan(price or 0),
            most=_yuan(most),
        )
    if usage.fen >= most and price != 0:
        raise QuotaError(
            N_("You have used up this month's {most} here."),
            retry_at=windows.next_month,
            most=_yuan(most),
        )
    if usage.fen + (price or 0) > most:
        raise QuotaError(
            N_(
                "This costs about {price}, and only {left} of this month's {most} is left here. "
                "Choose something cheaper."
            ),
            retry_at=windows.next_month,
            price=_yuan(price or 0),
            left=_yuan(most - usage.fen),
            most=_yuan(most),
        )


def _yuan(fen: int) -> str:
    return f"¥{fen / 100:.2f}"


def check_visible(person: Person, job: Job) -> None:
    """A job is seen in its own server, by its owner in their DM, and by whom a copy was sent to.

    NotAllowedError elsewhere.
    """
    if person.guild_id is None:
        if not person.holds_copy and job.destination.user_id != person.user_id:
            raise NotAllowedError(N_("Go on from this in the server where it was made."))
    elif job.destination.guild_id != person.guild_id:
        raise NotAllowedError(N_("This job belongs to another server."))


def check_press(person: Person, job: Job, rules: Rules) -> None:
    """Who sees a result may follow it up, and pays for it, if its server leaves it to them.

    `rules` are those of the job's server, which also hold for copies in direct messages.
    """
    check_visible(person, job)
    buttons = rules.buttons
    if buttons.who is Pressers.EVERYONE or person.user_id == job.destination.user_id:
        return
    if person.guild_id is None:
        raise NotAllowedError(N_("Go on from this in the server where it was made."))
    if buttons.who is Pressers.OWNER or not buttons.roles:
        raise NotAllowedError(
            N_("On this server only the person who started this may use its buttons.")
        )
    if buttons.who is Pressers.ROLES and not buttons.roles & person.roles:
        raise NotAllowedError(
            N_("On this server only the person who started this and {roles} may use its buttons."),
            roles=_listed("<@&{}>", buttons.roles),
        )


def _listed(form: str, ids: Collection[int]) -> str:
    """Mentions, as many of them as a message has room for."""
    more = ["…"] if len(ids) > _MOST_NAMED else []
    return ", ".join([form.format(each) for each in sorted(ids)[:_MOST_NAMED]] + more)


def check_admin(person: Person) -> None:
    """NotAllowedError unless somebody may manage the server that they are in."""
    if person.guild_id is None:
        raise NotAllowedError(N_("This works on a server, not in direct messages."))
    if not person.is_admin:
        raise NotAllowedError(N_("Only people with the Manage Server permission may do that."))


def check_owner(person: Person, job: Job) -> None:
    """Cancel, retry and delete belong to the job's owner and the server's admins."""
    check_visible(person, job)
    if person.user_id != job.destination.user_id and not person.is_admin:
        raise NotAllowedError(N_("Only the person who started this, or an admin, may do that."))


def check_board(person: Person, board: Moodboard) -> None:
    """A moodboard is changed by who made it and by the server's admins."""
    if person.user_id != board.user_id and not person.is_admin:
        raise NotAllowedError(N_("Only who made this moodboard, or an admin, may change it."))


def check_operator(person: Person, operator_guilds: Collection[int]) -> None:
    """The bot's own account is its owner's affair, and that of the operators' servers' admins."""
    at_home = person.guild_id is not None and person.guild_id in operator_guilds
    if not person.is_operator and not (at_home and person.is_admin):
        raise NotAllowedError(
            N_(
                "Only whoever runs this bot may look into its account: its owner, or admins of "
                "the servers in OPERATOR_GUILD_IDS."
            )
        )
