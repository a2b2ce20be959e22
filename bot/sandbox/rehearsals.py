"""The words in a prompt that say what is to go wrong; `server` lists them."""

import json
import re

from bot.sandbox.envelopes import RefusedError, Work

_STEERING = re.compile(r"sandbox:(\w+)")


def steering(work: Work) -> frozenset[str]:
    """What the words in a job's prompt ask for."""
    return frozenset(_STEERING.findall(work.prompt))


class Rehearsal:
    """Refuses jobs whose words ask for it, with a provider's own reasons."""

    def __init__(self, *, credit: str, busy: str) -> None:
        self._credit, self._busy = credit, busy
        self._refused_once: set[str] = set()

    def refuse(self, work: Work) -> None:
        """RefusedError for a job that is to find no credit, or a busy server this one time."""
        steered = steering(work)
        if "credit" in steered:
            raise RefusedError(self._credit)
        if "busy" in steered:
            # A repetition has the same body; the next one after that is somebody's new job.
            asked = json.dumps([work.operation, work.body], sort_keys=True)
            self._refused_once ^= {asked}
            if asked in self._refused_once:
                raise RefusedError(self._busy)
