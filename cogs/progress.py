"""What a progress card says of how far its job is: pure text; the card stands in `layout`."""

from bot.providers.wanxiang_rows import CHAT
from bot.text import _, plural
from bot.wire import Progress
from cogs.models import is_held_up
from cogs.words import harmless, service_of
from storage.models import Job, Status

_BLOCKS = 10


def standing(progress: Progress) -> tuple[str, ...]:
    """The texts of a card that change as its job goes on; with its Cancel they change as well."""
    state = "\n".join(filter(None, (_state(progress), _bar(progress))))
    trouble = _trouble(progress.job)
    return (state, harmless(trouble, 300)) if trouble else (state,)


def _state(progress: Progress) -> str:
    job = progress.job
    if job.status is Status.QUEUED:
        if is_held_up(job):
            return _("{service} is busy; this waits for it.", service=service_of(job.provider))
        if not progress.ahead:
            return _("Waiting: you are next")
        return plural("Waiting: {n} before you", "Waiting: {n} before you", progress.ahead)
    if job.status is Status.SUBMITTING:
        return _("Being answered…") if job.operation == CHAT.name else _("Being sent")
    if job.status is Status.RUNNING:
        since = f"<t:{(job.submitted_at or job.created_at) // 1000}:R>"
        if progress.can_cancel:
            return _("Waiting at the provider since {since}", since=since)
        return _("Being drawn since {since}", since=since)
    if job.status is Status.SUCCEEDED:
        return _("Fetching the result…")
    return _("This came to nothing; the reason follows.")


def _bar(progress: Progress) -> str:
    job, part = progress.job, progress.job.progress
    if job.status is not Status.RUNNING:
        return ""
    if part is None and progress.estimate and job.submitted_at is not None:
        # A guess never reaches the end: only the provider knows when it is there.
        part = min(0.9, (progress.now - job.submitted_at) / progress.estimate)
    if part is None:
        return ""
    full = round(max(0.0, min(1.0, part)) * _BLOCKS)
    return "▰" * full + "▱" * (_BLOCKS - full)


def _trouble(job: Job) -> str:
    if not job.delivery_note:
        return ""
    return _("It could not be posted yet: {note}", note=job.delivery_note)
