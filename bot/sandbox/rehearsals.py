"""The words in a prompt that say what is to go wrong; `server` lists them."""

import json
import re

from bot.sandbox.envelopes import RefusedError, Work

LENGTHY = frozenset({"slow", "suspended"})  # such jobs take ten times as long

_STEERING = re.compile(r"sandbox:(\w+)")


def steering(work: Work) -> frozenset[str]:
    """What the words in a job's prompt ask for."""
    return frozenset(_STEERING.findall(work.prompt))


class Rehearsal:
    """Refuses jobs whose words ask for it, with a provider's own reasons."""

    def __init__(self, *, busy: str, **always: str) -> None:
        self._busy, self._always = busy, always
        self._refused_once: set[str] = set()

    def refuse(self, work: Work) -> None:
        """RefusedError for a job that is to find no credit, or a busy server this one time.

        The keywords of the constructor are such words.
        """
        steered = steering(work)
        for word, reason in self._always.items():
            if word in steered:
                raise RefusedError(reason)
        if "busy" in steered:
            # A repetition has the same body; the next one after that is somebody's new job.
            asked = json.dumps([work.operation, work.body], sort_keys=True)
            self._refused_once ^= {asked}
            if asked in self._refused_once:
                raise RefusedError(self._busy)
