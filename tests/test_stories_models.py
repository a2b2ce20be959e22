"""What people live through with Tongyi, Wanxiang and Jumdata: asked, drawn, lost, refused."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.discord_double import Interaction, Message, Person
from tests.jumdata_double import denial as jumdata_denial
from tests.program import World, living
from tests.provider_double import HTML, Reply, picture
from tests.scene import CANARY, Scene, colour_of, fields, leaked, staged
from tests.scripted_double import COLOURS
from tests.wanxiang_double import PLAIN, denial

pytestmark = [pytest.mark.process, pytest.mark.asyncio(loop_scope="module")]

TOOLS = {"Enlarge", "Vectorize", "Remove background", "Similar", "Describe"}
HALF = "▰" * 5 + "▱" * 5
ADDRESS = "https://pictures.example/heron.png"
PARAMETERS = "--ar 16:9 --seed 4711 --v 7"
SAYING = f"A **heron** stands.\n```python\nprint('{CANARY}')\n```\n鹭在水边。"
LONG = "\n\n".join(
    f"Part {n}: {'herons wade and wait ' * 20}\n\n```python\nstep({n})\n\nstop()\n```"
    for n in range(14)
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """One running program for all stories; it logs all it ever logs."""
    folder, settings = tmp_path_factory.mktemp("models"), {"LOG_LEVEL": "DEBUG"}
    accounts = {"lingtu": True, "wanxiang": True, "jumdata": True}
    async with living(folder, settings=settings, **accounts) as opened:
        await opened.start()
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def scene(world: World, request: pytest.FixtureRequest) -> AsyncIterator[Scene]:
    """A story of its own."""
    async with staged(world, request.node.name) as opened:
        yield opened


async def drawn(
    scene: Scene, model: str = "wanxiang", prompt: str = "a heron", **options: object
) -> Interaction:
    """Ask one of the models for pictures."""
    given = {"prompt": f"{prompt} {CANARY}", "model": model, **options}
    return await scene.slash("imagine", given)


async def talked(scene: Scene, prompt: str, user: Person | None = None, **options) -> Interaction:
    """Say something to Tongyi."""
    return await scene.slash("chat", {"prompt": f"{prompt} {CANARY}", **options}, user)


async def continued(scene: Scene, answer: Message, words: str, user: Person | None = None):
    """Go on from an answer by its button; the next answer."""
    asked = await scene.press(answer, "continue", user)
    field = fields(await asked.wait_modal())[0]
    return await scene.outcome(await scene.discord.submit_modal(asked, {field: words}))


def sent(scene: Scene) -> list[str]:
    """What Tongyi was sent in this story."""
    return [paid.body["prompt"] for paid in scene.wanxiang_paid if paid.verb == "tongyi"]


def colours(message: Message) -> list[str]:
    return [colour_of(file.data) for file in message.attachments]


def labels(message: Message) -> set[str]:
    """The words on the buttons that can be pressed."""
    return {b["label"] for b in message.buttons() if b.get("label") and not b.get("disabled")}


async def test_wanxiang_posts_its_pictures_once(scene):
    result = await scene.outcome(await drawn(scene))
    (paid,) = scene.wanxiang_paid

    assert (paid.verb, paid.body) == ("wanxiang", {"prompt": f"a heron {CANARY}"})
    assert colours(result) == list(COLOURS[:4])
    assert len(result.media()) == 4
    assert scene.room.messages == [result]
    assert scene.discord.ben.id in result.pings
    assert "Wanxiang" in result.text()


async def test_a_picture_that_wanxiang_could_not_draw_keeps_its_place_and_says_why(scene):
    result = await scene.outcome(await drawn(scene, prompt="a hole"))
    shown = colours(result)

    assert len(result.media()) == 4
    assert [shown[0], *shown[2:]] == [COLOURS[0], *COLOURS[2:4]]
    assert "An internal timeout" in result.media()[1]["description"]
    assert "Image 2: Could not be drawn: An internal timeout" in result.text()
    assert [option["value"] for option in result.selects()[0]["options"]] == ["0", "2", "3"]


async def test_the_card_shows_how_many_pictures_are_there(scene):
    scene.wanxiang.holding = True
    asked = await drawn(scene)
    card = await asked.wait_response()
    await scene.world.until(lambda: scene.wanxiang_paid)
    scene.wanxiang.run(scene.wanxiang_paid[0].id, succeeded=1, failed=1)
    await scene.world.until(lambda: HALF in card.text())
    scene.wanxiang.release()
    result = await scene.outcome(asked)

    assert scene.room.messages == [result]


@pytest.mark.parametrize("status", [200, 400])
async def test_a_failure_at_wanxiang_is_told_in_words_whatever_http_says(scene, status):
    scene.wanxiang.failed_as = status
    moderated = await scene.outcome(await drawn(scene, prompt="a moderated heron"))
    scene.wanxiang.holding = True
    asked = await drawn(scene)
    await scene.world.until(lambda: len(scene.wanxiang_paid) == 2)
    scene.wanxiang.fail(scene.wanxiang_paid[1].id, "InternalError.Algo", "a leg too many")
    failed = await scene.outcome(asked)

    assert "moderation" in moderated.text()
    assert "Retry" not in labels(moderated)
    assert "a leg too many" in failed.text()
    assert "Retry" in labels(failed)
    assert scene.room.messages == [moderated, failed]


async def test_an_unreadable_answer_to_a_poll_is_asked_for_again(scene):
    scene.wanxiang.polls += [
        Reply(deed="html"),
        Reply(status=502, body=HTML),
        Reply(status=400, body="坏了"),
        Reply(deed="reset"),
    ]
    result = await scene.outcome(await drawn(scene))
    (paid,) = scene.wanxiang_paid

    assert scene.wanxiang.polled(paid.id) == 4
    assert scene.room.messages == [result]
    assert len(result.media()) == 4


@pytest.mark.parametrize("deed", ["reset", "html"])
async def test_a_lost_submit_is_told_as_uncertain_and_paid_again_only_by_retry(scene, deed):
    scene.wanxiang.submits.append(Reply(deed=deed))
    notice = await scene.outcome(await drawn(scene))
    before = len(scene.wanxiang_paid)
    result = await scene.followed(notice, "retry")

    assert "may have been charged" in notice.text()
    assert (before, len(scene.wanxiang_paid)) == (1, 2)
    assert scene.room.messages == [notice, result]
    assert len(result.media()) == 4


async def test_what_jumdata_is_asked_for_stands_in_its_form(scene):
    scene.jumdata.id_as, scene.jumdata.code_as = "number", "string"
    options = {"style": "赛博朋克", "count": 3, "aspect": "2:3"}
    result = await scene.outcome(await drawn(scene, "jumdata", **options))
    (paid,) = scene.jumdata_paid
    asked = [asked for asked in scene.jumdata.asked if paid.id in asked.form.values()]

    assert paid.body == {
        "text": f"a heron {CANARY}",
        "resolution": "1024*1536",
        "style": "赛博朋克",
        "num": "3",
    }
    assert {each.kind for each in asked} == {"multipart/form-data"}
    assert colours(result) == list(COLOURS[:3])
    assert scene.room.messages == [result]
    assert "Jumdata" in result.text()


async def test_fewer_pictures_than_were_asked_for_are_told_as_that(scene):
    scene.jumdata.missing = 1
    result = await scene.outcome(await drawn(scene, "jumdata", count=3))

    assert colours(result) == list(COLOURS[:2])
    assert "2 of 3 pictures came" in result.text()


async def test_a_form_is_urlencoded_where_the_setting_says_so(scene):
    await scene.program.kill()
    scene.jumdata.form = "urlencoded"
    try:
        await scene.world.start(JUMDATA_FORM="urlencoded")
        result = await scene.outcome(await drawn(scene, "jumdata"))
    finally:
        await scene.program.kill()
        scene.jumdata.form = "multipart"

    assert colours(result) == [COLOURS[0]]
    assert len(scene.jumdata_paid) == 1


async def test_a_text_too_long_for_jumdata_is_refused_with_its_count(scene):
    asked = await scene.slash("imagine", {"prompt": "鹭" * 101, "model": "jumdata"})
    refusal = await asked.wait_response()
    fitting = await scene.slash("imagine", {"prompt": "鹭" * 100, "model": "jumdata"})
    result = await scene.outcome(fitting)

    assert refusal.ephemeral
    assert "101" in refusal.text()
    assert "100" in refusal.text()
    assert [paid.body["text"] for paid in scene.jumdata_paid] == ["鹭" * 100]
    assert scene.room.messages == [result]


@pytest.mark.parametrize(
    ("refused", "words"),
    [
        (jumdata_denial(202), "moderation"),
        (jumdata_denial(400, "风格值不正确"), "风格值不正确"),
        (jumdata_denial(602), "admin"),
        (jumdata_denial(999, "签名不正确"), "signature"),
    ],
    ids=["202", "400", "602", "signature"],
)
async def test_a_refusal_of_jumdatas_is_told_in_words_and_costs_nothing(scene, refused, words):
    scene.jumdata.submits.append(refused)
    notice = await scene.outcome(await drawn(scene, "jumdata"))

    assert words in notice.text()
    assert "Nothing was charged" in notice.text()
    assert scene.jumdata_paid == []
    assert scene.room.messages == [notice]


async def test_a_busy_jumdata_is_sent_the_job_again(scene):
    scene.jumdata.submits += [jumdata_denial(606), jumdata_denial(609)]
    result = await scene.outcome(await drawn(scene, "jumdata"))

    assert len(scene.jumdata_paid) == 1
    assert scene.room.messages == [result]


async def test_a_jumdata_that_took_too_long_to_answer_is_not_sent_the_job_again(scene):
    scene.jumdata.submits.append(jumdata_denial(610, charge=None, deed="error"))
    notice = await scene.outcome(await drawn(scene, "jumdata"))

    assert "may have been charged" in notice.text()
    assert "Retry" in labels(notice)
    assert len(scene.jumdata_paid) == 1
    assert scene.room.messages == [notice]


@pytest.mark.parametrize(
    ("charge", "words"), [(False, "Nothing was charged"), (True, "It was charged")]
)
async def test_jumdatas_own_word_about_the_money_is_told_when_a_job_fails(scene, charge, words):
    scene.jumdata.charge, scene.jumdata.holding = charge, True
    asked = await drawn(scene, "jumdata")
    await scene.world.until(lambda: scene.jumdata_paid)
    scene.jumdata.jobs[scene.jumdata_paid[0].id]["status"] = 2
    notice = await scene.outcome(asked)

    assert words in notice.text()
    assert scene.room.messages == [notice]


async def test_jumdatas_number_for_a_request_is_among_the_facts_of_a_job(scene):
    result = await scene.outcome(await drawn(scene, "jumdata"))
    facts = await (await scene.press(result, "info")).wait_response()

    assert scene.jumdata.receipts[-1] in facts.text()
    assert facts.ephemeral


async def test_an_answer_is_posted_once_as_text_in_whatever_shape_it_came(scene):
    scene.wanxiang.says, answers = SAYING, []
    for scene.wanxiang.shape in ("output.choices of parts", "message", "string", PLAIN):
        answers.append(await scene.outcome(await talked(scene, "hello")))

    assert all(SAYING in answer.text() for answer in answers)
    assert [answer.attachments for answer in answers] == [[]] * 4
    assert scene.room.messages == answers
    assert scene.discord.ben.id in answers[0].pings
    assert "Continue" in labels(answers[0])
    assert len(sent(scene)) == 4


async def test_an_answer_too_long_for_a_message_comes_whole_in_one(scene):
    scene.wanxiang.says = LONG
    answer = await scene.outcome(await talked(scene, "write a lot"))
    (file,) = answer.attachments
    shown = answer.text()

    assert len(LONG) > 6000
    assert file.data.decode() == LONG
    assert "Part 0: " in shown
    assert shown.count("```") % 2 == 0
    assert scene.room.messages == [answer]


async def test_continue_carries_what_was_said_before(scene):
    first = await scene.outcome(await talked(scene, "what is a heron?"))
    second = await continued(scene, first, "and a stork?")
    third = await scene.outcome(await talked(scene, "and a crane?"))
    alone, with_one, with_two = sent(scene)

    assert alone == f"what is a heron? {CANARY}"
    assert alone in with_one
    assert with_one.index("what is a heron?") < with_one.index("says that herons")
    assert with_one.index("says that herons") < with_one.index("and a stork?")
    assert all(words in with_two for words in ("a heron?", "a stork?", "a crane?"))
    assert scene.room.messages == [first, second, third]
    assert second.reference == first.id


async def test_what_was_said_is_forgotten_on_demand(scene):
    first = await scene.outcome(await talked(scene, "what is a heron?"))
    await scene.outcome(await talked(scene, "and a stork?", reset=True))
    told = await (await scene.slash("chat", {"reset": True})).wait_response()
    await scene.outcome(await talked(scene, "and a crane?"))
    await continued(scene, first, "and an egret?")
    _, second, third, fourth = sent(scene)

    assert second == f"and a stork? {CANARY}"
    assert third == f"and a crane? {CANARY}"
    assert told.ephemeral
    assert "heron?" not in fourth


async def test_nobody_goes_on_with_what_another_person_has_said(scene):
    first = await scene.outcome(await talked(scene, "my heron is called Herbert"))
    await continued(scene, first, "what is it called?", scene.discord.cleo)
    await scene.outcome(await talked(scene, "tell me", scene.discord.cleo))
    _, hers, after = sent(scene)

    assert hers == "what is it called?"
    assert "Herbert" not in after
    assert "what is it called?" in after


async def test_a_chat_that_waits_survives_a_restart_and_is_answered_once(scene):
    busy = {"Retry-After": "1"}
    scene.wanxiang.chats.append(Reply(status=429, body={"code": "Throttling"}, headers=busy))
    asked = await talked(scene, "hello")
    job_id = scene.job_of(await asked.wait_response())
    await scene.world.logged(f"job {job_id} was not taken")
    await scene.program.terminate()
    await scene.world.start()
    answer = await scene.outcome(asked)

    assert sent(scene) == [f"hello {CANARY}"]
    assert "herons stand in the water" in answer.text()
    assert scene.room.messages == [answer]


async def test_a_lost_answer_of_tongyis_is_told_and_asked_for_again_only_by_retry(scene):
    scene.wanxiang.chats.append(Reply(deed="reset"))
    notice = await scene.outcome(await talked(scene, "hello"))
    before = len(sent(scene))
    answer = await scene.followed(notice, "retry")

    assert "may have been charged" in notice.text()
    assert (before, len(sent(scene))) == (1, 2)
    assert "herons stand in the water" in answer.text()
    assert scene.room.messages == [notice, answer]


async def suggested(scene: Scene, purpose: str = "translate") -> Message:
    """Tongyi's suggestion for a prompt with all that it must not touch."""
    prompt = f"{ADDRESS} 一只苍鹭 {CANARY} {PARAMETERS}"
    return await scene.outcome(await scene.slash(f"prompt {purpose}", {"prompt": prompt}))


def texts(scene: Scene) -> list[str]:
    """The prompts that Midjourney was sent."""
    return [job.body["text"] for job in scene.paid]


@pytest.mark.parametrize("purpose", ["translate", "improve"])
async def test_tongyi_sees_the_words_of_a_prompt_alone_and_changes_nothing_else(scene, purpose):
    scene.wanxiang.says = f'"A {CANARY} by the sea --ar 1:1 --chaos 9 https://evil.example/b.png"'
    suggestion = await suggested(scene, purpose)
    used = await scene.followed(suggestion, "use")
    kept = await scene.followed(suggestion, "keep")
    (seen,) = sent(scene)
    drawn_with, drawn_before = texts(scene)

    assert "一只苍鹭" in seen
    assert not any(part in seen for part in ("pictures.example", "16:9", "--seed", "4711", "--v"))
    assert drawn_with == drawn_before.replace(f"一只苍鹭 {CANARY}", f"A {CANARY} by the sea")
    assert drawn_before.startswith(f"{ADDRESS} 一只苍鹭 {CANARY} ")
    assert all(flag in drawn_before for flag in ("--ar 16:9", "--seed 4711", "--v 7"))
    assert f"A {CANARY} by the sea" in suggestion.text()
    assert {"Use it", "Edit", "Keep mine"} <= labels(suggestion)
    assert scene.room.messages == [suggestion, used, kept]


async def test_a_suggestion_is_edited_before_it_is_drawn(scene):
    scene.wanxiang.says = f"A {CANARY} by the sea"
    suggestion = await suggested(scene)
    asked = await scene.press(suggestion, "reword")
    modal = await asked.wait_modal()
    words = {fields(modal)[0]: f"A {CANARY} by a lake"}
    await scene.outcome(await scene.discord.submit_modal(asked, words))
    (text,) = texts(scene)

    assert scene.wanxiang.says in str(modal)
    assert text.startswith(f"{ADDRESS} A {CANARY} by a lake ")
    assert "--ar 16:9" in text


async def test_the_card_of_an_imagine_offers_help_with_its_prompt(scene):
    scene.provider.holding = True
    scene.wanxiang.says = f"A {CANARY} by the sea"
    photo = ("heron.png", picture("lime", (64, 48)))
    asked = await scene.slash(
        "imagine", {"prompt": f"一只苍鹭 {CANARY}", "aspect": "16:9"}, image=photo
    )
    await scene.running(asked)
    suggestion = await scene.outcome(await scene.press(asked.response, "help"))
    await scene.provider.release()
    await scene.outcome(asked)
    await scene.followed(suggestion, "use")
    before, after = texts(scene)

    assert "/m/" not in sent(scene)[0]
    assert "16:9" not in sent(scene)[0]
    assert before.startswith(f"{scene.program.url}/m/")
    assert after == before.replace(f"一只苍鹭 {CANARY}", scene.wanxiang.says)


async def test_a_kill_after_the_submit_sends_nothing_again_and_tells_what_it_may_have_cost(scene):
    scene.wanxiang.submits.append(Reply(deed="hang"))
    scene.wanxiang.chats.append(Reply(deed="hang"))
    scene.jumdata.submits.append(Reply(deed="hang"))
    asked = [
        await drawn(scene),
        await drawn(scene, "jumdata"),
        await talked(scene, "hello"),
    ]
    await scene.world.until(lambda: len(scene.wanxiang_paid) == 2 and scene.jumdata_paid)
    await scene.world.restart()
    notices = [await scene.outcome(each) for each in asked]

    assert all("may have been charged" in notice.text() for notice in notices)
    assert (len(scene.wanxiang_paid), len(scene.jumdata_paid)) == (2, 1)
    assert {message.id for message in scene.room.messages} == {notice.id for notice in notices}


async def test_whoever_owes_money_is_offered_another_model_that_is_taken_only_by_a_press(scene):
    scene.wanxiang.submits.append(denial("Arrearage", 400, "Access denied."))
    notice = await scene.outcome(await drawn(scene))
    before = len(scene.jumdata_paid)
    result = await scene.followed(notice, "instead_jumdata")
    again = await (await scene.press(notice, "instead_jumdata")).wait_response()

    assert "owes money" in notice.text()
    assert {"Retry", "Draw with Jumdata instead"} <= labels(notice)
    assert (scene.wanxiang_paid, before) == ([], 0)
    assert [paid.body["text"] for paid in scene.jumdata_paid] == [f"a heron {CANARY}"]
    assert colours(result) == [COLOURS[0]]
    assert again.ephemeral
    assert str(result.id) in again.text()


async def test_no_prompt_no_answer_no_secret_and_no_signature_is_ever_logged(scene):
    scene.wanxiang.submits.append(denial("InvalidParameter", 400, f"no {CANARY}"))
    await scene.outcome(await drawn(scene))
    await scene.outcome(await drawn(scene, "jumdata"))
    scene.wanxiang.says = SAYING
    await scene.outcome(await talked(scene, "hello"))

    assert "delivered" in scene.program.log
    assert len(scene.jumdata.asked) > 1
    assert leaked(scene.world) == []
