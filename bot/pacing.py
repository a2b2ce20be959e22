"""Turns: however many jobs an account has running, they are asked for at its provider's rate."""

import math

_FORGOTTEN_MS = 600_000  # a turn that nobody has taken for so long: its job has ended meanwhile

Account = tuple[str, str]  # provider and credential


class Pace:
    """Gives each job its turn. All of it is in memory: after a restart turns begin anew."""

    def __init__(self) -> None:
        self._free: dict[Account, float] = {}
        self._turns: dict[str, float] = {}

    def wait(self, account: Account, job_id: str, *, rate: float, now: int) -> int:
        """Milliseconds until this job's turn; 0 when it is now, which uses the turn up.

        `rate`: turns that the account has in a second.
        """
        turn = self._turns.get(job_id)
        if turn is None:
            turn = max(now, self._free.get(account, 0.0))
            self._free[account] = turn + 1000 / rate
        if turn <= now:
            self._turns.pop(job_id, None)
            return 0
        if job_id not in self._turns:
            self._forget(now - _FORGOTTEN_MS)
            self._turns[job_id] = turn
        return math.ceil(turn - now)

    def _forget(self, before: float) -> None:
        self._turns = {name: turn for name, turn in self._turns.items() if turn >= before}
