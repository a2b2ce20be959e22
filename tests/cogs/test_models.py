"""/imagine with what is not Midjourney: Lingtu and Lingtu Pro."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from storage.models import Moodboard
from tests.cogs.stage import Stage, said, staged
from tests.conftest import Workshop
from tests.factories import NOON
from tests.provider_double import picture

FILE = ("a.png", picture())


@pytest.fixture
async def stage(workshop: Workshop) -> AsyncIterator[Stage]:
    async with staged(workshop, accounts=("youchuan", "lingtu")) as opened:
        yield opened


async def offered(stage: Stage, option: str, typed: str, **others: Any) -> list[tuple[str, str]]:
    """The value and the name of everything that is suggested for an option of /imagine."""
    choices = await stage.ann.autocomplete(
        stage.channel, "imagine", option, typed, prompt="a cat", **others
    )
    return [(choice["value"], choice["name"]) for choice in choices]


async def test_lingtu_draws_from_the_text_with_the_options_that_were_given(stage: Stage):
    plain = await stage.imagine(" a cat ", model="lingtu")
    rich = await stage.imagine("a cat", model="lingtu", style="anime", aspect="16:9", count=4)

    assert (plain.operation, plain.params) == ("lingtu.text2img", {"prompt": "a cat"})
    assert rich.params == {"prompt": "a cat", "style": "anime", "ar": "16:9", "num": 4}


async def test_lingtu_pro_draws_from_the_text_and_an_aspect(stage: Stage):
    plain = await stage.imagine("a cat", model="lingtu_pro")
    wide = await stage.imagine("a cat", model="lingtu_pro", aspect="3：2")

    assert (plain.operation, plain.params) == ("lingtu.text2img_pro", {"prompt": "a cat"})
    assert wide.params == {"prompt": "a cat", "ar": "3:2"}


async def test_a_style_may_be_typed_by_its_name(stage: Stage):
    job = await stage.imagine("a cat", model="lingtu", style="Picture BOOK")

    assert job.params["style"] == "pictureBook"


async def test_each_choice_in_a_list_is_drawn_as_often_as_asked(stage: Stage):
    answer = await stage.ann.slash(
        stage.channel, "imagine", prompt="a {red, blue} cat", model="lingtu", count=2, repeat=2
    )
    await stage.ann.click(answer.response, label="Draw all 4")
    await stage.studio.settled()
    jobs = await stage.jobs()

    assert {job.operation for job in jobs} == {"lingtu.text2img"}
    assert [job.params for job in jobs] == [
        {"prompt": text, "num": 2} for text in ("a red cat",) * 2 + ("a blue cat",) * 2
    ]


async def test_the_persons_own_moodboard_is_midjourneys_alone(stage: Stage):
    board = Moodboard(
        id="mood-1",
        guild_id=stage.guild.id,
        user_id=stage.ann.id,
        name="Dusk",
        created_at=NOON,
        updated_at=NOON,
    )
    await stage.studio.moodboards.add(board)
    await stage.studio.people.use_moodboard(stage.ann.id, stage.guild.id, board.id)
    job = await stage.imagine("a cat", model="lingtu")

    assert job.params == {"prompt": "a cat"}


@pytest.mark.parametrize("model", ["lingtu", "lingtu_pro"])
async def test_an_option_of_midjourneys_is_refused_by_name(stage: Stage, model: str):
    values: dict[str, Any] = {
        "stylize": 100,
        "chaos": 0,
        "no": "dogs",
        "raw": True,
        "tile": True,
        "draft": True,
        "hd": True,
        "speed": "fast",
        "image": FILE,
        "image2": FILE,
        "image3": FILE,
        "style_reference": FILE,
        "style_reference2": FILE,
        "omni_reference": FILE,
        "moodboard": "mood-1",
    }
    for option, value in values.items():
        words = await stage.refused("imagine", prompt="a cat", model=model, **{option: value})

        assert words.startswith(f"“{option}” works with Midjourney v"), words


@pytest.mark.parametrize(
    ("option", "models"),
    [
        ("draft", "Midjourney v7, not"),
        ("hd", "Midjourney v8.1, not"),
        ("omni_reference", "Midjourney v8.1, Midjourney v7, not"),
    ],
)
async def test_a_refusal_names_the_models_that_take_the_option(
    stage: Stage, option: str, models: str
):
    value = FILE if option == "omni_reference" else True
    words = await stage.refused("imagine", prompt="a cat", model="lingtu", **{option: value})

    assert words == (
        f"“{option}” works with {models} with Lingtu. Leave it out or choose another model."
    )


async def test_an_option_that_is_turned_off_is_in_nobodys_way(stage: Stage):
    job = await stage.imagine("a cat", model="lingtu", raw=False, hd=False)

    assert job.params == {"prompt": "a cat"}


REFUSALS: tuple[tuple[dict[str, Any], str], ...] = (
    ({"model": "v7", "count": 2}, "“count” works with Lingtu, not with Midjourney v7."),
    ({"count": 2}, "“count” works with Lingtu, not with Midjourney."),
    ({"model": "niji7", "style": "anime"}, "“style” works with Lingtu, not with Niji 7."),
    ({"model": "lingtu_pro", "count": 2}, "“count” works with Lingtu, not with Lingtu Pro."),
    ({"model": "lingtu_pro", "style": "anime"}, "“style” works with Lingtu, not with"),
    ({"model": "lingtu", "style": "baroque"}, "Lingtu has no such “style”"),
    ({"model": "lingtu", "aspect": "5:4"}, "“aspect” must be one of these here: 1:1, 2:3,"),
    ({"model": "lingtu_pro", "aspect": "wide"}, "“aspect” must be one of these here: 1:1,"),
    ({"model": "lingtu", "prompt": "  "}, "Write what to draw."),
    ({"model": "lingtu", "prompt": "a cat --ar 3:2"}, "Lingtu takes no parameters such as --ar:"),
    ({"model": "lingtu_pro", "prompt": "a cat --v 7"}, "Lingtu Pro takes no parameters such as"),
    ({"model": "lingtu", "prompt": "a cat —stylize 9"}, "takes no parameters such as —stylize"),
    ({"model": "lingtu", "prompt": "a cat {--hd, --raw}"}, "no parameters such as --hd"),
    (
        {"model": "lingtu", "prompt": "x" * 1001},
        "Lingtu takes prompts of 1000 characters at most; this one has 1001.",
    ),
    (
        {"model": "lingtu_pro", "prompt": "a {red, blue}" + "x" * 198},
        "Lingtu Pro takes prompts of 200 characters at most; this one has 203.",
    ),
    ({"model": "lingtu", "prompt": "a {1, 2} cat", "repeat": 6}, "This makes 12 jobs"),
)


async def test_what_a_model_cannot_draw_is_refused_in_a_sentence(stage: Stage):
    for options, words in REFUSALS:
        assert words in await stage.refused("imagine", **{"prompt": "a cat", **options}), options


async def test_dashes_in_a_text_are_no_parameters(stage: Stage):
    for text in ("a black-and-white cat", "a cat - no, a dog", "a cat —asleep— on a mat"):
        job = await stage.imagine(text, model="lingtu")

        assert job.params == {"prompt": text}


async def test_styles_are_suggested_where_the_model_has_a_list(stage: Stage):
    everything = await offered(stage, "style", "", model="lingtu")

    assert len(everything) == 9
    assert await offered(stage, "style", "ILLU", model="lingtu") == [
        ("illustration", "Illustration")
    ]


@pytest.mark.parametrize(
    ("model", "label"), [("lingtu_pro", "Lingtu Pro"), ("v7", "Midjourney v7"), ("", "Midjourney")]
)
async def test_a_model_without_styles_is_said_to_have_none(stage: Stage, model: str, label: str):
    others = {"model": model} if model else {}
    (hint,) = await offered(stage, "style", "", **others)

    assert hint[1] == f"{label} takes no style; it is for Lingtu."


async def test_the_ratios_suggested_are_those_of_the_model(stage: Stage):
    values = [value for value, _name in await offered(stage, "aspect", "", model="lingtu")]

    assert values == ["1:1", "2:3", "3:2", "3:4", "4:3", "9:16", "16:9"]
    assert await offered(stage, "aspect", "16：9", model="lingtu_pro") == [("16:9", "16:9")]
    assert await offered(stage, "aspect", "5", model="lingtu") == []


@pytest.fixture
async def alone(workshop: Workshop) -> AsyncIterator[Stage]:
    """A bot that has no account but Lingtu's."""
    async with staged(workshop, accounts=("lingtu",)) as opened:
        yield opened


async def test_lingtu_draws_where_nothing_else_is_connected(alone: Stage):
    job = await alone.imagine("a cat", style="photo")

    assert (job.operation, job.params) == ("lingtu.text2img", {"prompt": "a cat", "style": "photo"})
    assert "not set up" in await alone.refused("imagine", prompt="a cat", model="v7")


async def test_midjourney_draws_where_lingtu_is_not_connected(workshop: Workshop):
    async with staged(workshop, accounts=("youchuan",)) as stage:
        job = await stage.imagine("a cat")
        answer = await stage.ann.slash(stage.channel, "imagine", prompt="a cat", model="lingtu")

    assert job.operation == "youchuan.diffusion"
    assert "not set up" in said(answer)
