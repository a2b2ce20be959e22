"""The application's shared objects, by typed key."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from bot.edits import Edits
from bot.engine import Engine
from bot.media.assets import AssetFiles
from storage.assets import AssetStore
from storage.drafts import DraftStore

DRAFTS = web.AppKey("DRAFTS", DraftStore)
EDITS = web.AppKey("EDITS", Edits)
ENGINE = web.AppKey("ENGINE", Engine)
STORE = web.AppKey("STORE", AssetStore)
READ_SECONDS = web.AppKey("READ_SECONDS", float)
FILES = web.AppKey("FILES", AssetFiles)
NOW: web.AppKey[Callable[[], int]] = web.AppKey("NOW")
READY: web.AppKey[Callable[[], Awaitable[list[str]]]] = web.AppKey("READY")
