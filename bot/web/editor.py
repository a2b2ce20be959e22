"""GET and POST /editor/{token}: the page that edits a picture, and what is sent from it, once.

The link acts as its person for whoever holds it, so it is only ever shown to them; everything that
is refused is refused in words.
"""

import asyncio
import json
import logging
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web
from pydantic import ValidationError

from bot.edit_kinds import Subject
from bot.edit_shapes import Sent
from bot.edits import EDITOR
from bot.errors import (
    AtelierError,
    GoneError,
    MediaError,
    NotAllowedError,
    ProtocolError,
    QuotaError,
    UserError,
)
from bot.media import masks
from bot.policy import Person
from bot.providers.prompt_table import MOST_CHARACTERS
from bot.providers.youchuan_shapes import MOST_POINTS
from bot.text import N_, _, explain, reading
from bot.web.editor_page import page
from bot.web.editor_words import WORDS
from bot.web.keys import DRAFTS, EDITS, ENGINE, NOW, READ_SECONDS
from bot.web.notice import notice
from bot.wire import parse_json
from storage.errors import NotFoundError
from storage.models import Asset, Draft

log = logging.getLogger(__name__)

routes = web.RouteTableDef()

_MOST_BODY = masks.MOST_BYTES + 512 * 1024
_MENTION = re.compile(r"<(@&|@|#)([0-9]+)>")
_STATIC = Path(__file__).parent / "static"
_TYPES = {".js": "text/javascript", ".css": "text/css"}
_FILES = {path.name: path for path in _STATIC.iterdir() if path.suffix in _TYPES}
POLICY = (
    "default-src 'none'; img-src 'self' blob: data:; script-src 'self'; style-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
# What every page has to keep to: corners, characters, and bytes of a mask's data: URL.
LIMITS = {"points": MOST_POINTS, "prompt": MOST_CHARACTERS, "png": masks.MOST_BYTES}
_PAGE_HEADERS = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store"}
_NO_LINK = N_("This link is not valid. Press the button in Discord again for a new one.")
_EXPIRED = N_("This link has expired. Press the button in Discord again for a new one.")
_SENT = N_("This has already been sent; the result comes in Discord.")
_FOREIGN = N_("This was sent from another page, so it was not taken.")
_UNREADABLE = N_("What was sent cannot be read; reload the page and try again.")


class _RefusedError(Exception):
    """Answer with this status and sentence; `again`: the same link may be used once more."""

    def __init__(self, status: int, sentence: str, *, again: bool = False) -> None:
        super().__init__(sentence)
        self.status, self.sentence, self.again = status, sentence, again


@routes.get("/static/{name}")
async def static(request: web.Request) -> web.StreamResponse:
    """A file of the page; only those that were there at the start."""
    path = _FILES.get(request.match_info["name"])
    if path is None:
        raise web.HTTPNotFound
    headers = {"Content-Type": f"{_TYPES[path.suffix]}; charset=utf-8", "Cache-Control": "no-cache"}
    return web.FileResponse(path, headers=headers)


@routes.get("/editor/{token}")
async def show(request: web.Request) -> web.StreamResponse:
    """The page; asking for it again changes nothing."""
    with reading(_browser_locale(request)):
        try:
            draft = await _draft(request)
        except _RefusedError as refusal:
            return _html(notice(_(refusal.sentence), lang=_lang(request)), refusal.status)
    with reading(draft.destination.locale):
        lang = "zh" if draft.destination.locale.startswith("zh") else "en"
        try:
            await _check_open(request, draft)
            subject = await request.app[EDITS].opened(draft)
            await request.app[ENGINE].gate.check(_person(subject, draft), subject.operation)
        except _RefusedError as refusal:
            return _html(notice(_(refusal.sentence), lang=lang), refusal.status)
        except NotAllowedError as error:
            return _html(notice(_told(error), lang=lang), 403)
        except GoneError as error:
            return _html(notice(explain(error), lang=lang), 410)
        words = {key: _(sentence) for key, sentence in WORDS.items()}
        facts = {**_facts(subject), "expires": draft.expires_at, "now": request.app[NOW]()}
        return _html(page(facts, words, lang=lang), 200)


@routes.post("/editor/{token}")
async def send(request: web.Request) -> web.StreamResponse:
    """Order what was drawn; one accepted post per link."""
    with reading(_browser_locale(request)):
        try:
            draft = await _draft(request)
        except _RefusedError as refusal:
            return _refused(refusal)
    with reading(draft.destination.locale):
        try:
            _check_origin(request)
            await _check_open(request, draft)
            subject = await request.app[EDITS].opened(draft)
            order = await request.app[EDITS].order(
                subject,
                await _sent(request),
                person=_person(subject, draft),
                destination=draft.destination,
                interaction_id=draft.interaction_id,
            )
            job, new = await request.app[ENGINE].submit(order)
            if not new:
                raise _RefusedError(409, _SENT)
        except _RefusedError as refusal:
            return _refused(refusal)
        except (UserError, MediaError) as error:
            status = 403 if isinstance(error, NotAllowedError) else 400
            return _json(status, ok=False, message=_told(error), again=True)
        await request.app[ENGINE].announce(job)
        message = _("The result comes in the channel where you began.")
        if job.destination.results_channel_id is not None:
            message = _("The result comes in the channel that your server has for results.")
        return _json(200, ok=True, message=message, job=job.id)


def _person(subject: Subject, draft: Draft) -> Person:
    """Who opened the editor, as they stood then; an older link does not say that."""
    there = draft.destination
    return subject.begun.person or Person(user_id=there.user_id, guild_id=there.guild_id)


def _told(error: AtelierError) -> str:
    """An error's sentence as a page can show it: moments in words, and no marks of Discord's."""
    said = _MENTION.sub(r"\1\2", explain(error))
    if isinstance(error, QuotaError) and error.retry_at is not None:
        moment = datetime.fromtimestamp(error.retry_at / 1000, UTC)
        again = f"{moment:%Y-%m-%d %H:%M}"
        return _("{reason} Try again after {again} (UTC).", reason=said, again=again)
    return said


async def _draft(request: web.Request) -> Draft:
    try:
        return await request.app[DRAFTS].get(request.match_info["token"], EDITOR)
    except NotFoundError:
        raise _RefusedError(404, _NO_LINK) from None


async def _check_open(request: web.Request, draft: Draft) -> None:
    if await request.app[ENGINE].jobs.of_interaction(draft.interaction_id):
        raise _RefusedError(409, _SENT)
    if request.app[NOW]() >= draft.expires_at:
        raise _RefusedError(410, _EXPIRED)


def _check_origin(request: web.Request) -> None:
    """Only our own page may post: what a browser says about where a request comes from."""
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    origin = urlsplit(request.headers.get("Origin", "")).netloc
    known = {request.host, urlsplit(request.app[ENGINE].public_url).netloc}
    if site != "same-origin" or (request.headers.get("Origin") and origin not in known):
        raise _RefusedError(403, _FOREIGN)
    # No form can send this type, so no other page can without our leave.
    if request.content_type != "application/json":
        raise _RefusedError(415, _UNREADABLE, again=True)


async def _sent(request: web.Request) -> Sent:
    chunks, size = [], 0
    try:
        async with asyncio.timeout(request.app[READ_SECONDS] * 3):
            async for chunk in request.content.iter_chunked(1 << 16):
                chunks.append(chunk)
                size += len(chunk)
                if size > _MOST_BODY:
                    raise _RefusedError(413, N_("What was sent is too large."), again=True)
    except TimeoutError:
        raise _RefusedError(408, N_("Sending took too long; try again."), again=True) from None
    try:
        return Sent.model_validate(parse_json(b"".join(chunks)))
    except (ProtocolError, ValidationError):
        raise _RefusedError(400, _UNREADABLE, again=True) from None


def _facts(subject: Subject) -> dict[str, Any]:
    """What the page has to know of what is edited (see `editor_page`)."""
    picture, kind = subject.picture, subject.kind
    background, start = subject.background, kind.start(subject)
    least, most = kind.sides
    return {
        "purpose": kind.purpose(subject),
        "picture": _address(picture),
        "width": picture.width,
        "height": picture.height,
        "background": background
        and {
            "address": _address(background),
            "width": background.width,
            "height": background.height,
        },
        "start": start and {"canvas": start[0].model_dump(), "picture": start[1].model_dump()},
        "prompt": subject.begun.prompt if kind.has_prompt else None,
        "promptRequired": "remix_prompt" in subject.needs,
        "maskRequired": kind.needs_mask(subject),
        "canvas": kind.has_canvas(subject),
        "post": "",
        "most": {**LIMITS, "side": most, "least": least},
    }


def _address(asset: Asset) -> str:
    return f"../m/{asset.name}"


def _browser_locale(request: web.Request) -> str:
    return "zh-CN" if request.headers.get("Accept-Language", "").startswith("zh") else "en-US"


def _lang(request: web.Request) -> str:
    return _browser_locale(request)[:2]


def _html(text: str, status: int) -> web.Response:
    return web.Response(text=text, status=status, content_type="text/html", headers=_PAGE_HEADERS)


def _refused(refusal: _RefusedError) -> web.Response:
    return _json(refusal.status, ok=False, message=_(refusal.sentence), again=refusal.again)


def _json(status: int, **answer: Any) -> web.Response:
    return web.Response(
        text=json.dumps(answer, ensure_ascii=False),
        status=status,
        content_type="application/json",
        headers={"Cache-Control": "no-store"},
    )
