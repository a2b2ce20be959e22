"""What a server can decide, as it is written, read and compared."""

import json

import pytest
from pydantic import ValidationError

from bot.operations import Group
from bot.rules import (
    LONGEST_WORD,
    MOST_WORDS,
    AgePolicy,
    BannedWord,
    Buttons,
    Channels,
    Limits,
    Pressers,
    Quotas,
    Rules,
)

LAST_ID = 2**63 - 1
ALL = Rules(
    providers_off={"lingtu", "jumdata"},
    model="wan",
    channels=Channels(allowed={LAST_ID, 3}, denied={4}),
    roles={Group.VIDEO: {LAST_ID, 5}},
    quotas=Quotas(
        everyone=Limits(jobs_per_day=10),
        roles={7: Limits(running="unlimited")},
        people={LAST_ID: Limits(money_per_month=0)},
    ),
    words=(BannedWord(pattern="cat*", replacement="dog"), BannedWord(pattern="猫")),
    age_restricted=AgePolicy.NEVER,
    buttons=Buttons(who=Pressers.ROLES, roles={8}),
    results_channel=LAST_ID,
    log_channel=9,
    language="zh-CN",
    ai_label=False,
)


def through_a_file(rules: Rules) -> dict[str, object]:
    values = {name: rules.value(name) for name in Rules.model_fields}
    read: dict[str, object] = json.loads(json.dumps(values))
    return {name: value for name, value in read.items() if value is not None}


def test_everything_decided_comes_back_from_a_file():
    assert ALL.model_fields_set == set(Rules.model_fields)
    assert Rules.of(through_a_file(ALL)) == ALL


def test_what_was_not_decided_is_not_written():
    assert through_a_file(Rules(ai_label=True)) == {"ai_label": True}
    assert Rules.of({"ai_label": True}).model_fields_set == {"ai_label"}


def test_ids_are_texts_in_a_file_so_that_no_program_rounds_them():
    written = json.dumps(through_a_file(ALL))

    assert written.count(f'"{LAST_ID}"') == 4
    assert str(LAST_ID) not in written.replace(f'"{LAST_ID}"', "")


def test_ids_as_numbers_are_read_as_well():
    rules = Rules.of({"results_channel": LAST_ID, "channels": {"denied": [LAST_ID, "4"]}})

    assert rules.results_channel == LAST_ID
    assert rules.channels.denied == {LAST_ID, 4}


@pytest.mark.parametrize(
    "rows",
    [
        {"channels": {"allowed": [1, 9, 17], "denied": []}},
        {"channels": {"allowed": [17, 9, 1], "denied": []}},
        {"channels": {"allowed": ["9", "17", "1"]}},
    ],
    ids=range(3),
)
def test_the_same_set_is_always_written_the_same(rows: dict[str, object]):
    assert Rules.of(rows).value("channels") == {"allowed": ["1", "9", "17"], "denied": []}


@pytest.mark.parametrize(
    "bad",
    [
        {"invented": 1},
        {"ai_label": []},
        {"language": "xx"},
        {"log_channel": -1},
        {"log_channel": 2**63},
        {"quotas": {"everyone": {"jobs_per_day": -1}}},
        {"quotas": {"everyone": {"jobs_per_week": 1}}},
        {"quotas": {"roles": {"everyone": {"jobs_per_day": 1}}}},
        {"roles": {"generate": ["a"]}},
        {"age_restricted": None},
    ],
    ids=str,
)
def test_a_row_that_this_version_cannot_read_has_its_default_and_the_others_hold(
    bad: dict[str, object],
):
    rules = Rules.of({"model": "wan", **bad})

    assert rules.model_fields_set == {"model"}
    assert rules == Rules(model="wan")


@pytest.mark.parametrize(
    "values",
    [
        {"words": [{"pattern": ""}]},
        {"words": [{"pattern": "x" * (LONGEST_WORD + 1)}]},
        {"words": [{"pattern": "x"}] * (MOST_WORDS + 1)},
        {"roles": {"admin": []}},
        {"buttons": {"who": "nobody"}},
        {"quotas": {"people": {"0": {}}}},
        {"quotas": {"everyone": {"running": "endless"}}},
        {"quotas": {"everyone": {"running": 1.5}}},
        {"quotas": {"everyone": {"money_per_month": 10**400}}},
        {"channels": {"allowed": [1e30]}},
    ],
    ids=lambda values: str(values)[:60],
)
def test_what_is_out_of_bounds_is_refused(values: dict[str, object]):
    with pytest.raises(ValidationError):
        Rules.model_validate(values)


def test_limits_over_others_leave_open_what_they_do_not_say():
    mine = Limits(jobs_per_day=0, running=None, money_per_month="unlimited")
    over = mine.over(Limits(jobs_per_day=9, running=4, money_per_month=1))

    assert over == Limits(jobs_per_day=0, running=4, money_per_month="unlimited")


def test_the_most_generous_of_several_is_taken_for_each_limit():
    several = [
        Limits(jobs_per_day=5, running=0),
        Limits(jobs_per_day=3, running="unlimited"),
        Limits(),
    ]

    assert Limits.most_generous(several) == Limits(jobs_per_day=5, running="unlimited")
    assert Limits.most_generous([]) == Limits()
