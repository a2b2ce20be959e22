"""Whether callbacks get through: counted by provider, from what came and from what did not.

Only in memory: what a restart forgets is counted anew.
"""

from collections import defaultdict, deque
from collections.abc import Callable

from storage.models import Job

_IN_A_ROW = 3
# A poll may learn of an end a moment before its callback comes.
_GRACE_MS = 30_000
_REMEMBERED = 1000  # jobs that reported


class Hearing:
    """Told of every callback, and of every end that had to be asked for."""

    def __init__(self, now: Callable[[], int]) -> None:
        self._now, self._since = now, now()
        self._heard: deque[str] = deque(maxlen=_REMEMBERED)
        self._silent: defaultdict[str, dict[str, int]] = defaultdict(dict)
        self._garbled: defaultdict[str, int] = defaultdict(int)

    def heard(self, job: Job) -> None:
        """A callback came that fits its job: they get through."""
        self._came(job)
        self._garbled.pop(job.provider, None)

    def garbled(self, job: Job) -> bool:
        """A callback came that does not fit; whether that was the third in a row."""
        self._came(job)
        self._garbled[job.provider] += 1
        if self._garbled[job.provider] < _IN_A_ROW:
            return False
        del self._garbled[job.provider]
        return True

    def unheard(self, job: Job) -> None:
        """A result was learnt by asking, though the job was to report it."""
        # What it reported while this process was not there yet was not to be heard.
        is_ours = (job.submitted_at or 0) >= self._since
        if is_ours and job.id not in self._heard:
            self._silent[job.provider][job.id] = self._now()

    def deaf(self) -> list[str]:
        """The providers of which no callback has told the last three results; each is named once.

        Only what has had half a minute to come is missed.
        """
        before = self._now() - _GRACE_MS
        found = [
            provider
            for provider, since in self._silent.items()
            if sum(at <= before for at in since.values()) >= _IN_A_ROW
        ]
        for provider in found:
            del self._silent[provider]
        return found

    def _came(self, job: Job) -> None:
        if job.id not in self._heard:
            self._heard.append(job.id)
        self._silent.pop(job.provider, None)
