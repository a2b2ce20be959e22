"""Youchuan's endpoints that make no job: queries, the account, moodboards (manual: 帐户管理)."""

from typing import Annotated

from pydantic import Field

from bot.operations import Always, Call, Params
from bot.text import N_

MOST_ON_BOARD = 10  # pictures of a moodboard


class JobQuery(Params):
    """Ask for one job."""

    job_id: str = Field(min_length=1, max_length=128, description=N_("Youchuan's id of the job."))


class Paged(Params):
    """A page of a list; both numbers are required where money is listed."""

    page_no: Annotated[int, Always] = Field(default=1, ge=1, le=1000, description=N_("The page."))
    page_size: Annotated[int, Always] = Field(
        default=100, ge=1, le=500, description=N_("How many entries a page has.")
    )


class Costs(Paged):
    """What each job cost; both moments as ``2026-01-31T00:00:00Z``."""

    since: str | None = Field(default=None, description=N_("From this moment on."))
    to: str | None = Field(default=None, description=N_("Until this moment."))


class CallbackTest(Params):
    """Have the callback of a job sent once more."""

    job_id: str = Field(min_length=1, max_length=128, description=N_("Youchuan's id of the job."))


class _Moodboard(Params):
    description: str | None = Field(
        default=None, max_length=1000, description=N_("What it is about.")
    )
    images: list[str] | None = Field(
        default=None, max_length=MOST_ON_BOARD, description=N_("Its pictures, at most ten.")
    )


class NewMoodboard(_Moodboard):
    """A new collection of pictures."""

    name: str = Field(min_length=1, max_length=100, description=N_("What the moodboard is called."))


class ChangedMoodboard(_Moodboard):
    """A collection with another name, description or other pictures."""

    id: str = Field(min_length=1, max_length=128, description=N_("Youchuan's id of the moodboard."))
    name: str | None = Field(
        default=None, min_length=1, max_length=100, description=N_("Its new name.")
    )


JOB = Call(
    name="youchuan.job",
    path="/v1/tob/job/{jobId}",
    params=JobQuery,
    summary=N_("Ask how a job stands."),
)
SUBSCRIBE = Call(
    name="youchuan.subscribe",
    path="/v1/tob/subscribe",
    summary=N_("Show the account's plan and what is left of it."),
    commands=("account balance",),
)
CALLS = (
    JOB,
    SUBSCRIBE,
    Call(
        name="youchuan.costs",
        path="/v1/tob/costs",
        params=Costs,
        summary=N_("List what each job cost."),
        commands=("account costs",),
    ),
    Call(
        name="youchuan.cost_monthly",
        path="/v1/tob/cost-monthly",
        params=Paged,
        summary=N_("List what each month cost."),
        commands=("account months",),
    ),
    Call(
        name="youchuan.callback",
        path="/v1/tob/callback",
        method="POST",
        params=CallbackTest,
        summary=N_("Have a job's callback sent once more, to try it."),
        commands=("account callback-test",),
    ),
    Call(
        name="youchuan.moodboard_create",
        path="/v1/tob/moodboard",
        method="POST",
        params=NewMoodboard,
        summary=N_("Make a moodboard of pictures."),
        commands=("moodboard create",),
    ),
    Call(
        name="youchuan.moodboard_update",
        path="/v1/tob/moodboard/{id}",
        method="PUT",
        params=ChangedMoodboard,
        summary=N_("Change a moodboard."),
        commands=("moodboard update",),
    ),
    Call(
        name="youchuan.moodboards",
        path="/v1/tob/moodboards",
        params=Paged,
        summary=N_("List the moodboards."),
        commands=("moodboard list",),
    ),
)
