"""Help with a prompt: the commands, ✨ on a card, and what becomes of a suggestion."""

from collections.abc import AsyncIterator
from typing import Any

import discord
import pytest

from bot.errors import UnavailableError
from bot.providers.wanxiang_params import Chat
from bot.wire import Credential
from cogs.buttons import job_id
from storage.models import Job, Status
from tests.cogs.stage import Stage, said, staged
from tests.conftest import Workshop
from tests.provider_double import picture
from tests.wanxiang_double import TOKEN, WanxiangDouble

ACCOUNTS = ("youchuan", "lingtu", "wanxiang", "jumdata")
BETTER = "A ginger cat asleep on a straw mat, morning light"


@pytest.fixture
async def wanxiang() -> AsyncIterator[WanxiangDouble]:
    async with WanxiangDouble() as double:
        double.says = f"Here is your prompt:\n\n“{BETTER} --ar 1:1 https://x.example/a.png”"
        yield double
        assert double.violations == []


@pytest.fixture
async def stage(workshop: Workshop, wanxiang: WanxiangDouble) -> AsyncIterator[Stage]:
    account = Credential(provider="wanxiang", url=wanxiang.url, secret=TOKEN)
    known = {**workshop.parts.credentials, ("wanxiang", "env"): account}
    workshop.pay_with(known)
    async with staged(workshop, accounts=ACCOUNTS) as opened:
        yield opened


async def answered(stage: Stage) -> Job:
    """The newest job, answered and its answer posted."""
    stage.workshop.clock.advance(5)
    await stage.workshop.turn("submit", "deliver")
    return await stage.job()


async def helped(stage: Stage, command: str = "improve", **options: Any) -> Job:
    """Ann's suggestion by a command, posted."""
    await stage.ordered(f"prompt {command}", **options)
    return await answered(stage)


async def starred(stage: Stage, prompt: str, **options: Any) -> tuple[Job, Job]:
    """Ann's drawing, and the suggestion that Bob got by pressing ✨ on its card."""
    drawing = await stage.imagine(prompt, **options)
    await stage.bob.click(stage.last(), label="Improve prompt")
    return drawing, await answered(stage)


def asked(wanxiang: WanxiangDouble) -> str:
    """What Tongyi was asked last."""
    return str(wanxiang.chats_paid[-1].body["prompt"])


def texts(message: discord.Message) -> list[str]:
    (container,) = message.components
    return [part.content for part in container.children if isinstance(part, discord.TextDisplay)]


def labels(message: discord.Message) -> list[str]:
    (container,) = message.components
    rows = [part for part in container.children if isinstance(part, discord.ActionRow)]
    return [button.label or str(button.emoji) for row in rows for button in row.children]


async def test_a_suggestion_is_shown_to_be_copied_below_the_persons_own_prompt(
    stage: Stage, wanxiang: WanxiangDouble
):
    job = await helped(stage, prompt="a cat on a mat --ar 3:2")
    head, block = texts(stage.last())

    assert (job.operation, job.traits) == ("wanxiang.chat", {"text", "suggestion"})
    assert asked(wanxiang).endswith("\nPrompt:\na cat on a mat")
    assert "-# Yours: a cat on a mat --ar 3:2" in head
    assert block == f"```\n{BETTER} --ar 3:2\n```"
    assert labels(stage.last()) == ["Use it", "Edit", "Keep mine", "Again", "ℹ️", "✉️", "🗑️"]


async def test_a_translation_is_asked_to_add_nothing(stage: Stage, wanxiang: WanxiangDouble):
    await helped(stage, "translate", prompt="一只猫 --niji 7")

    assert "Translate" in asked(wanxiang)
    assert texts(stage.last())[-1] == f"```\n{BETTER} --niji 7\n```"


async def test_use_it_draws_the_suggestion_with_what_was_kept(stage: Stage):
    help_job = await helped(stage, prompt="https://a.example/a.png 一只猫 --ar 3:2 --no 狗")
    await stage.env.restart_bot(stage.renewed())
    await stage.bob.click(stage.last(), label="Use it")
    job = await stage.job()

    assert (job.operation, job.parent_id, job.uploads) == ("youchuan.diffusion", help_job.id, ())
    assert job.params == {"text": f"https://a.example/a.png {BETTER} --ar 3:2 --no 狗 --v 7"}
    assert job.destination.user_id == stage.bob.id


@pytest.mark.parametrize(
    ("model", "operation", "params"),
    [
        ("v7", "youchuan.diffusion", {"text": f"{BETTER} --v 7"}),
        ("v8.1", "youchuan.diffusion", {"text": f"{BETTER} --v 8.1"}),
        ("auto", "youchuan.diffusion", {"text": f"{BETTER} --v 7"}),
        ("lingtu_pro", "lingtu.text2img_pro", {"prompt": BETTER}),
        ("wanxiang", "wanxiang.image", {"prompt": BETTER}),
        ("jumdata", "jumdata.draw", {"text": BETTER}),
    ],
)
async def test_the_chosen_model_draws_it(
    stage: Stage, model: str, operation: str, params: dict[str, str]
):
    await helped(stage, prompt="一只猫", model=model)
    await stage.ann.click(stage.last(), label="Use it")
    job = await stage.job()

    assert (job.operation, job.params) == (operation, params)


async def test_a_suggestion_fits_the_model_that_draws_it(stage: Stage, wanxiang: WanxiangDouble):
    wanxiang.says = "lions " * 100
    await helped(stage, prompt="一只猫", model="jumdata")
    form = await stage.ann.click(stage.last(), label="Edit")
    await stage.ann.click(stage.last(), label="Use it")

    assert form.modal["components"][0]["component"]["max_length"] == 100
    assert "at most 100 characters" in asked(wanxiang)
    assert (await stage.job()).params == {"text": ("lions " * 16).strip()}


async def test_edit_draws_what_the_person_made_of_it(stage: Stage):
    help_job = await helped(stage, prompt="a cat --ar 3:2", model="v7")
    form = await stage.ann.click(stage.last(), label="Edit")
    (label,) = form.modal["components"]
    await stage.env.restart_bot(stage.renewed())
    await stage.ann.submit_modal(form, {"prompt": "A ginger cat --s 200"})
    job = await stage.job()

    assert form.modal["custom_id"] == job_id(help_job.id, "reword")
    assert label["component"]["value"] == BETTER
    assert job.params == {"text": "A ginger cat --stylize 200 --ar 3:2 --v 7"}
    assert job.parent_id == help_job.id


async def test_an_edited_prompt_is_checked(stage: Stage):
    await helped(stage, prompt="a cat --ar 3:2")
    answers = []
    for words in ("upload://0 a cat", "a cat --ar 1:1", "--v 7"):
        form = await stage.ann.click(stage.last(), label="Edit")
        answers.append(said(await stage.ann.submit_modal(form, {"prompt": words})))

    assert "“upload://0” is no address" in answers[0]
    assert "--ar stands twice" in answers[1]
    assert "Write what to draw" in answers[2]
    assert len(await stage.jobs()) == 1


async def test_keep_mine_draws_the_persons_own_prompt(stage: Stage):
    await helped(stage, prompt="一只猫 --ar 3:2", model="v7")
    await stage.ann.click(stage.last(), label="Keep mine")

    assert (await stage.job()).params == {"text": "一只猫 --ar 3:2 --v 7"}


async def test_lists_are_confirmed_before_they_are_drawn(stage: Stage, wanxiang: WanxiangDouble):
    wanxiang.says = "A {red, blue} cat in snow"
    await helped(stage, prompt="a {red, blue} cat --v 7")
    answer = await stage.ann.click(stage.last(), label="Use it")
    await stage.ann.click(answer.response, label="Draw all 2")
    await stage.studio.settled()
    _help, *drawn = await stage.jobs()

    assert "{red, blue}" in asked(wanxiang)
    assert [job.params["text"] for job in drawn] == [
        f"A {colour} cat in snow --v 7" for colour in ("red", "blue")
    ]


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ("A red cat in snow", "Tongyi lost “{red, blue}”, which has to stay."),
        ("https://x.example/a.png", "Tongyi answered with no prompt."),
    ],
)
async def test_what_cannot_be_used_says_so_and_leaves_the_persons_own_prompt(
    stage: Stage, wanxiang: WanxiangDouble, answer: str, sentence: str
):
    wanxiang.says = answer
    help_job = await helped(stage, prompt="a {red, blue} cat")
    pressed = [await stage.press(job_id(help_job.id, key)) for key in ("use", "reword")]
    shown = next(message for message in stage.channel.history() if "Yours" in str(texts(message)))

    assert texts(shown)[-1].startswith(sentence)
    assert labels(shown) == ["Keep mine", "Again", "ℹ️", "✉️", "🗑️"]
    assert all(said(result).startswith(sentence) for result in pressed)
    assert len(await stage.jobs()) == 1


async def test_again_asks_the_same_once_more(stage: Stage, wanxiang: WanxiangDouble):
    first = await helped(stage, prompt="a cat --ar 3:2")
    await stage.ann.click(stage.last(), label="Again")
    wanxiang.says = "Another cat"
    second = await answered(stage)

    assert (second.params, second.traits) == (first.params, first.traits)
    assert texts(stage.last())[-1] == "```\nAnother cat --ar 3:2\n```"


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"prompt": "--ar 3:2 https://a.example"}, "--ar"),
        ({"prompt": "--ar 3:2"}, "Write what to draw"),
        ({"prompt": "a cat --ar 3"}, "--ar must be"),
        ({"prompt": "a cat --ar 3:2", "model": "wanxiang"}, "takes no parameters"),
        ({"prompt": "a cat " * 30, "model": "jumdata"}, "100 characters at most"),
        ({"prompt": "a {red cat"}, "A list is not closed"),
        ({"prompt": "https://a.example https://b.example"}, "has no words"),
    ],
)
async def test_what_could_not_be_drawn_afterwards_is_refused_before(
    stage: Stage, options: dict[str, str], sentence: str
):
    assert sentence in await stage.refused("prompt improve", **options)


async def test_a_star_on_the_card_improves_what_is_being_drawn(
    stage: Stage, wanxiang: WanxiangDouble
):
    wanxiang.says = BETTER
    drawing, help_job = await starred(stage, "一只猫", model="v7", aspect="3:2", stylize=50)
    await stage.bob.click(stage.last(), label="Use it")
    job = await stage.job()

    assert help_job.parent_id == drawing.id
    assert help_job.destination.user_id == stage.bob.id
    assert "in English, whatever language" in asked(wanxiang)
    assert job.operation == "youchuan.diffusion"
    assert job.params["text"] == drawing.params["text"].replace("一只猫", BETTER)
    assert (job.parent_id, job.uploads) == (help_job.id, ())
    assert (await stage.workshop.now(drawing)).status is not Status.CANCELED


async def test_a_plain_models_options_are_kept(stage: Stage):
    drawing, _help = await starred(
        stage, "a cat", model="lingtu", aspect="16:9", style="anime", count=4
    )
    await stage.ann.click(stage.last(), label="Use it")
    job = await stage.job()

    assert job.operation == "lingtu.text2img"
    assert job.params == {**drawing.params, "prompt": BETTER}


@pytest.mark.parametrize("is_sent", [False, True])
async def test_files_of_the_drawing_are_drawn_from_again(stage: Stage, is_sent: bool):
    workshop = stage.workshop
    drawing = await stage.imagine(
        "a cat --v 7",
        image=("a.png", picture()),
        style_reference=("b.png", picture("blue")),
    )
    card = stage.last()
    if is_sent:
        await workshop.turn("submit")
    await stage.bob.click(card, label="Improve prompt")
    ordered = await stage.job()
    help_job = await answered(stage)
    shown = texts(stage.last())
    await stage.bob.click(stage.last(), label="Use it")
    job = await stage.job()

    source = (await workshop.now(drawing)).id if is_sent else help_job.id
    first, second = (
        f"{workshop.parts.terms.public_url}/m/{asset.name}"
        for asset in await workshop.assets.of_job(source, "upload")
    )
    assert len(ordered.uploads) == (0 if is_sent else 2)
    assert job.params == {"text": f"{first} {BETTER} --sref {second} --v 7"}
    assert job.uploads == ()
    assert shown[-1] == f"```\n📎 {BETTER} --sref 📎 --v 7\n```"
    assert "/m/" not in shown[0]


async def test_keep_mine_under_a_star_leaves_the_drawing_and_removes_the_suggestion(stage: Stage):
    drawing, help_job = await starred(stage, "a cat")
    message = stage.last()
    refused = await stage.ann.click(message, label="Keep mine")
    await stage.bob.click(message, label="Keep mine")

    assert "Only the person who started this" in said(refused)
    assert message.id not in [each.id for each in stage.channel.history()]
    assert [job.id for job in await stage.jobs()] == [drawing.id, help_job.id]


async def test_a_suggestion_says_that_the_first_drawing_stays_paid_for(stage: Stage):
    await starred(stage, "a cat")
    shown = texts(stage.last())[0]
    await stage.ordered("prompt improve", prompt="a cat")
    await answered(stage)

    assert "-# Your own prompt goes on being drawn and stays paid for" in shown
    assert "stays paid for" not in texts(stage.last())[0]


@pytest.mark.parametrize("is_retried", [False, True])
async def test_keep_mine_draws_what_came_to_nothing_unless_it_was_retried(
    stage: Stage, is_retried: bool
):
    drawing, help_job = await starred(stage, "a cat", model="v7", stylize=50)
    message = stage.last()
    drawing = await stage.workshop.now(drawing)
    await stage.studio.engine.news.fail(drawing, "unavailable", UnavailableError())
    if is_retried:
        await stage.press(job_id(drawing.id, "retry"))
    before = len(await stage.jobs())
    await stage.bob.click(message, label="Keep mine")
    jobs = await stage.jobs()

    assert len(jobs) == before + (not is_retried)
    assert jobs[-1].params == drawing.params
    assert (jobs[-1].parent_id == help_job.id) is not is_retried
    gone = message.id not in [each.id for each in stage.channel.history()]
    assert gone is is_retried


async def test_the_star_is_on_the_cards_of_drawings_until_they_are_drawn(stage: Stage):
    await stage.imagine("a cat", model="wanxiang")
    assert labels(stage.last()) == ["Cancel", "Improve prompt"]

    drawing = await stage.imagine("a cat")
    await stage.workshop.turn("submit")
    await stage.studio.cards.tick()
    assert labels(stage.last()) == ["Improve prompt"]

    blended = {name: (f"{name}.png", picture()) for name in ("image1", "image2")}
    await stage.ann.slash(stage.channel, "blend", **blended)
    assert labels(stage.last()) == ["Cancel"]
    answer = await stage.press(job_id((await stage.job()).id, "help"))
    assert "no words" in said(answer)
    assert (await stage.workshop.now(drawing)).status is Status.RUNNING


async def test_without_tongyi_there_is_no_star(workshop: Workshop):
    async with staged(workshop, accounts=("youchuan",)) as stage:
        await stage.imagine("a cat")

        assert labels(stage.last()) == ["Cancel"]
        assert "not set up" in await stage.refused("prompt improve", prompt="a cat")


async def test_a_suggestion_is_no_part_of_a_conversation(stage: Stage, wanxiang: WanxiangDouble):
    await helped(stage, prompt="a cat")
    await stage.ordered("chat", prompt="Who are you?")
    await answered(stage)

    assert asked(wanxiang) == "Who are you?"


async def test_nothing_else_is_a_suggestion(stage: Stage):
    grid = await stage.drawn()
    for key in ("use", "reword", "keep"):
        answer = await stage.press(job_id(grid.id, key))

        assert said(answer) == "There is no suggestion here to go on from."


async def test_the_row_keeps_all_that_a_suggestion_needs(stage: Stage):
    drawing, help_job = await starred(stage, "a cat", model="jumdata", style="Anime", count=2)
    kept = Chat.model_validate(dict(help_job.params)).kept

    assert kept.operation == "jumdata.draw"
    assert kept.values == {name: drawing.params[name] for name in drawing.params if name != "text"}
    assert kept.longest == 100
