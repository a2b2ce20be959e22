"""May this person do this here? Pure: takes plain values, knows neither Discord nor storage."""

from collections.abc import Collection
from dataclasses import dataclass

from bot.errors import NotAllowedError
from bot.text import N_
from storage.models import Job, Moodboard


@dataclass(frozen=True, kw_only=True)
class Person:
    """Who acts, and where: `guild_id` None is the person's DM with the bot.

    `holds_copy`: the press came from a message that this bot sent to that DM. `is_operator`: the
    application is theirs.
    """

    user_id: int
    guild_id: int | None
    is_admin: bool = False
    holds_copy: bool = False
    is_operator: bool = False


def check_visible(person: Person, job: Job) -> None:
    """A job is seen in its own server, by its owner in their DM, and by whom a copy was sent to.

    NotAllowedError elsewhere.
    """
    if person.guild_id is None:
        if not person.holds_copy and job.destination.user_id != person.user_id:
            raise NotAllowedError(N_("Go on from this in the server where it was made."))
    elif job.destination.guild_id != person.guild_id:
        raise NotAllowedError(N_("This job belongs to another server."))


def check_press(person: Person, job: Job) -> None:
    """Everyone who sees a result may follow it up, and pays for it."""
    check_visible(person, job)


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
