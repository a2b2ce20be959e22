"""Turns: one account's jobs share its rate, and no job waits for another account's."""

from bot.pacing import Pace

ACCOUNT, OTHER = ("lingtu", "env"), ("youchuan", "env")


def taken(pace: Pace, names: list[str], *, rate: float, until: int) -> list[tuple[int, str]]:
    """Who gets a turn when, everybody asking again at the time they were told."""
    due, turns = dict.fromkeys(names, 0), list[tuple[int, str]]()
    while due and min(due.values()) <= until:
        name = min(due, key=lambda each: (due[each], names.index(each)))
        now = due[name]
        if wait := pace.wait(ACCOUNT, name, rate=rate, now=now):
            due[name] = now + wait
        else:
            turns.append((now, name))
            del due[name]
    return turns


def test_two_hundred_jobs_due_at_once_are_asked_for_at_the_accounts_rate():
    names = [f"job{n}" for n in range(200)]

    turns = taken(Pace(), names, rate=5, until=60_000)

    assert sorted(name for _, name in turns) == sorted(names)
    assert turns[-1][0] == 199 * 200
    for second in range(40):
        assert sum(second * 1000 <= at < (second + 1) * 1000 for at, _ in turns) <= 5


def test_a_job_alone_never_waits():
    pace = Pace()

    assert [pace.wait(ACCOUNT, "job", rate=5, now=n * 1000) for n in range(3)] == [0, 0, 0]


def test_another_accounts_jobs_do_not_wait_for_these():
    pace = Pace()
    for n in range(10):
        pace.wait(ACCOUNT, f"job{n}", rate=1, now=0)

    assert pace.wait(OTHER, "other", rate=1, now=0) == 0


def test_a_turn_stays_the_jobs_own_however_often_it_asks():
    pace = Pace()
    pace.wait(ACCOUNT, "first", rate=1, now=0)

    waits = [pace.wait(ACCOUNT, "second", rate=1, now=now) for now in (0, 400, 999, 1000)]

    assert waits == [1000, 600, 1, 0]


def test_turns_of_jobs_that_ended_are_forgotten():
    pace = Pace()
    for n in range(1000):
        pace.wait(ACCOUNT, f"job{n}", rate=100, now=0)
    pace.wait(ACCOUNT, "late", rate=100, now=3_600_000)
    pace.wait(ACCOUNT, "later", rate=100, now=3_600_000)

    assert len(pace._turns) == 1
