"""Every cell of the parameter table, against a transcription of the provider's own."""

import pytest

from bot.errors import InvalidRequestError
from bot.providers.prompt import MODEL_BY_KEY, MODELS, PARAMETERS, compose, print_prompt
from bot.providers.prompt_table import EXCLUSIONS, REQUIRES, VIDEO
from bot.providers.prompt_video import compose_video

URL = "https://example.com/a.png"
COLUMNS = ("v8.1", "v7", "v6.1", "v6", "v5.2", "niji7", "niji6", "video")
SHORT = {**{key: key for key in COLUMNS}, "niji7": "Niji 7", "niji6": "Niji 6"}

# The spelling that is sent and its other ones, then a cell for each of COLUMNS: "-" is not
# available, "+" has no value, "a..b" holds every step between, the rest are the only values.
TABLE = """
ar aspect  | 1..9999 | 1..9999 | 1..9999 | 1..9999 | 1..9999 | 1..9999 | 1..9999 | -
stylize s  | 0..1000 | 0..1000 | 0..1000 | 0..1000 | 0..1000 | 0..1000 | 0..1000 | -
chaos c    | 0..100  | 0..100  | 0..100  | 0..100  | 0..100  | 0..100  | 0..100  | -
seed       | 0..4294967295 | 0..4294967295 | 0..4294967295 | 0..4294967295 | 0..4294967295 | 0..4294967295 | 0..4294967295 | -
quality q  | 1 4     | 1 2 4   | 0.5 1 2 | 0.5 1 2 | 0.5 1 2 | -       | 0.5 1 2 | -
weird w    | -       | 0..3000 | 0..3000 | 0..3000 | 0..3000 | 0..3000 | 0..3000 | -
stop       | -       | -       | 10..100 | 10..100 | 10..100 | -       | 10..100 | -
tile       | -       | +       | +       | +       | +       | -       | +       | -
raw        | +       | +       | +       | +       | +       | +       | +       | +
no         | words   | words   | words   | -       | -       | -       | -       | -
iw         | 0..3    | 0..3    | 0..3    | 0..3    | 0..3    | 0..2    | 0..3    | -
sref       | links 20 | links 20 | links 20 | links 20 | links 20 | links 20 | links 20 | -
sw         | 0..1000 | 0..1000 | 0..1000 | 0..1000 | 0..1000 | 0..1000 | 0..1000 | -
sv         | 6..6    | 1..6    | 1..4    | 1..4    | 1..4    | 1..4    | 1..4    | -
cref       | -       | -       | links 20 | links 20 | links 20 | -      | links 20 | -
cw         | -       | -       | 0..100  | 0..100  | 0..100  | -       | 0..100  | -
oref       | links 1 | links 1 | -       | -       | -       | -       | -       | -
ow         | 1..1000 | 1..1000 | -       | -       | -       | -       | -       | -
draft      | -       | +       | -       | -       | -       | -       | -       | -
exp        | 0..100  | 0..100  | -       | -       | -       | -       | -       | -
hd         | +       | -       | -       | -       | -       | -       | -       | -
fast       | +       | +       | +       | +       | +       | +       | +       | -
turbo      | -       | +       | +       | +       | +       | +       | +       | -
p profile  | id      | id      | id      | id      | id      | id      | id      | -
motion     | -       | -       | -       | -       | -       | -       | -       | low high
loop       | -       | -       | -       | -       | -       | -       | -       | +
end        | -       | -       | -       | -       | -       | -       | -       | links 1
bs         | -       | -       | -       | -       | -       | -       | -       | 1 2 4
"""  # noqa: E501 - one row of the table is one line
NEVER = ("relax", "repeat", "r", "stealth", "public", "video")
STEPS = {"iw": 0.01}  # every other range is of whole numbers
NEAR = {
    "quality": ["0.49", "0.5", "0.51", "1", "1.5", "2", "3", "4", "5"],
    "bs": ["0", "1", "2", "3", "4", "5"],
    "motion": ["lo", "low", "lower", "medium", "high", "1"],
}
NEEDED = {"cw": f"--cref {URL}", "ow": f"--oref {URL}", "sw": "--sref 7", "sv": "--sref 7"}


def _rows():
    for line in TABLE.strip().splitlines():
        names, *cells = (cell.strip() for cell in line.split("|"))
        yield names.split(), dict(zip(COLUMNS, cells, strict=True))


ROWS = list(_rows())
CELLS = [
    (names[0], s, key, cell) for names, row in ROWS for s in names for key, cell in row.items()
]
HAS = [cell for cell in CELLS if cell[3] != "-"]
BOUNDED = [cell for cell in HAS if cell[3] not in ("+", "words", "id")]
ONLY_VIDEO = [s for names, row in ROWS for s in names if set(list(row.values())[:-1]) == {"-"}]
ONLY_IMAGE = [s for names, row in ROWS for s in names if row["video"] == "-"]


def _links(count):
    return " ".join(f"https://example.com/{n}.png" for n in range(count))


def _allowed(sent, cell):
    """What a cell accepts, at its very edges."""
    if cell == "+":
        return [""]
    if cell in ("words", "id"):
        return ["7a"]
    if cell.startswith("links"):
        return [_links(1), _links(int(cell.split()[1]))]
    low, dots, high = cell.partition("..")
    if not dots:
        return cell.split()
    return [f"{low}:{high}", f"{high}:{low}"] if sent == "ar" else [low, high]


def _outside(sent, cell):
    """What lies just outside a cell, and how the sentence names what it allows."""
    if cell.startswith("links"):
        most = int(cell.split()[1])
        return [_links(most + 1)], f"takes {most} at most, not {most + 1}."
    low, dots, high = cell.partition("..")
    if not dots:
        values = [value for value in NEAR[sent] if value not in cell.split()]
        return values, f"can be {', '.join(cell.split())}"
    step = STEPS.get(sent, 1)
    below, above = f"{int(low) - step}", f"{int(high) + step}"
    if sent == "ar":
        values = [f"{below}:1", f"1:{below}", f"{above}:1", f"1:{above}"]
        return values, f"must be {low}–{high}"
    return [below, above], f"can be {low if low == high else f'{low}–{high}'}"


def _lacking():
    """Cells that are empty in a row which other image models have, with those models."""
    for names, row in ROWS:
        having = [key for key in COLUMNS[:-1] if row[key] != "-"]
        for spelling in names if having else ():
            value = _allowed(names[0], row[having[0]])[0]
            for key in (key for key in COLUMNS[:-1] if row[key] == "-"):
                yield f"--{names[0]}", spelling, value, key, ", ".join(SHORT[k] for k in having)


def _compose(spelling, value, key, needed=""):
    start = f"{URL} " if spelling == "iw" else ""
    text = f"{start}a cat {needed} --{spelling} {value}"
    if key == "video":
        return compose_video(text, options={})
    return compose(text, model=key, options={})


def _sentence(*cell):
    with pytest.raises(InvalidRequestError) as caught:
        _compose(*cell)
    return str(caught.value)


@pytest.mark.parametrize(("sent", "spelling", "key", "cell"), HAS)
def test_a_cell_takes_its_boundaries_and_sends_them(sent, spelling, key, cell):
    for value in _allowed(sent, cell):
        printed = print_prompt(_compose(spelling, value, key, NEEDED.get(spelling, "")))

        assert f" --{sent} {value}".rstrip() in printed


@pytest.mark.parametrize(("sent", "spelling", "key", "cell"), BOUNDED)
def test_just_outside_a_cell_the_sentence_says_what_is_allowed(sent, spelling, key, cell):
    values, allowed = _outside(sent, cell)
    assert values
    for value in values:
        sentence = _sentence(spelling, value, key)

        assert f"--{sent} {allowed}" in sentence


@pytest.mark.parametrize(("flag", "spelling", "value", "key", "others"), list(_lacking()))
def test_what_a_model_lacks_is_refused_with_the_models_that_have_it(
    flag, spelling, value, key, others
):
    assert _sentence(spelling, value, key) == (
        f"{flag} works in {others}, not in {SHORT[key]}. Remove it or choose another model."
    )


@pytest.mark.parametrize("key", COLUMNS[:-1])
@pytest.mark.parametrize("spelling", [*ONLY_VIDEO, "video"])
def test_no_image_model_takes_what_is_for_videos(spelling, key):
    assert _sentence(spelling, "", key) == (
        f"--{spelling} is for /video, not for images. Remove it."
    )


@pytest.mark.parametrize("spelling", [*ONLY_IMAGE, "v", "version", "niji"])
def test_a_video_takes_nothing_that_is_for_images(spelling):
    sentence = _sentence(spelling, "7", "video")

    assert f"--{spelling}" in sentence
    assert "Remove" in sentence
    assert "video" in sentence


@pytest.mark.parametrize("key", COLUMNS)
@pytest.mark.parametrize("spelling", NEVER)
def test_what_the_provider_never_takes_is_refused_everywhere(spelling, key):
    assert f"--{spelling}" in _sentence(spelling, "", key)


def test_the_table_has_every_parameter_and_model_and_no_other():
    assert sorted(s for names, _row in ROWS for s in names) == sorted(
        s for row in PARAMETERS for s in row.spellings
    )
    assert [*MODEL_BY_KEY, VIDEO.key] == list(COLUMNS)
    assert VIDEO not in MODELS


def test_a_value_of_another_model_is_refused_with_that_model():
    assert _sentence("q", "4", "v6") == (
        "--quality can be 0.5, 1, 2 in v6, not 4; that works in v8.1, v7."
    )


def test_a_value_that_only_videos_have_is_refused_without_a_model():
    assert _sentence("bs", "3", "video") == "--bs can be 1, 2, 4, not 3."


APART = {
    "--oref --draft",
    "--oref --quality 4",
    "--oref --fast",
    "--oref --turbo",
    "--draft --tile",
    "--fast --turbo",
    "--end --loop",
}


def _combined(flags):
    text = f"a cat {flags}".replace("ref", f"ref {URL}").replace("end", f"end {URL}")
    if "--end" in flags:
        return compose_video(text, options={})
    return compose(text, model="v7", options={})


@pytest.mark.parametrize("flags", sorted(APART))
def test_what_does_not_go_together_is_refused_by_name(flags):
    first, second = flags.split(" ", 1)

    with pytest.raises(InvalidRequestError) as caught:
        _combined(flags)

    assert str(caught.value) == f"{first} and {second} do not go together. Remove one of them."


def test_nothing_else_is_kept_apart_or_required():
    assert len(EXCLUSIONS) == len(APART)
    assert len(REQUIRES) == len(NEEDED)


@pytest.mark.parametrize("flags", ["--oref --quality 2", "--oref --tile", "--draft --turbo"])
def test_what_is_not_kept_apart_goes_together(flags):
    assert len(_combined(flags).values) == 2


@pytest.mark.parametrize(
    ("flag", "needed", "key"),
    [
        ("--cw 1", "--cref", "v6"),
        ("--ow 1", "--oref", "v7"),
        ("--sw 1", "--sref", "v8.1"),
        ("--sv 6", "--sref", "v8.1"),
    ],
)
def test_a_weight_needs_what_it_weighs(flag, needed, key):
    with pytest.raises(InvalidRequestError) as caught:
        compose(f"a cat {flag}", model=key, options={})

    assert str(caught.value) == (
        f"{flag[:4]} only counts together with {needed}. Add {needed} or remove {flag[:4]}."
    )
