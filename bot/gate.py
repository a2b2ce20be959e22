"""Between an order and its row: the server's rules, who pays, and what is left of the limits.

What is refused here was neither kept nor sent, and costs nothing.
"""

from collections.abc import Callable, Collection
from functools import lru_cache, partial

from bot import policy
from bot.accounts import ENVIRONMENT, Accounts
from bot.banned import WordList
from bot.errors import GoneError, NotAllowedError
from bot.operations import Catalog, Group, Operation, Params
from bot.policy import Person, Windows
from bot.providers.wording import reworded
from bot.rules import BannedWord, Limits, Rules
from bot.servers import Servers
from bot.text import N_
from storage.models import Job
from storage.records import Allowance, Standing


class Gate:
    """Asked for each order, and before anybody is shown something that leads to one.

    `usual` are the limits that hold where no server says otherwise, and that no server goes above
    where the bot's own account pays. Who is blocked in one of the
    servers of `operators` is blocked in direct messages, too.
    """

    def __init__(
        self,
        *,
        servers: Servers,
        accounts: Accounts,
        now: Callable[[], int],
        usual: Limits | None = None,
        operators: Collection[int] = (),
    ) -> None:
        self.servers, self.accounts, self._now = servers, accounts, now
        self.usual, self._operators = usual or Limits(), tuple(operators)

    async def rules(self, person: Person) -> Rules:
        """The rules where somebody is."""
        return await self.servers.rules(person.guild_id)

    async def check(self, person: Person, operation: Operation) -> Rules:
        """NotAllowedError unless somebody may order this here; else the rules."""
        rules = await self.rules(person)
        standing = await self._standing(person)
        policy.check_run(person, operation.group, operation.provider, rules, standing)
        return rules

    async def check_group(self, person: Person, group: Group) -> Rules:
        """NotAllowedError unless somebody may use this group of commands here; else the rules."""
        rules = await self.rules(person)
        policy.check_here(person, group, rules, await self._standing(person))
        return rules

    async def serves(self, person: Person) -> bool:
        """Whether a server serves somebody in this channel, whatever they want there."""
        rules, standing = await self.rules(person), await self._standing(person)
        try:
            policy.check_place(person, rules, standing)
        except NotAllowedError:
            return False
        return True

    async def check_press(self, person: Person, job: Job) -> None:
        """NotAllowedError unless somebody may follow up this job's result."""
        rules = await self.servers.rules(job.destination.guild_id)
        policy.check_press(person, job, rules)

    async def catalog(self, catalog: Catalog, guild_id: int | None) -> Catalog:
        """The catalog of a place: what has an account there and is not turned off."""
        return self.catalog_by(catalog, guild_id, await self.servers.rules(guild_id))

    def catalog_by(self, catalog: Catalog, guild_id: int | None, rules: Rules) -> Catalog:
        """The catalog of a place with these rules."""
        return catalog.having(self.accounts.providers(guild_id) - rules.providers_off)

    def account(
        self,
        operation: Operation,
        person: Person,
        parent: Job | None,
        params: Params | None = None,
    ) -> str:
        """The name of the account that pays: that of the job which is followed, else the place's.

        What takes nothing of the parent but its words or its file follows no job. GoneError when
        the account of the followed job pays no more; NotAllowedError in another place.
        """
        is_theirs = parent is not None and parent.provider == operation.provider
        if parent is None or not (is_theirs and operation.follows(params)):
            return self.accounts.payer(operation.provider, person.guild_id)
        name = parent.credential
        if self.accounts.pays(operation.provider, name, person.guild_id):
            return name
        if name != ENVIRONMENT and person.guild_id != parent.destination.guild_id:
            raise NotAllowedError(N_("Go on from this in the server where it was made."))
        raise GoneError(
            N_(
                "The account that this was made with is not connected any more. What starts from "
                "the picture itself still works: Retexture under “More…”, or /edit."
            )
        )

    def worded(self, operation: Operation, params: Params, person: Person, rules: Rules) -> Params:
        """The request without the banned words; NotAllowedError for one that is refused."""
        if not policy.words_hold(person, rules):
            return params
        return reworded(operation, params, _list_of(rules.words).cleaned)

    def limits(self, person: Person, rules: Rules, payer: str = ENVIRONMENT) -> Limits:
        """The limits that hold for somebody where this account pays."""
        is_ours = payer == ENVIRONMENT
        return policy.limits_for(person, rules.quotas, self.usual, is_ours=is_ours)

    def allowance(
        self, person: Person, rules: Rules, price: int | None = 0, payer: str = ENVIRONMENT
    ) -> Allowance:
        """What one more job of this price is held against where this account pays."""
        windows = Windows.at(self._now())
        limits = self.limits(person, rules, payer)
        check = partial(policy.check_usage, limits, price=price, windows=windows)
        return Allowance(day=windows.day, month=windows.month, check=check)

    async def _standing(self, person: Person) -> Standing:
        places = [person.guild_id] if person.guild_id is not None else self._operators
        for place in places:
            standing = await self.servers.standing(place, person.user_id)
            if standing.blocked_at is not None:
                return standing
        return Standing()


@lru_cache(maxsize=64)
def _list_of(words: tuple[BannedWord, ...]) -> WordList:
    """A server's words, compiled once for as long as they stay the same."""
    return WordList(words)
