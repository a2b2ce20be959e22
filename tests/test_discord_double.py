"""The strict Discord double, driven by a small client of the real discord.py and by raw HTTP."""

import asyncio
import io
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import discord
import pytest
from discord import app_commands
from PIL import Image
from yarl import URL

from tests.discord_double import (
    CannotDoError,
    DiscordDouble,
    Fault,
    Message,
    Permission,
)


def picture() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (2, 3)).save(file, "PNG")
    return file.getvalue()


PNG = picture()
V2 = 1 << 15


class Clock:
    """Seconds that pass only when told."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Panel(discord.ui.LayoutView):
    """A small Components V2 message with a picture, buttons and a select."""

    def __init__(self) -> None:
        super().__init__(timeout=None)
        row: Any = discord.ui.ActionRow()
        row.add_item(discord.ui.Button(label="U1", custom_id="job:1:u.0"))
        row.add_item(discord.ui.Button(label="Ask", custom_id="job:1:ask"))
        row.add_item(discord.ui.Button(label="V1", custom_id="job:1:v.0", disabled=True))
        options = [discord.SelectOption(label=f"Image {n}", value=str(n)) for n in (1, 2)]
        menu: Any = discord.ui.ActionRow()
        menu.add_item(discord.ui.Select(custom_id="job:1:pick", options=options))
        gallery: Any = discord.ui.MediaGallery(discord.MediaGalleryItem("attachment://a.png"))
        text: Any = discord.ui.TextDisplay("a cat for <@1>")
        self.add_item(discord.ui.Container(text, gallery, row, menu))


class Question(discord.ui.Modal, title="Remix"):
    prompt: Any = discord.ui.Label(text="Prompt", component=discord.ui.TextInput(max_length=20))

    async def on_submit(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message(f"drawn: {self.prompt.component.value}")


class Bot(discord.Client):
    """The program under the double: a few commands, each showing one way of answering."""

    def __init__(self) -> None:
        super().__init__(intents=discord.Intents.default(), guild_ready_timeout=0.05)
        self.tree = app_commands.CommandTree(self)
        self.seen: list[discord.Interaction] = []
        self.failed: asyncio.Queue[BaseException] = asyncio.Queue()
        for make in (self._imagine, self._job, self._config, self._upscale):
            make()

    async def setup_hook(self) -> None:
        await self.tree.sync()

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        self.seen.append(interaction)
        key = (interaction.data or {}).get("custom_id")
        if interaction.type is not discord.InteractionType.component:
            return
        if key == "job:1:ask":
            await interaction.response.send_modal(Question())
        elif key == "job:1:u.0":
            await interaction.response.defer()
        else:
            values = (interaction.data or {}).get("values")
            await interaction.response.send_message(f"chose {values}", ephemeral=True)

    def _imagine(self) -> None:
        @self.tree.command(description="Draw")
        @app_commands.describe(prompt="What to draw")
        async def imagine(
            interaction: discord.Interaction,
            prompt: str,
            image: discord.Attachment | None = None,
            friend: discord.Member | None = None,
        ) -> None:
            await interaction.response.send_message(f"queued: {prompt}")

        @imagine.autocomplete("prompt")
        async def complete(_: discord.Interaction, text: str) -> list[app_commands.Choice[str]]:
            return [app_commands.Choice(name=text + "!", value=text)]

    def _job(self) -> None:
        group = app_commands.Group(name="job", description="Jobs")

        @group.command(description="Show")
        async def show(interaction: discord.Interaction) -> None:
            await interaction.response.defer(ephemeral=True)
            await interaction.followup.send("here it is")

        self.tree.add_command(group)

    def _config(self) -> None:
        @self.tree.command(description="Settings")
        @app_commands.default_permissions(manage_guild=True)
        async def config(interaction: discord.Interaction) -> None:
            await interaction.response.send_message("settings", ephemeral=True)

    def _upscale(self) -> None:
        @self.tree.context_menu(name="Upscale image")
        async def upscale(interaction: discord.Interaction, message: discord.Message) -> None:
            data = await message.attachments[0].read()
            await interaction.response.send_message(f"{len(data)} bytes")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def double(clock: Clock) -> AsyncIterator[DiscordDouble]:
    async with DiscordDouble(clock=clock) as running:
        yield running


async def start(double: DiscordDouble) -> tuple[Bot, asyncio.Task[None]]:
    bot = Bot()
    running = asyncio.create_task(bot.start(double.token))
    await double.wait_ready()
    await asyncio.wait_for(bot.wait_until_ready(), 5)
    return bot, running


async def stop(bot: Bot, running: asyncio.Task[None]) -> None:
    await bot.close()
    await asyncio.gather(running, return_exceptions=True)


@pytest.fixture
async def bot(double: DiscordDouble, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bot]:
    monkeypatch.setattr(discord.http.Route, "BASE", double.api_url)
    gateway = URL(double.gateway_url)
    monkeypatch.setattr(discord.gateway.DiscordWebSocket, "DEFAULT_GATEWAY", gateway)
    client, running = await start(double)
    yield client
    await stop(client, running)


async def ask(
    double: DiscordDouble,
    method: str,
    path: str,
    body: Any = None,
    files: list[tuple[str, bytes]] | None = None,
) -> tuple[int, Any]:
    """One raw request with the bot token."""
    url, headers = double.api_url + path, {"Authorization": f"Bot {double.token}"}
    form: Any = None
    if files:
        form = aiohttp.FormData(quote_fields=False)
        form.add_field("payload_json", discord.utils._to_json(body or {}))
        for number, (name, data) in enumerate(files):
            form.add_field(f"files[{number}]", data, filename=name)
    async with aiohttp.ClientSession() as session:
        given = {"data": form} if form else {"json": body}
        async with session.request(method, url, headers=headers, **given) as response:
            return response.status, await response.json() if response.status != 204 else None


async def say(double: DiscordDouble, body: Any, **files: Any) -> tuple[int, Any]:
    return await ask(double, "POST", f"/channels/{double.general.id}/messages", body, **files)


def channel_of(bot: Bot, double: DiscordDouble) -> discord.PartialMessageable:
    return bot.get_partial_messageable(double.general.id, guild_id=double.guild.id)


async def panel(bot: Bot, double: DiscordDouble) -> Message:
    file = discord.File(io.BytesIO(PNG), "a.png", description="a cat")
    await channel_of(bot, double).send(view=Panel(), file=file)
    return double.general.messages[-1]


async def answer(double: DiscordDouble, interaction: Any, body: Any) -> tuple[int, Any]:
    path = f"/interactions/{interaction.id}/{interaction.token}/callback?with_response=1"
    return await ask(double, "POST", path, body)


async def raw_slash(double: DiscordDouble) -> Any:
    """An interaction that no client answers."""
    double.commands[None] = [{"id": "1", "name": "imagine", "type": 1, "description": "x"}]
    return await double.slash(double.general, double.ben, "imagine")


async def test_a_slash_command_is_answered_with_a_message(double, bot):
    interaction = await double.slash(double.general, double.ben, "imagine", {"prompt": "a cat"})
    acknowledged = await interaction.wait_acknowledged()
    message = await double.general.wait_message(lambda m: "a cat" in m.text())

    assert acknowledged.type == 4
    assert interaction.response is message
    assert message.author_id == double.bot.id
    assert double.violations == []


async def test_the_payload_tells_what_discord_tells(double, bot):
    await double.forbid(double.general, Permission.ATTACH)
    double.file_limit = 1234
    image = {"image": ("cat.png", PNG)}
    options = {"prompt": "x", "friend": double.cleo}
    interaction = await double.slash(
        double.general, double.ada, "imagine", options, attachments=image
    )
    await interaction.wait_acknowledged()
    seen = bot.seen[0]

    assert not seen.app_permissions.attach_files
    assert seen.app_permissions.send_messages
    assert seen.permissions.administrator
    assert seen.filesize_limit == 1234
    assert seen.context.guild
    assert seen.guild_locale is discord.Locale.american_english
    assert seen.namespace.image.width == 2
    assert await seen.namespace.image.read() == PNG
    assert seen.namespace.friend.id == double.cleo.id
    assert not seen.guild.get_channel(double.general.id).permissions_for(seen.guild.me).attach_files


async def test_a_subcommand_defers_privately_and_its_follow_up_fills_the_answer(double, bot):
    interaction = await double.slash(double.general, double.ben, "job show")
    response = await interaction.wait_response()

    assert response.text() == "here it is"
    assert interaction.acknowledged.type == 5
    assert interaction.ephemeral
    assert interaction.followups == []
    assert double.general.messages == []


async def test_autocomplete_gets_choices(double, bot):
    interaction = await double.autocomplete(double.general, double.ben, "imagine", "prompt", "ca")
    await interaction.wait_acknowledged()

    assert interaction.choices == [{"name": "ca!", "value": "ca"}]


async def test_a_message_menu_reads_the_attachment(double, bot):
    posted = await double.post(double.general, double.ben, files=[("cat.png", PNG)])
    interaction = await double.menu(posted, "Upscale image", double.cleo)

    assert (await interaction.wait_response()).text() == f"{len(PNG)} bytes"


async def test_a_layout_is_shown_and_its_button_is_pressed(double, bot):
    message = await panel(bot, double)
    interaction = await double.click(message, label="U1", user=double.cleo)
    acknowledged = await interaction.wait_acknowledged()

    assert acknowledged.type == 6
    assert message.texts() == ["a cat for <@1>"]
    assert message.attachments[0].data == PNG
    assert message.attachments[0].description == "a cat"
    assert bot.seen[0].message.id == message.id
    assert double.violations == []


async def test_a_select_sends_its_values(double, bot):
    message = await panel(bot, double)
    interaction = await double.select(message, "job:1:pick", ["2"], double.ben)

    assert (await interaction.wait_response()).text() == "chose ['2']"


async def test_a_modal_is_opened_and_submitted(double, bot):
    message = await panel(bot, double)
    opened = await double.click(message, "job:1:ask", user=double.ben)
    modal = await opened.wait_modal()
    field = modal["components"][0]["component"]["custom_id"]
    submitted = await double.submit_modal(opened, {field: "a dog"})

    assert (await submitted.wait_response()).text() == "drawn: a dog"


async def test_people_cannot_do_what_the_app_would_not_offer(double, bot):
    message = await panel(bot, double)

    with pytest.raises(CannotDoError, match="no command 'draw' was synced"):
        await double.slash(double.general, double.ben, "draw")
    with pytest.raises(CannotDoError, match="needs"):
        await double.slash(double.general, double.ben, "imagine")
    with pytest.raises(CannotDoError, match="has no 'size'"):
        await double.slash(double.general, double.ben, "imagine", {"prompt": "x", "size": 1})
    with pytest.raises(CannotDoError, match="does not see /config"):
        await double.slash(double.general, double.ben, "config")
    with pytest.raises(CannotDoError, match="is disabled"):
        await double.click(message, label="V1")
    with pytest.raises(CannotDoError, match="offers"):
        await double.select(message, "job:1:pick", "3")
    with pytest.raises(LookupError, match="no button 'U9' among"):
        await double.click(message, label="U9")


async def test_a_private_message_is_pressed_by_its_owner_only(double, bot):
    interaction = await raw_slash(double)
    row = {"type": 1, "components": [{"type": 2, "style": 1, "label": "x", "custom_id": "x"}]}
    data = {"content": "x", "flags": 64, "components": [row]}
    await answer(double, interaction, {"type": 4, "data": data})

    with pytest.raises(CannotDoError, match="cannot see"):
        await double.click(interaction.response, "x", user=double.cleo)


async def test_an_answer_after_three_seconds_is_refused(double, clock):
    interaction = await raw_slash(double)
    clock.now += 3.1
    status, body = await answer(double, interaction, {"type": 5})

    assert (status, body["code"]) == (404, 10062)
    assert interaction.acknowledged is None
    assert "answered after 3.1 s" in double.violations[0]


async def test_a_second_answer_is_refused(double, bot):
    interaction = await double.slash(double.general, double.ben, "imagine", {"prompt": "x"})
    await interaction.wait_acknowledged()
    status, body = await answer(double, interaction, {"type": 5})

    assert (status, body["code"]) == (400, 40060)
    assert len(double.violations) == 1


async def test_an_unknown_interaction_is_refused(double):
    interaction = await raw_slash(double)
    path = f"/interactions/{interaction.id}/nonsense/callback"
    status, body = await ask(double, "POST", path, {"type": 5})

    assert (status, body["code"]) == (404, 10062)
    assert double.violations


@pytest.mark.parametrize("offered", [26, "x" * 101])
async def test_autocomplete_offers_25_choices_of_100_characters(double, offered):
    declared = option(autocomplete=True, name="prompt")
    double.commands[None] = [command(id="1", type=1, options=[declared])]
    interaction = await double.autocomplete(double.general, double.ben, "draw", "prompt", "c")
    found = choices(26) if offered == 26 else [{"name": offered, "value": "x"}]
    status, body = await answer(double, interaction, {"type": 8, "data": {"choices": found}})

    assert (status, body["code"]) == (400, 50035)


@pytest.mark.parametrize("kind", [6, 7, 8, 12, None])
async def test_an_answer_must_fit_the_interaction(double, kind):
    interaction = await raw_slash(double)
    status, body = await answer(double, interaction, {"type": kind, "data": {"content": "x"}})

    assert (status, body["code"]) == (400, 50035)


async def test_an_unknown_token_is_refused(double):
    path = f"/webhooks/{double.application_id}/nonsense"
    status, body = await ask(double, "POST", path, {"content": "x"})

    assert (status, body["code"]) == (404, 10015)
    assert double.violations


async def test_a_token_is_not_used_before_the_first_answer(double):
    interaction = await raw_slash(double)
    path = f"/webhooks/{double.application_id}/{interaction.token}"
    status, body = await ask(double, "POST", path, {"content": "x"})

    assert (status, body["code"]) == (404, 10015)
    assert "before the first answer" in double.violations[0]


@pytest.mark.parametrize("how", ["told", "clock"])
async def test_a_token_dies_after_15_minutes(double, bot, clock, how):
    interaction = await double.slash(double.general, double.ben, "imagine", {"prompt": "x"})
    await interaction.wait_acknowledged()
    if how == "told":
        double.expire_tokens()
    else:
        clock.now += 901

    with pytest.raises(discord.HTTPException) as caught:
        await bot.seen[0].edit_original_response(content="y")
    assert (caught.value.status, caught.value.code) == (401, 50027)
    assert double.violations == []


async def test_a_token_edits_and_deletes_and_follows_up(double, bot):
    interaction = await double.slash(double.general, double.ben, "imagine", {"prompt": "x"})
    await interaction.wait_acknowledged()
    seen = bot.seen[0]
    await seen.edit_original_response(content="y")
    more = await seen.followup.send("more", wait=True)
    await seen.followup.edit_message(more.id, content="most")
    original = await seen.original_response()
    await seen.delete_original_response()

    assert original.content == "y"
    assert [m.text() for m in double.general.messages] == ["most"]
    assert [m.text() for m in double.general.deleted] == ["y"]
    assert interaction.edits[0]["content"] == "y"
    assert [m.id for m in interaction.followups] == [more.id]
    assert double.violations == []


async def test_a_webhook_survives_a_restart(double, bot):
    interaction = await double.slash(double.general, double.ben, "imagine", {"prompt": "x"})
    await interaction.wait_acknowledged()
    hook = discord.Webhook.partial(double.application_id, interaction.token, client=bot)
    await hook.edit_message("@original", content="later")  # type: ignore[arg-type]

    assert interaction.response.text() == "later"


async def test_the_same_nonce_gives_the_same_message(double, bot, clock):
    channel = channel_of(bot, double)
    first = await channel.send("x", nonce="n" * 25)
    second = await channel.send("x", nonce="n" * 25)
    clock.now += 181
    third = await channel.send("x", nonce="n" * 25)
    double.forget_nonces()
    fourth = await channel.send("x", nonce="n" * 25)

    assert first.id == second.id
    assert len({second.id, third.id, fourth.id}) == 3
    assert len(double.general.messages) == 3


async def test_a_nonce_of_26_characters_is_refused(double):
    status, body = await say(double, {"content": "x", "nonce": "n" * 26})

    assert (status, body["code"]) == (400, 50035)
    assert "nonce" in body["errors"]


async def test_a_lost_answer_has_had_its_effect(double, bot):
    double.faults.append(Fault("POST", r"/channels/\d+/messages$"))
    with pytest.raises((aiohttp.ClientError, OSError)):
        await channel_of(bot, double).send("x", nonce="same")
    await channel_of(bot, double).send("x", nonce="same")

    assert len(double.general.messages) == 1
    assert [r.status for r in double.sent("POST", "messages")] == [0, 200]


async def test_a_lost_request_has_had_no_effect(double, bot):
    double.faults.append(Fault("POST", "messages$", after_effect=False))
    with pytest.raises((aiohttp.ClientError, OSError)):
        await channel_of(bot, double).send("x")

    # lose_answer without its effect is a request that never arrived
    assert double.general.history == []


@pytest.mark.parametrize(("after", "left"), [(None, 0), (True, 1)])
async def test_a_fault_answers_a_status(double, bot, after, left):
    double.faults.append(Fault("POST", "messages$", kind="status", after_effect=after))
    with pytest.raises(discord.DiscordServerError):
        await channel_of(bot, double).send("x")

    assert len(double.general.messages) == left


async def test_a_slow_answer_may_come_too_late_for_the_effect(double, bot):
    double.faults.append(Fault("POST", "messages$", kind="delay", delay=5, after_effect=True))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(channel_of(bot, double).send("x"), 0.2)

    assert len(double.general.messages) == 1


async def test_a_rate_limit_is_waited_for(double, bot):
    double.faults.append(Fault("POST", "messages$", kind="status", status=429))
    await channel_of(bot, double).send("x")

    assert [r.status for r in double.sent("POST", "messages")] == [429, 200]


async def test_a_file_over_the_limit_is_413(double, bot):
    double.file_limit = 10
    file = discord.File(io.BytesIO(b"x" * 11), "a.bin")

    with pytest.raises(discord.HTTPException) as caught:
        await channel_of(bot, double).send(file=file)
    assert (caught.value.status, caught.value.code) == (413, 40005)
    assert double.general.history == []


async def test_eleven_files_are_refused(double):
    files = [(f"{n}.bin", b"x") for n in range(11)]
    status, body = await say(double, {}, files=files)

    assert (status, body["code"]) == (400, 50035)
    assert double.violations


def button(number: int = 0, **changed: Any) -> dict[str, Any]:
    return {"type": 2, "style": 1, "label": "x", "custom_id": f"id{number}"} | changed


def row(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"type": 1, "components": list(parts)}


def text(content: str = "x") -> dict[str, Any]:
    return {"type": 10, "content": content}


def menu(count: int = 1, **changed: Any) -> dict[str, Any]:
    options = [{"label": str(n), "value": str(n)} for n in range(count)]
    return {"type": 3, "custom_id": "menu", "options": options} | changed


def gallery(count: int, url: str = "https://example.com/a.png") -> dict[str, Any]:
    return {"type": 12, "items": [{"media": {"url": url}} for _ in range(count)]}


def rows(total: int) -> list[dict[str, Any]]:
    return [row(button(n)) for n in range(total)]


FINE = {
    "content": {"content": "x" * 2000},
    "five rows of five": {
        "content": "x",
        "components": [row(*(button(5 * r + n) for n in range(5))) for r in range(5)],
    },
    "40 components": {"flags": V2, "components": [text() for _ in range(40)]},
    "4000 characters": {"flags": V2, "components": [text("x" * 2000), text("x" * 2000)]},
    "ten pictures": {"flags": V2, "components": [gallery(10)]},
    "25 options": {"flags": V2, "components": [row(menu(25))]},
    "custom id of 100": {"flags": V2, "components": [row(button(custom_id="x" * 100))]},
    "section": {
        "flags": V2,
        "components": [{"type": 9, "components": [text()] * 3, "accessory": button()}],
    },
    "separator": {"flags": V2, "components": [{"type": 14, "spacing": 2}, text()]},
    "emoji": {"content": "x", "components": [row(button(label=None, emoji={"name": "🔄"}))]},
}
REFUSED = {
    "content over 2000": {"content": "x" * 2001},
    "eleven embeds": {"embeds": [{}] * 11},
    "V2 with content": {"flags": V2, "content": "x", "components": [text()]},
    "V2 with embeds": {"flags": V2, "embeds": [{"title": "x"}], "components": [text()]},
    "V2 with nothing": {"flags": V2},
    "V2 parts without the flag": {"content": "x", "components": [text()]},
    "41 components": {
        "flags": V2,
        "components": [{"type": 17, "components": [text() for _ in range(40)]}],
    },
    "4001 characters": {"flags": V2, "components": [text("x" * 2000), text("x" * 2001)]},
    "empty text": {"flags": V2, "components": [text("")]},
    "six rows": {"content": "x", "components": rows(6)},
    "six buttons": {"content": "x", "components": [row(*(button(n) for n in range(6)))]},
    "empty row": {"content": "x", "components": [row()]},
    "select beside a button": {"content": "x", "components": [row(menu(), button())]},
    "no picture": {"flags": V2, "components": [gallery(0)]},
    "eleven pictures": {"flags": V2, "components": [gallery(11)]},
    "file not uploaded": {"flags": V2, "components": [gallery(1, "attachment://a.png")]},
    "empty alt text": {
        "flags": V2,
        "components": [
            {"type": 12, "items": [{"media": {"url": "https://a.b/c"}, "description": ""}]}
        ],
    },
    "duplicate custom id": {"content": "x", "components": [row(button(1), button(1))]},
    "custom id of 101": {"content": "x", "components": [row(button(custom_id="x" * 101))]},
    "empty custom id": {"content": "x", "components": [row(button(custom_id=""))]},
    "label of 81": {"content": "x", "components": [row(button(label="x" * 81))]},
    "button without a face": {"content": "x", "components": [row(button(label=None))]},
    "emoji that is none": {"content": "x", "components": [row(button(emoji={"name": "cat"}))]},
    "link with custom id": {
        "content": "x",
        "components": [row(button(style=5, url="https://a.b"))],
    },
    "no options": {"content": "x", "components": [row(menu(0))]},
    "26 options": {"content": "x", "components": [row(menu(26))]},
    "option label of 101": {
        "content": "x",
        "components": [row(menu(options=[{"label": "x" * 101, "value": "x"}]))],
    },
    "option twice": {
        "content": "x",
        "components": [row(menu(options=[{"label": "x", "value": "x"}] * 2))],
    },
    "max_values over options": {"content": "x", "components": [row(menu(2, max_values=3))]},
    "section of four": {
        "flags": V2,
        "components": [{"type": 9, "components": [text()] * 4, "accessory": button()}],
    },
    "section without accessory": {"flags": V2, "components": [{"type": 9, "components": [text()]}]},
    "container in a container": {
        "flags": V2,
        "components": [{"type": 17, "components": [{"type": 17, "components": [text()]}]}],
    },
    "bare button": {"flags": V2, "components": [button()]},
    "style 7": {"content": "x", "components": [row(button(style=7))]},
    "button with a URL": {"content": "x", "components": [row(button(url="https://a.b"))]},
    "link without a URL": {
        "content": "x",
        "components": [row({"type": 2, "style": 5, "label": "x"})],
    },
    "select twice": {"content": "x", "components": [row(menu()), row(menu())]},
    "placeholder of 151": {"content": "x", "components": [row(menu(placeholder="x" * 151))]},
    "min_values below 0": {"content": "x", "components": [row(menu(min_values=-1))]},
    "max_values of 0": {"content": "x", "components": [row(menu(max_values=0))]},
    "two defaults": {
        "content": "x",
        "components": [
            row(menu(options=[{"label": n, "value": n, "default": True} for n in "ab"])),
        ],
    },
    "option value of 101": {
        "content": "x",
        "components": [row(menu(options=[{"label": "x", "value": "x" * 101}]))],
    },
    "option description of 101": {
        "content": "x",
        "components": [row(menu(options=[{"label": "x", "value": "x", "description": "x" * 101}]))],
    },
    "no URL": {"flags": V2, "components": [gallery(1, "a.png")]},
    "URL of 2049": {"flags": V2, "components": [gallery(1, "https://" + "x" * 2041)]},
    "file by link": {
        "flags": V2,
        "components": [{"type": 13, "file": {"url": "https://a.b/c"}}],
    },
    "file that is not there": {
        "flags": V2,
        "components": [{"type": 13, "file": {"url": "attachment://c"}}],
    },
    "spacing of 3": {"flags": V2, "components": [{"type": 14, "spacing": 3}]},
    "no colour": {
        "flags": V2,
        "components": [{"type": 17, "accent_color": 1 << 24, "components": [text()]}],
    },
    "empty container": {"flags": V2, "components": [{"type": 17, "components": []}]},
    "content that is no text": {"content": 5},
    "components that are no list": {"content": "x", "components": {"0": text()}},
    "a component that is none": {"content": "x", "components": ["x"]},
    "mentions twice": {"content": "x", "allowed_mentions": {"parse": ["users"], "users": ["1"]}},
    "attachment that is not there": {"content": "x", "attachments": [{"id": 0}]},
}


@pytest.mark.parametrize("name", FINE)
async def test_what_discord_takes_is_taken(double, name):
    status, body = await say(double, FINE[name])

    assert status == 200, body
    assert double.violations == []


@pytest.mark.parametrize("name", REFUSED)
async def test_what_discord_refuses_is_refused(double, name):
    status, body = await say(double, REFUSED[name])

    assert (status, body["code"]) == (400, 50035)
    assert len(double.violations) == 1
    assert double.general.history == []


async def test_an_empty_message_is_refused(double):
    status, body = await say(double, {"content": ""})

    assert (status, body["code"]) == (400, 50006)


async def test_a_v2_message_stays_v2_when_it_is_edited(double, bot):
    message = await panel(bot, double)
    path = f"/channels/{double.general.id}/messages/{message.id}"
    refused, _ = await ask(double, "PATCH", path, {"content": "x"})
    taken, _ = await ask(double, "PATCH", path, {"components": [text("new")]})

    assert (refused, taken) == (400, 200)
    assert message.texts() == ["new"]
    assert message.edited == 1


async def test_an_edit_keeps_the_files_it_names(double, bot):
    message = await panel(bot, double)
    path = f"/channels/{double.general.id}/messages/{message.id}"
    kept = str(message.attachments[0].id)
    body = {"attachments": [{"id": kept}, {"id": 0, "description": "second"}]}
    await ask(double, "PATCH", path, body, [("b.png", PNG)])
    both = [found.filename for found in message.attachments]
    status, _ = await ask(double, "PATCH", path, {"attachments": []})

    assert both == ["a.png", "b.png"]
    assert status == 400, "the gallery still shows a.png"


def field(**changed: Any) -> dict[str, Any]:
    return {"type": 4, "style": 1, "custom_id": "a"} | changed


def label(component: dict[str, Any], **changed: Any) -> list[dict[str, Any]]:
    return [{"type": 18, "label": "x", "component": component} | changed]


MODALS = {
    "title of 46": {"title": "x" * 46},
    "no parts": {"components": []},
    "six parts": {"components": [text()] * 6},
    "no custom id": {"custom_id": ""},
    "bare field": {"components": [field()]},
    "button": {"components": [row(button())]},
    "button in a label": {"components": label(button())},
    "two fields in a row": {"components": [row(field(label="a"), field(label="b", custom_id="b"))]},
    "field without a label": {"components": [row(field())]},
    "label of 46": {"components": label(field(), label="x" * 46)},
    "description of 101": {"components": label(field(), description="x" * 101)},
    "two labels": {"components": label(field(label="y"))},
    "field twice": {"components": label(field()) * 2},
    "no style": {"components": label(field(style=3))},
    "max_length of 4001": {"components": label(field(max_length=4001))},
    "min_length over max_length": {"components": label(field(min_length=2, max_length=1))},
    "value over max_length": {"components": label(field(value="xx", max_length=1))},
    "placeholder of 101": {"components": label(field(placeholder="x" * 101))},
    "one radio option": {
        "components": label(
            {"type": 21, "custom_id": "a", "options": [{"label": "x", "value": "x"}]}
        )
    },
}


async def test_a_modal_within_the_limits_is_opened(double):
    interaction = await raw_slash(double)
    fields = [label(field(custom_id=f"f{n}", max_length=4000))[0] for n in range(3)]
    parts = [*fields, *label(menu(25)), *label({"type": 19, "custom_id": "file"})]
    data = {"title": "x" * 45, "custom_id": "m" * 100, "components": parts}
    await answer(double, interaction, {"type": 9, "data": data})
    given = {f"f{n}": "x" for n in range(3)} | {"menu": ["24"]}
    files = {"file": ("a.png", PNG)}
    submitted = await double.submit_modal(interaction, given, attachments=files)

    assert interaction.modal == data
    assert submitted.type == 5
    with pytest.raises(CannotDoError, match="takes 0-4000 characters"):
        await double.submit_modal(interaction, given | {"f0": "x" * 4001}, attachments=files)
    with pytest.raises(CannotDoError, match="no field"):
        await double.submit_modal(interaction, given | {"f9": "x"}, attachments=files)


@pytest.mark.parametrize("name", MODALS)
async def test_a_modal_keeps_its_limits(double, name):
    interaction = await raw_slash(double)
    data = {"title": "x", "custom_id": "m", "components": [text()]} | MODALS[name]
    status, body = await answer(double, interaction, {"type": 9, "data": data})

    assert (status, body["code"]) == (400, 50035)
    assert interaction.modal is None


def command(**changed: Any) -> dict[str, Any]:
    return {"name": "draw", "description": "x", "options": []} | changed


def option(number: int = 0, **changed: Any) -> dict[str, Any]:
    return {"type": 3, "name": f"o{number}", "description": "x"} | changed


def choices(count: int) -> list[dict[str, str]]:
    return [{"name": str(n), "value": str(n)} for n in range(count)]


COMMANDS = {
    "upper case": [command(name="Draw")],
    "a space": [command(name="draw it")],
    "33 characters": [command(name="x" * 33)],
    "no description": [command(description="")],
    "description of 101": [command(description="x" * 101)],
    "localised description of 101": [command(description_localizations={"de": "x" * 101})],
    "26 options": [command(options=[option(n) for n in range(26)])],
    "26 choices": [command(options=[option(choices=choices(26))])],
    "choice of 101": [command(options=[option(choices=[{"name": "x" * 101, "value": "x"}])])],
    "choices and autocomplete": [command(options=[option(choices=choices(1), autocomplete=True)])],
    "required after optional": [command(options=[option(1), option(2, required=True)])],
    "option twice": [command(options=[option(1), option(1)])],
    "max_length of 6001": [command(options=[option(max_length=6001)])],
    "over 8000 characters": [
        command(
            options=[
                option(n, type=1, options=[option(m, description="x" * 100) for m in range(25)])
                for n in range(4)
            ]
        )
    ],
    "min_length below 0": [command(options=[option(min_length=-1)])],
    "unknown option type": [command(options=[option(type=12)])],
    "choices of a file": [command(options=[option(type=11, choices=choices(1))])],
    "choice value of 101": [command(options=[option(choices=[{"name": "x", "value": "x" * 101}])])],
    "empty group": [command(options=[option(type=2)])],
    "menu of 33 characters": [{"type": 3, "name": "x" * 33}],
    "menu with a description": [{"type": 3, "name": "x", "description": "x"}],
    "mixed with subcommands": [command(options=[option(1), option(2, type=1)])],
    "too deep": [
        command(
            options=[
                option(1, type=2, options=[option(2, type=2, options=[option(3, type=1)])]),
            ]
        )
    ],
    "twice": [command(), command()],
    "101 commands": [command(name=f"c{n}") for n in range(101)],
    "16 menus": [{"type": 3, "name": f"M{n}"} for n in range(16)],
}


@pytest.mark.parametrize("name", COMMANDS)
async def test_a_sync_keeps_its_limits(double, name):
    path = f"/applications/{double.application_id}/commands"
    status, body = await ask(double, "PUT", path, COMMANDS[name])

    assert (status, body["code"]) == (400, 50035)
    assert double.commands == {}
    assert double.violations


async def test_a_sync_within_the_limits_is_taken(double):
    full = option(choices=choices(25), max_length=6000, description="x" * 100)
    many = command(name="画-图_x", options=[full, *(option(n) for n in range(1, 25))])
    group = option(type=2, options=[option(type=1, options=[option(required=True)])])
    body = [many, command(name="x" * 32, options=[group]), {"type": 3, "name": "Upscale image"}]
    status, answered = await ask(
        double, "PUT", f"/applications/{double.application_id}/commands", body
    )

    assert status == 200, answered
    assert double.violations == []


async def test_a_sync_of_a_guild_is_kept_apart_and_ids_stay(double):
    base = f"/applications/{double.application_id}"
    first = await ask(double, "PUT", f"{base}/commands", [command()])
    again = await ask(double, "PUT", f"{base}/commands", [command(description="y")])
    await ask(double, "PUT", f"{base}/guilds/{double.guild.id}/commands", [command(name="own")])

    assert first[1][0]["id"] == again[1][0]["id"]
    assert set(double.commands) == {None, double.guild.id}


@pytest.mark.parametrize(
    ("missing", "files", "body", "code"),
    [
        (Permission.VIEW, None, {"content": "x"}, 50001),
        (Permission.SEND, None, {"content": "x"}, 50013),
        (Permission.ATTACH, [("a", b"x")], {}, 50013),
    ],
)
async def test_a_missing_permission_is_403(double, missing, files, body, code):
    await double.forbid(double.general, missing)
    status, answered = await say(double, body, files=files)

    assert (status, answered["code"]) == (403, code)
    assert double.violations == []


async def test_a_thread_has_its_own_permission_to_send(double):
    thread = await double.add_channel("drafts", parent=double.general)
    await double.forbid(thread, Permission.SEND)
    path = f"/channels/{thread.id}/messages"
    taken, _ = await ask(double, "POST", path, {"content": "x"})
    await double.forbid(thread, Permission.SEND_IN_THREADS)
    refused, _ = await ask(double, "POST", path, {"content": "x"})

    assert (taken, refused) == (200, 403)


async def test_history_that_may_not_be_read_is_empty(double):
    posted = await double.post(double.general, double.ben, "x")
    await double.forbid(double.general, Permission.READ_HISTORY)
    path = f"/channels/{double.general.id}/messages"
    reference = {"message_id": str(posted.id)}

    assert await ask(double, "GET", path) == (200, [])
    assert (await ask(double, "GET", f"{path}/{posted.id}"))[1]["code"] == 50013
    assert (await say(double, {"content": "x", "message_reference": reference}))[0] == 403


async def test_history_is_paged(double, bot):
    posted = [await double.post(double.general, double.ben, str(n)) for n in range(7)]
    channel = channel_of(bot, double)

    async def page(**given: Any) -> list[str]:
        return [m.content async for m in channel.history(limit=3, **given)]

    pivot = discord.Object(posted[3].id)
    # discord.py gives messages after a point oldest first
    assert await page() == ["6", "5", "4"]
    assert await page(before=pivot) == ["2", "1", "0"]
    assert await page(after=pivot) == ["4", "5", "6"]
    assert sorted(await page(around=pivot)) == ["2", "3", "4"]


async def test_what_is_deleted_is_gone(double, bot):
    message = await panel(bot, double)
    await double.delete_message(message)
    path = f"/channels/{double.general.id}/messages"
    _, gone_message = await ask(double, "PATCH", f"{path}/{message.id}", {"components": [text()]})
    await double.delete_channel(double.general)
    _, gone_channel = await say(double, {"content": "x"})

    assert gone_message["code"] == 10008
    assert gone_channel["code"] == 10003
    assert double.general.deleted == [message]
    with pytest.raises(CannotDoError, match="deleted"):
        await double.click(message, label="U1")


async def test_a_reply_to_a_deleted_message_is_refused_unless_allowed(double):
    posted = await double.post(double.general, double.ben, "x")
    await double.delete_message(posted)
    reference = {"message_id": str(posted.id)}
    refused, _ = await say(double, {"content": "x", "message_reference": reference})
    reference["fail_if_not_exists"] = False
    taken, _ = await say(double, {"content": "x", "message_reference": reference})

    assert (refused, taken) == (400, 200)
    assert double.violations == []


async def test_only_own_messages_are_edited(double):
    posted = await double.post(double.general, double.ben, "x")
    path = f"/channels/{double.general.id}/messages/{posted.id}"

    assert (await ask(double, "PATCH", path, {"content": "y"}))[1]["code"] == 50005
    assert (await ask(double, "DELETE", path))[1]["code"] == 50013


async def test_a_direct_message_reaches_whoever_takes_them(double, bot):
    await (await bot.fetch_user(double.ben.id)).send("hello")
    double.cleo.accepts_dms = False

    with pytest.raises(discord.Forbidden) as caught:
        await (await bot.fetch_user(double.cleo.id)).send("hello")
    assert caught.value.code == 50007
    assert [m.text() for m in double.dm(double.ben).messages] == ["hello"]


async def test_a_command_runs_in_a_direct_message(double, bot):
    place = double.dm(double.ben)
    interaction = await double.slash(place, double.ben, "imagine", {"prompt": "x"})
    await interaction.wait_response()
    seen = bot.seen[0]

    assert (seen.guild_id, seen.user.id, seen.context.dm_channel) == (None, double.ben.id, True)
    assert [m.text() for m in place.messages] == ["queued: x"]


async def test_mentions_ping_as_far_as_they_are_allowed(double, bot):
    posted = await double.post(double.general, double.cleo, "x")
    said = f"{double.ada.mention} {double.ben.mention} @everyone"
    channel = channel_of(bot, double)
    await channel.send(said)
    await channel.send(said, allowed_mentions=discord.AllowedMentions(everyone=False, users=False))
    allowed = discord.AllowedMentions(everyone=False, users=[double.ben], replied_user=True)
    reply = discord.MessageReference(message_id=posted.id, channel_id=double.general.id)
    await channel.send(said, allowed_mentions=allowed, reference=reply)
    pings = [m.pings for m in double.general.messages[1:]]

    assert pings == [
        {double.ada.id, double.ben.id, "everyone"},
        set(),
        {double.ben.id, double.cleo.id},
    ]
    assert double.general.messages[-1].reference == posted.id


async def test_an_attachment_is_served_until_its_link_expires(double, bot):
    message = await panel(bot, double)
    seen = await channel_of(bot, double).fetch_message(message.id)
    data = await seen.attachments[0].read()
    double.expire_links()

    with pytest.raises(discord.NotFound):
        await seen.attachments[0].read()
    assert data == PNG


async def test_a_dropped_gateway_is_resumed_and_nothing_is_missed(double, bot):
    await double.drop_gateway()
    await double.wait_gone()
    interaction = await double.slash(double.general, double.ben, "imagine", {"prompt": "x"})
    await interaction.wait_acknowledged(timeout=10)

    assert double.resumed == 1
    assert double.identified == 1


async def test_a_restarted_program_finds_the_world_as_it_was(double, bot):
    message = await panel(bot, double)
    await bot.close()
    await double.wait_gone()
    second, running = await start(double)
    interaction = await double.click(message, label="U1", user=double.ben)
    await interaction.wait_acknowledged()
    await stop(second, running)

    assert double.identified == 2
    assert len(double.general.messages) == 1


async def test_a_new_guild_is_told(double, bot):
    guild = await double.add_guild("Elsewhere")
    someone = double.add_person("dora", guild)
    interaction = await double.slash(guild.channels[0], someone, "imagine", {"prompt": "x"})
    await interaction.wait_acknowledged()

    assert bot.seen[0].guild.name == "Elsewhere"


@pytest.mark.parametrize("wrong", ["token", "intents"])
async def test_a_gateway_login_is_checked(double, wrong):
    login = {"token": double.token, "intents": 1 << 15}
    if wrong == "token":
        login["token"] = "another"
    async with aiohttp.ClientSession() as session, session.ws_connect(double.gateway_url) as socket:
        await socket.receive_json()
        await socket.send_json({"op": 2, "d": login})
        closed = await socket.receive()

    assert closed.data == (4004 if wrong == "token" else 4014)


async def test_all_shards_must_be_there_to_be_ready(double):
    double.syncs = 1
    async with aiohttp.ClientSession() as session:
        for number in (0, 1):
            socket = await session.ws_connect(double.gateway_url)
            login = {"token": double.token, "intents": 0, "shard": [number, 2]}
            await socket.send_json({"op": 2, "d": login})
            await double.wait_for(lambda d, n=number: len(d.gateway.live) == n + 1)
            if number == 0:
                assert not double.gateway.is_ready()
        await double.wait_ready()


async def test_a_wrong_token_is_401(double):
    url = double.api_url + "/users/@me"
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        assert response.status == 401


async def test_a_body_that_is_no_json_is_refused(double):
    url = f"{double.api_url}/channels/{double.general.id}/messages"
    headers = {"Authorization": f"Bot {double.token}", "Content-Type": "application/json"}
    async with aiohttp.ClientSession(headers=headers) as session:
        response = await session.post(url, data=b"{")
        body = await response.json()

    assert (response.status, body["code"]) == (400, 50109)


async def test_an_unknown_route_is_a_violation(double):
    status, _ = await ask(double, "GET", "/nowhere")

    assert status == 404
    assert "/nowhere" in double.violations[0]


async def test_json_has_no_charset(double):
    headers = {"Authorization": f"Bot {double.token}"}
    url = double.api_url + "/gateway/bot"
    async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as response:
        assert response.headers["Content-Type"] == "application/json"


async def test_the_ledger_tells_what_was_asked(double, bot):
    info = await bot.application_info()

    assert info.owner.id == double.ada.id
    assert [r.status for r in double.sent("GET", "^/oauth2/applications/@me$")][-1] == 200


async def test_a_wait_that_fails_tells_the_story(double):
    await ask(double, "GET", "/nowhere")

    with pytest.raises(TimeoutError, match="violation: GET /nowhere"):
        await double.wait_for(lambda d: False, timeout=0.01)
