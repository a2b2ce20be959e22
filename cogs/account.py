"""``/account``: what the provider says about the account that jobs are paid with."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands
from discord.ext import commands

from bot import policy
from bot.accounts import ENVIRONMENT
from bot.errors import (
    InvalidRequestError,
    MediaError,
    ProtocolError,
    ProviderError,
    UncertainError,
    UserError,
)
from bot.media import charts
from bot.media.assets import new_token
from bot.operations import Group
from bot.providers import youchuan_account as account
from bot.text import N_, _, explain
from cogs import statements
from cogs.choices import find_job, suggest_jobs
from cogs.dates import moment_of
from cogs.errors import answered
from cogs.replies import Interaction, hand_over, person_of
from cogs.statements import CHART, PAGE_SIZE, Statement, statement_layout
from storage.models import Job

if TYPE_CHECKING:
    from cogs.bot import Studio

_PROVIDER = "youchuan"
_SEND_SECONDS = 30.0
_SILENT = N_(
    "❌ No callback came within {seconds} s. Check that PUBLIC_URL is this bot's address as seen "
    "from the internet, that it leads through your proxy and firewall to WEB_PORT, and that its "
    "certificate is valid. A job reports to the address of the day it was made: after a change "
    "of PUBLIC_URL make a new one first. Jobs are polled meanwhile, so nothing is lost."
)


class Account(
    commands.GroupCog, group_name="account", group_description=N_("The account that jobs cost.")
):
    """For whoever runs the bot; about a server's own account, for its admins."""

    wait_seconds = 30.0  # that a callback may take to come

    def __init__(self, studio: "Studio") -> None:
        self._studio, self._calls = studio, studio.engine.calls

    @app_commands.command(description=N_("Show the plan and what is left of it."))
    @answered
    async def balance(self, interaction: Interaction) -> None:
        """Whatever the provider says about it, line by line."""
        await self._ask(interaction, lambda payer: self._balance(interaction, payer))

    @app_commands.command(description=N_("List what each job cost, with a chart by day."))
    @app_commands.describe(
        since=N_("From this day (UTC) on, such as 2026-10-01 or 10-01."),
        to=N_("Until this day (UTC), the day included."),
        page=N_("Which page; each has a hundred jobs, the newest first."),
    )
    @answered
    async def costs(
        self,
        interaction: Interaction,
        since: str | None = None,
        to: str | None = None,
        page: app_commands.Range[int, 1, 1000] = 1,
    ) -> None:
        """A page of charges; a span of days as people write them."""
        await self._check(interaction)
        values: dict[str, Any] = {"page_no": page, "page_size": PAGE_SIZE}
        today = datetime.fromtimestamp(self._studio.now() / 1000, UTC).date()
        if since:
            values["since"] = moment_of(since, today, end=False)
        if to:
            values["to"] = moment_of(to, today, end=True)
        if since and to and values["since"] > values["to"]:
            raise InvalidRequestError(N_("The first day comes after the last one."))
        await self._ask(interaction, lambda payer: self._costs(interaction, payer, values))

    @app_commands.command(description=N_("Show what each month cost, as bars."))
    @app_commands.describe(page=N_("Which page."))
    @answered
    async def months(
        self, interaction: Interaction, page: app_commands.Range[int, 1, 1000] = 1
    ) -> None:
        """By billing period."""
        await self._ask(interaction, lambda payer: self._months(interaction, payer, page))

    @app_commands.command(
        name="callback-test", description=N_("Try whether Midjourney reaches this bot.")
    )
    @app_commands.describe(job=N_("A job to have reported again; normally the last one here."))
    @answered
    async def callback_test(self, interaction: Interaction, job: str | None = None) -> None:
        """One step that says whether PUBLIC_URL works."""
        await self._check(interaction)
        if not self._studio.public_url:
            raise InvalidRequestError(
                N_("There is nothing to try: PUBLIC_URL is not set, so every job is polled.")
            )
        chosen = await self._job(interaction, job)
        await self._ask(interaction, lambda _payer: self._test(interaction, chosen))

    @callback_test.autocomplete("job")
    async def _suggest(
        self, interaction: Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        return await suggest_jobs(interaction, current)

    async def _ask(
        self, interaction: Interaction, work: Callable[[str], Coroutine[Any, Any, None]]
    ) -> None:
        payer = await self._check(interaction)
        if not self._calls.available(_PROVIDER, payer):
            raise InvalidRequestError(N_("Midjourney is not set up on this bot."))
        await hand_over(interaction, lambda: work(payer))

    async def _check(self, interaction: Interaction) -> str:
        """The account that is looked into: a server's own by its admins, else the bot's."""
        person, gate = person_of(interaction), self._studio.gate
        own = gate.accounts.own(person.guild_id).get(_PROVIDER)
        if own is None:
            policy.check_operator(person, self._studio.operator_guild_ids)
        else:
            policy.check_admin(person)
        await gate.check_group(person, Group.ACCOUNT)
        return own.id if own else ENVIRONMENT

    async def _balance(self, interaction: Interaction, payer: str) -> None:
        data = await self._calls.ask("youchuan.subscribe", credential=payer)
        await self._show(interaction, statements.plan(data))

    async def _costs(self, interaction: Interaction, payer: str, values: dict[str, Any]) -> None:
        data = await self._calls.ask("youchuan.costs", values, credential=payer)
        charges = account.charges(account.listing(data))
        known = {charge.job_id for charge in charges if charge.job_id}
        ours = await self._studio.engine.jobs.of_external(_PROVIDER, known)
        await self._show(interaction, statements.costs(data, charges, ours, values["page_no"]))

    async def _months(self, interaction: Interaction, payer: str, page: int) -> None:
        values = {"page_no": page, "page_size": PAGE_SIZE}
        data = await self._calls.ask("youchuan.cost_monthly", values, credential=payer)
        await self._show(interaction, statements.months(data, page))

    async def _show(self, interaction: Interaction, statement: Statement) -> None:
        async with self._chart(statement) as files, asyncio.timeout(_SEND_SECONDS):
            view = statement_layout(statement, chart=bool(files))
            await interaction.followup.send(view=view, files=files, ephemeral=True)

    @asynccontextmanager
    async def _chart(self, statement: Statement) -> AsyncIterator[list[discord.File]]:
        """The picture of a statement's bars; none where there are none, or it cannot be drawn."""
        path = self._studio.keeper.files.temporary / f"chart-{new_token()}.png"
        files: list[discord.File] = []
        try:
            with suppress(MediaError):
                if bars := tuple(statement.bars):
                    await self._studio.keeper.pool.run(_draw, bars, path, statement.title)
                    files.append(discord.File(path, CHART))
            yield files
        finally:
            for file in files:
                file.close()
            path.unlink(missing_ok=True)

    async def _job(self, interaction: Interaction, typed: str | None) -> Job:
        """The job that was typed, else the place's last one; InvalidRequestError without any."""
        rows = self._studio.engine.catalog.values()
        reported = {
            row.name for row in rows if row.provider == _PROVIDER and row.settles_by == "callback"
        }
        if typed is None:
            job = await self._studio.engine.jobs.last_with(
                reported, interaction.user.id, interaction.guild_id
            )
            if job is None:
                raise InvalidRequestError(
                    N_("There is no job here yet that could be reported; make one by /imagine.")
                )
            return job
        job = await find_job(interaction, typed)
        policy.check_visible(person_of(interaction), job)
        if not job.status.is_final:
            # A demonstration's pictures must not be taken for its result.
            raise InvalidRequestError(N_("This job is still being drawn; choose a finished one."))
        if job.external_id is None or job.operation not in reported:
            raise InvalidRequestError(
                N_("Midjourney does not report on this job; choose another, or leave it out.")
            )
        return job

    async def _test(self, interaction: Interaction, job: Job) -> None:
        asked = _("Midjourney is asked to report job `{id}`; waiting for the callback…", id=job.id)
        await _say(interaction, asked)
        # Whoever listens only after asking may miss the answer.
        with self._studio.engine.listening(job.id) as heard:
            outcome = await self._outcome(job, heard)
        await _say(interaction, outcome)

    async def _outcome(self, job: Job, heard: asyncio.Event) -> str:
        started = time.monotonic()
        values = {"job_id": job.external_id}
        try:
            async with asyncio.timeout(self.wait_seconds):
                # An answer that was lost, or that nobody understands, says nothing about this.
                with suppress(UncertainError, ProtocolError):
                    await self._calls.ask("youchuan.callback", values, credential=job.credential)
                await heard.wait()
        except TimeoutError:
            return _(_SILENT, seconds=round(self.wait_seconds))
        except (ProviderError, UserError) as error:
            return f"❌ {explain(error)}"
        seconds = f"{time.monotonic() - started:.1f}"
        return _("✅ The callback arrived after {seconds} s.", seconds=seconds)


def _draw(bars: Sequence[tuple[str, float]], path: Path, title: str) -> None:
    charts.bars(bars, path, title=title)


async def _say(interaction: Interaction, text: str) -> None:
    async with asyncio.timeout(_SEND_SECONDS):
        await interaction.edit_original_response(content=text)


async def setup(bot: "Studio") -> None:
    """Add the commands."""
    await bot.add_cog(Account(bot))
