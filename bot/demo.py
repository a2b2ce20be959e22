"""The demo: bot, provider emulator and a simulated Discord in the browser, without any account.

simcord runs the real discord.py against a Discord in memory and shows its channel as a web page.
Engine and web server run outside the bot's context, as in `bot.app.run`; the page is published
again when something visible has changed.
"""

import asyncio
import contextlib
import hashlib
import secrets
import signal
import socket
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import discord
import simcord
from pydantic import SecretStr

from bot import app, log
from bot.config import Settings
from bot.sandbox.server import SECRET, emulating
from cogs.bot import Studio

_REFRESH_SECONDS = 3.0  # each publishing makes the page's buttons stale for a moment
_STOP_SECONDS = 2.0
_URLS = ("youchuan_url", "lingtu_url", "wanxiang_url", "jumdata_url")

# Codes that mean something to the emulator; a real account has its own.
_STYLES = (
    ("cartoon", "Cartoon"),
    ("oilPainting", "Oil painting"),
    ("watercolor", "Watercolour"),
    ("pencilSketch", "Pencil sketch"),
    ("stainedGlass", "Stained glass"),
    ("paperCut", "Paper cut-out"),
    ("clay", "Clay"),
    ("pixelArt", "Pixel art"),
)

_HELLO = """
Atelier demo: no account, nothing is paid, nothing leaves this machine.

  Open     {url}
  Data in  {data}
  Stop     Ctrl-C

Six things to try
  1. Type /imagine, then the prompt: a sailing boat at sunset --ar 3:2
  2. Under the four pictures press U2, then Zoom 1.5x and Remix under the large one.
  3. Under a large picture press Region, paint over something in the editor, and send it.
  4. Type /video, then the prompt: waves at night. Make the clip longer by Extend 1.
  5. Type /vectorize and attach a photograph of yours; ask /chat something and press Continue.
  6. You are an admin here: try /config show, /config quota, /me and /config usage.
"""


async def run(*, port: int, data: Path, pace: float) -> None:
    """Run everything until SIGINT or SIGTERM; `pace` is how many seconds a job takes."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, _begin_to_stop, stop)
    data = await asyncio.to_thread(data.resolve)
    settings = _settings(data)
    log.set_up("WARNING", "text", settings.secrets())
    async with emulating(data / "sandbox", pace=pace) as sandbox:
        addresses = dict.fromkeys(_URLS, sandbox)
        settings = settings.model_copy(update=addresses)
        online = asyncio.Event()
        async with app.opened(settings) as core, app.working(core, online=online, stop=stop):
            studio = core.studio()
            async with simcord.run(studio, check_errors=False) as env:
                online.set()
                if studio.user is not None:
                    await studio.user.edit(username="Atelier")
                cards = asyncio.create_task(studio.cards.run(), name="cards")
                try:
                    await _show(env, studio, port, data, stop)
                finally:
                    cards.cancel()


def _begin_to_stop(stop: asyncio.Event) -> None:
    stop.set()
    sys.stdout.write("Stopping; Ctrl-C again stops at once.\n")
    sys.stdout.flush()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().remove_signal_handler(number)


def _settings(data: Path) -> Settings:
    """Settings that ignore the environment: the demo is the same wherever it runs."""
    data.mkdir(parents=True, exist_ok=True)
    web_port = _free_port()
    return Settings.model_construct(
        data_dir=data,
        secret_key=SecretStr(_kept_key(data / "secret.key")),
        public_url=f"http://127.0.0.1:{web_port}",
        web_host="127.0.0.1",
        web_port=web_port,
        allow_private_media=True,
        poll_seconds=2.0,
        youchuan_app_id="sandbox",
        youchuan_secret=SecretStr("sandbox"),
        youchuan_concurrency=3,
        lingtu_app_id="sandbox",
        lingtu_secret=SecretStr(SECRET),
        lingtu_concurrency=3,
        lingtu_styles=_STYLES,
        wanxiang_token=SecretStr(SECRET),
        jumdata_app_id="sandbox",
        jumdata_secret=SecretStr(SECRET),
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _kept_key(path: Path) -> str:
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(32))
    return path.read_text()


async def _show(
    env: simcord.Env, studio: Studio, port: int, data: Path, stop: asyncio.Event
) -> None:
    guild = env.create_guild("Atelier demo")
    channel = guild.create_text_channel("studio")
    admins = guild.create_role("admins", permissions=discord.Permissions(manage_guild=True))
    artists = guild.create_role("artists")
    people = [
        guild.add_member(env.create_user("you"), roles=[admins]),
        guild.add_member(env.create_user("friend"), roles=[artists]),
    ]
    for name in ("gallery", "records"):  # for /config results and /config log
        guild.create_text_channel(name)
    studio.operator_guild_ids = frozenset({guild.id})
    await _catch_up(env)
    async with env.preview(
        channel, viewers=people, layout="channel", port=_port_or_free(port)
    ) as preview:
        sys.stdout.write(_HELLO.format(url=preview.url, data=data))
        sys.stdout.flush()
        publishing = asyncio.create_task(_publish(env, preview, channel.history))
        await stop.wait()
        publishing.cancel()
        await asyncio.wait({publishing}, timeout=_STOP_SECONDS)


def _port_or_free(port: int) -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return _free_port()
    return port


async def _catch_up(env: simcord.Env) -> None:
    """Bring simcord's clock to the present: fresh ids even where a database was kept."""
    behind = (datetime.now(UTC) - env.now()).total_seconds()
    if behind > 0:
        await env.advance_time(behind)


async def _publish(env: simcord.Env, preview: Any, history: Callable[[], list[Any]]) -> None:
    shown = _fingerprint(history())
    while True:
        await asyncio.sleep(_REFRESH_SECONDS)
        seen = _fingerprint(history())
        if seen == shown:
            continue
        # A click that is being carried out has the right of way; the next round will do.
        with contextlib.suppress(simcord.SetupError):
            await _catch_up(env)
            await preview.refresh()
            shown = seen


def _fingerprint(messages: list[Any]) -> str:
    parts = [
        f"{message.id} {message.edited_at} {len(message.attachments)} "
        f"{[item.to_dict() for item in message.components]}"
        for message in messages
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
