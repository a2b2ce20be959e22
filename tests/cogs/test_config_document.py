"""The file of a server's settings: written and read back alike, and refused with its place."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.banned import check_pattern
from bot.errors import InvalidRequestError
from bot.providers import PROVIDERS
from bot.providers.models import models
from bot.rules import MOST_WORDS, Rules
from bot.servers import checked
from bot.text import explain
from cogs.config_document import read, written

# Few and large: they collide in a set, so that its order depends on how it was made.
IDS = st.integers(1, 40).map(lambda number: str(number * 2**40))
ID_LISTS = st.lists(IDS, max_size=5)
LIMITS = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(
        ("jobs_per_day", "running", "money_per_month"),
        st.integers(0, 10**9) | st.just("unlimited"),
    ),
)
WORDS = st.lists(
    st.builds(
        lambda pattern, new: {"pattern": check_pattern(pattern), "replacement": new},
        st.sampled_from(["cat", "naked*", "裸体", "a b", "??oo", "ﬁsh", "ÄRGER", "*血*"]),
        st.none() | st.sampled_from(["", "dog", "“a” @everyone", "猫"]),
    ),
    unique_by=lambda word: word["pattern"],
)
SETTINGS = st.fixed_dictionaries(
    {},
    optional={
        "providers_off": st.lists(st.sampled_from([each.name for each in PROVIDERS])),
        "model": st.sampled_from(["auto", *(each.key for each in models())]),
        "channels": st.fixed_dictionaries({}, optional={"allowed": ID_LISTS, "denied": ID_LISTS}),
        "roles": st.dictionaries(st.sampled_from(["generate", "video", "account"]), ID_LISTS),
        "quotas": st.fixed_dictionaries(
            {},
            optional={
                "everyone": LIMITS,
                "roles": st.dictionaries(IDS, LIMITS, max_size=3),
                "people": st.dictionaries(IDS, LIMITS, max_size=3),
            },
        ),
        "words": WORDS,
        "age_restricted": st.sampled_from(["anywhere", "only", "never", "relaxed"]),
        "buttons": st.fixed_dictionaries(
            {"who": st.sampled_from(["everyone", "owner", "roles"])}, optional={"roles": ID_LISTS}
        ),
        "results_channel": IDS,
        "log_channel": IDS,
        "language": st.sampled_from(["auto", "en-US", "zh-CN"]),
        "ai_label": st.booleans(),
    },
)


def document(**settings: Any) -> dict[str, Any]:
    return {"format": 1, "server": "5", "settings": settings}


def refusal(data: bytes | dict[str, Any]) -> str:
    """What is said of a file that does not do."""
    with pytest.raises(InvalidRequestError) as caught:
        read(data if isinstance(data, bytes) else json.dumps(data).encode())
    return explain(caught.value)


@given(SETTINGS)
def test_what_is_written_is_read_back_alike(decided: dict[str, Any]):
    rules = checked(decided)
    file = written(rules, 5)
    again = checked(read(file))

    assert set(json.loads(file)["settings"]) == set(decided) == again.model_fields_set
    assert again == rules
    assert written(again, 5) == file


def test_the_file_is_for_people_too():
    rules = checked({"words": [{"pattern": "血"}], "channels": {"denied": [10**18 + 8, 8]}})

    assert written(rules, 5).decode() == (
        "{\n"
        '  "format": 1,\n'
        '  "server": "5",\n'
        '  "settings": {\n'
        '    "channels": {\n'
        '      "allowed": [],\n'
        '      "denied": [\n'
        '        "8",\n'
        '        "1000000000000000008"\n'
        "      ]\n"
        "    },\n"
        '    "words": [\n'
        "      {\n"
        '        "pattern": "血",\n'
        '        "replacement": null\n'
        "      }\n"
        "    ]\n"
        "  }\n"
        "}\n"
    )


def test_a_file_that_an_editor_has_rewritten_is_read():
    text = '\ufeff{"settings":\r\n{"log_channel": 77, "words": [{"pattern":"ＣＡＴ"}]}, "format":1}'
    values = read(text.encode())

    assert values["log_channel"] == "77"
    assert values["words"] == [{"pattern": check_pattern("cat"), "replacement": None}]
    assert {name for name in values if values[name] is None} == set(Rules.model_fields) - {
        "log_channel",
        "words",
    }


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"colour": 1}, "**colour**: This bot has no such setting"),
        ({"secrets_": {}}, "**secrets\\_**: This bot has no such setting"),
        ({"model": 5}, "**model**:"),
        ({"model": "v99"}, "**model**: There is no model “v99” here"),
        ({"providers_off": ["dall-e"]}, "**providers\\_off**: There is no service “dall-e”."),
        ({"ai_label": "perhaps"}, "**ai\\_label**:"),
        ({"language": "fr"}, "**language**:"),
        ({"channels": {"allowed": "all"}}, "**channels.allowed**:"),
        ({"channels": {"allowed": [-1]}}, "**channels.allowed.0**:"),
        ({"channels": {"closed": []}}, "**channels.closed**:"),
        ({"roles": {"everything": ["1"]}}, "**roles.everything"),
        ({"quotas": {"everyone": {"running": -1}}}, "**quotas.everyone.running"),
        ({"quotas": {"people": {"<@1>": {}}}}, "**quotas.people.\\<@\u200b1\\>"),
        ({"words": [{"pattern": f"a{n}"} for n in range(MOST_WORDS + 1)]}, "**words**:"),
        ({"words": ["cat"]}, "**words.0**:"),
        ({"words": [{"pattern": "cat" * 100_000}]}, "**words.0.pattern**:"),
        ({"words": [{"pattern": ""}]}, "**words.0.pattern**:"),
        ({"words": [{"pattern": "cat", "replacement": 5}]}, "**words.0.replacement**:"),
        ({"words": [{"word": "cat"}]}, "**words.0.pattern**:"),
        ({"words": [{"pattern": "cat"}, {"pattern": "***"}]}, "**words.1**: “\\*” would match"),
        ({"words": [{"pattern": "cat"}, {"pattern": "CAT"}]}, "**words.1**: “cat” is in the list"),
        ({"words": [{"pattern": "cat", "replacement": "\x00"}]}, "**words.0**: Its replacement"),
        ({"words": [{"pattern": "a\nb"}]}, "**words.0**: A banned word stands in one line"),
    ],
)
def test_what_does_not_do_is_refused_with_its_place(settings: dict[str, Any], words: str):
    assert refusal(document(**settings)).startswith(words)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"{", "The file is not valid JSON: line 1, column 2."),
        (b"\xff\xfe\x00\xd8\x00", "The file is not valid JSON. Import"),
        (b'{"a": "\\ud800"}', "The file is not valid JSON. Import"),
        (b'{"\\ud800": 1, "\\ud800": 1}', "The file is not valid JSON. Import"),
        (b'{"format": 1, "settings": ' + b"[" * 100_000, "The file is not valid JSON. Import"),
        (b'{"format": ' + b"1" * 5000 + b"}", "The file is not valid JSON. Import"),
        (b"[]", "The file holds no settings"),
        (b'"format"', "The file holds no settings"),
        (b'{"settings": {}}', "**format**: It must be 1"),
        (b'{"format": true, "settings": {}}', "**format**: It must be 1"),
        (b'{"format": 2, "settings": {}}', "**format**: It must be 1"),
        (b'{"format": 1}', "**settings**: It must hold settings by their names"),
        (b'{"format": 1, "settings": []}', "**settings**: It must hold settings by their names"),
        (b'{"format": 1, "settings": {}, "accounts": []}', "**accounts**: There is no such part"),
        (b'{"format": 1, "settings": {"model": "auto", "model": "v7"}}', "**model**: It stands"),
        (b'{"format": 1, "settings": {"quotas": {"everyone": {"running": NaN}}}}', "**quotas."),
    ],
)
def test_what_is_no_such_file_is_refused(data: bytes, words: str):
    assert refusal(data).startswith(words)


@settings(max_examples=50)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(list(Rules.model_fields)) | st.text(), inner, max_size=4
            )
        ),
        max_leaves=12,
    )
)
def test_no_file_is_a_fault_of_the_bot(anything: Any):
    longest = 0
    for content in (anything, {"format": 1, "settings": anything}):
        try:
            read(json.dumps(content).encode())
        except InvalidRequestError as error:
            longest = max(longest, len(explain(error)))
    assert longest < 800
