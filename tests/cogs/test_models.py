"""/imagine with each of its models: what they take, what they refuse, what is suggested."""

import itertools
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest

from bot.providers.models import able, models
from bot.providers.models import model as known
from bot.text import reading
from cogs.models import options_for
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


def board_of(stage: Stage) -> Moodboard:
    """Ann's moodboard."""
    return Moodboard(
        id="mood-1",
        guild_id=stage.guild.id,
        user_id=stage.ann.id,
        name="Dusk",
        created_at=NOON,
        updated_at=NOON,
    )


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


@pytest.mark.parametrize(
    ("model", "typed", "code"),
    [
        ("jumdata", "写实", "写实风格"),
        ("jumdata", "realis", "写实风格"),
        ("jumdata", "ani", "二次元"),
        ("lingtu", "动漫", "anime"),
    ],
)
@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
def test_a_style_is_known_by_its_beginning_in_either_language(
    model: str, typed: str, code: str, locale: str
):
    with reading(locale):
        assert options_for(known(model), {"style": typed}) == {"style": code}


def test_a_beginning_of_several_styles_is_none_of_them():
    assert options_for(known("jumdata"), {"style": "An"}) == {"style": "An"}


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
    board = board_of(stage)
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
    ({"count": 2}, "“count” works with Lingtu, not with Midjourney v7."),
    ({"model": "auto", "count": 2}, "“count” works with Lingtu, not with Midjourney v7."),
    ({"prompt": "a cat --v 6.1", "hd": True}, "“hd” works with Midjourney v8.1, not with"),
    ({"model": "v8.1", "speed": "turbo"}, "“speed” cannot be turbo with Midjourney v8.1. Choose"),
    ({"model": "lingtu", "stylize": 0}, "“stylize” works with Midjourney v8.1, Midjourney v7,"),
    ({"model": "niji7", "style": "anime"}, "“style” works with Lingtu, not with Niji 7."),
    ({"model": "lingtu_pro", "count": 2}, "“count” works with Lingtu, not with Lingtu Pro."),
    ({"model": "lingtu_pro", "style": "anime"}, "“style” works with Lingtu, not with"),
    (
        {"model": "lingtu", "style": "baroque"},
        "“style” cannot be Baroque with Lingtu. Choose one of General, Picture book, "
        "Illustration, Anime, Game, Photograph, 3D, Shop, Logo.",
    ),
    (
        {"model": "lingtu", "aspect": "5:4"},
        "“aspect” cannot be 5:4 with Lingtu. Choose one of 1:1, 2:3, 3:2, 3:4, 4:3, 9:16, 16:9, "
        "or another model: Midjourney v8.1, Midjourney v7,",
    ),
    ({"model": "lingtu_pro", "aspect": "wide"}, "Choose one of 1:1, 2:3, 3:2, 3:4, 4:3, 9:16, 16"),
    ({"model": "lingtu", "count": 3}, "“count” cannot be 3 with Lingtu. Choose one of 1, 2, 4."),
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
    ("model", "label"),
    [("lingtu_pro", "Lingtu Pro"), ("v7", "Midjourney v7"), ("", "Midjourney v7")],
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
    for options in ({}, {"model": "auto"}):
        job = await alone.imagine("a cat", style="photo", **options)

        assert job.operation == "lingtu.text2img"
        assert job.params == {"prompt": "a cat", "style": "photo"}


@pytest.fixture
async def whole(workshop: Workshop) -> AsyncIterator[Stage]:
    """A bot with an account everywhere."""
    accounts = ("youchuan", "lingtu", "wanxiang", "jumdata")
    async with staged(workshop, accounts=accounts) as opened:
        yield opened


async def test_auto_is_midjourney_where_it_is_connected(whole: Stage):
    job = await whole.imagine("a cat", model="auto")
    typed = await whole.imagine("a cat --v 6.1", model="auto")

    assert (job.operation, job.params) == ("youchuan.diffusion", {"text": "a cat --v 7"})
    assert typed.params == {"text": "a cat --v 6.1"}


async def test_wanxiang_draws_from_the_text_alone(whole: Stage):
    for options in ({}, {"aspect": "  ", "style": "", "raw": False}):
        job = await whole.imagine(" a cat ", model="wanxiang", **options)

        assert (job.operation, job.params) == ("wanxiang.image", {"prompt": "a cat"})


async def test_jumdata_draws_with_the_options_that_were_given(whole: Stage):
    plain = await whole.imagine("a cat", model="jumdata")
    rich = await whole.imagine(
        "a cat", model="jumdata", style="oil PAINTING", aspect="3：2", count=6
    )

    assert (plain.operation, plain.params) == ("jumdata.draw", {"text": "a cat"})
    assert rich.params == {"text": "a cat", "style": "油画", "resolution": "1536*1024", "num": 6}


OPTIONS: Mapping[str, Any] = {
    "aspect": "16:9",
    "style": "油画",
    "count": 6,
    "stylize": 0,
    "chaos": 0,
    "no": "dogs",
    "tile": True,
    "draft": True,
    "hd": True,
    "speed": "turbo",
    "image": FILE,
    "omni_reference": FILE,
    "moodboard": "mood-1",
}


async def test_every_option_is_taken_or_refused_as_the_table_says(whole: Stage):
    await whole.studio.moodboards.add(board_of(whole))
    taken = []
    for each, (option, value) in itertools.product(models(), OPTIONS.items()):
        given = {"prompt": "a cat", "model": each.key, option: value}
        answer = await whole.ann.slash(whole.channel, "imagine", **given)
        assert answer.ephemeral != each.can(option, value), given
        if answer.ephemeral:
            assert said(answer).startswith(f"“{option}” ")
            assert each.label in said(answer)
            assert ", ".join(able(option, value)) in said(answer)
        else:
            taken.append(each.operation)

    assert [job.operation for job in await whole.jobs()] == taken


async def test_a_text_that_is_too_long_is_told_with_its_length(whole: Stage):
    words = await whole.refused("imagine", prompt="字" * 101, model="jumdata")

    assert words == "Jumdata takes prompts of 100 characters at most; this one has 101."
    assert (await whole.imagine("字" * 100, model="jumdata")).params == {"text": "字" * 100}


async def test_jumdatas_styles_are_suggested_by_their_names(whole: Stage):
    everything = await offered(whole, "style", "", model="jumdata")

    assert len(everything) == 17
    assert ("水彩画", "Watercolour") in everything
    assert await offered(whole, "style", "pixel", model="jumdata") == [("像素风格", "Pixel art")]
    assert await offered(whole, "style", "", model="wanxiang") == [
        ("none", "Wanxiang takes no style; it is for Lingtu, Jumdata.")
    ]


async def test_ratios_are_suggested_only_where_there_are_any(whole: Stage):
    values = [value for value, _name in await offered(whole, "aspect", "", model="jumdata")]
    (hint,) = await offered(whole, "aspect", "", model="wanxiang")

    assert values == ["1:1", "2:3", "3:2"]
    assert hint[1].startswith("Wanxiang takes no aspect; it is for Midjourney v8.1,")
