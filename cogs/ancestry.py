"""What a job goes back to: the earlier jobs that it was made from."""

from collections.abc import Callable

from bot.operations import Catalog, Params
from cogs.words import params_of
from storage.errors import NotFoundError
from storage.jobs import JobStore
from storage.models import Job

_DEEPEST = 20  # jobs that each follow the one before


async def prompted_by(job: Job, jobs: JobStore, catalog: Catalog) -> Params | None:
    """The request whose prompt a picture was drawn with: the job's own or its nearest ancestor's.

    None where no job brought a prompt, or the one that may have is not there any more.
    """
    return await _nearest(job, jobs, catalog, lambda params: params.own_prompt())


async def words_behind(job: Job, jobs: JobStore, catalog: Catalog) -> str:
    """The words that a result is known by: a prompt may be parameters alone, and say nothing."""
    params = await _nearest(job, jobs, catalog, lambda params: params.words())
    return params.words() if params else ""


async def _nearest(
    job: Job, jobs: JobStore, catalog: Catalog, brings: Callable[[Params], str]
) -> Params | None:
    for _step in range(_DEEPEST):
        if job.forgotten_at is not None:
            return None  # what stood before it is not what came after it
        params = params_of(job, catalog)
        if params is not None and brings(params):
            return params
        if job.parent_id is None:
            return None
        try:
            job = await jobs.get(job.parent_id)
        except NotFoundError:
            return None
    return None
