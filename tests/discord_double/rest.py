"""The REST API below /api/v10: routing, authorisation, faults, the ledger, and plain reads."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from aiohttp import BodyPartReader, web

from tests.discord_double import payloads, rules
from tests.discord_double.answers import Answers
from tests.discord_double.messages import Uploads
from tests.discord_double.posts import Posts
from tests.discord_double.rules import RefusedError
from tests.discord_double.world import Fault, Permission, Request, Upload

if TYPE_CHECKING:
    from tests.discord_double.double import DiscordDouble

Json = dict[str, Any]
API = "/api/v10"


class Call:
    """One request, taken apart: path parameters, query, JSON body and files."""

    def __init__(self, request: web.Request, body: Any, uploads: Uploads) -> None:
        self.path, self.query = request.match_info, request.query
        self.body, self.uploads = body, uploads

    def id(self, name: str) -> int:
        """A path parameter that must be a snowflake."""
        value = self.path[name]
        rules.need(value.isdecimal(), name, f"{value!r} is not a snowflake")
        return int(value)


Handler = Callable[[Call], Awaitable[Any]]


class Rest:
    """Answers every request; an unknown route is a 404 and a violation."""

    def __init__(self, double: "DiscordDouble") -> None:
        self._double = double
        posts, answers = Posts(double), Answers(double)
        self._routes: list[tuple[str, str, Handler]] = [
            *self._reads(),
            *posts.routes(),
            *answers.routes(),
        ]

    def add_to(self, app: web.Application) -> None:
        for method, path, handler in self._routes:
            app.router.add_route(method, API + path, self._serve(handler))
        app.router.add_route("*", API + "/{rest:.*}", self._serve(self._unknown))
        app.router.add_get("/attachments/{channel}/{attachment}/{name}", self._file)

    def _serve(self, handler: Handler) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def serve(request: web.Request) -> web.StreamResponse:
            path = request.path.removeprefix(API)
            fault = self._double.take_fault(request.method, path)
            try:
                status, answer = await self._answer(handler, request, fault)
            finally:
                await self._double.changes.notify()
            lost = fault is not None and fault.kind == "lose_answer"
            code = answer.get("code") if isinstance(answer, dict) and status >= 400 else None
            line = Request(request.method, path, 0 if lost else status, self._double.clock(), code)
            self._double.requests.append(line)
            await self._double.changes.notify()
            if lost and request.transport:
                request.transport.abort()
            return _response(status, answer, fault)

        return serve

    async def _answer(
        self, handler: Handler, request: web.Request, fault: Fault | None
    ) -> tuple[int, Any]:
        if fault and not (fault.after_effect and fault.has_effect):
            await asyncio.sleep(fault.delay)
        status, answer = 0, None
        if fault is None or fault.has_effect:
            status, answer = await self._do(handler, request)
        if fault and fault.after_effect and fault.has_effect:
            await self._double.changes.notify()
            await asyncio.sleep(fault.delay)
        if fault and fault.kind == "status":
            return fault.status, _fault_body(fault)
        return status, answer

    async def _do(self, handler: Handler, request: web.Request) -> tuple[int, Any]:
        try:
            self._authorise(request)
            body, uploads = await read_body(request)
            answer = await handler(Call(request, body, uploads))
        except RefusedError as refusal:
            if refusal.violation:
                path = request.path.removeprefix(API)
                self._double.violations.append(f"{request.method} {path}: {refusal}")
            return refusal.status, refusal.body()
        except Exception as error:
            self._double.violations.append(f"{request.method} {request.path}: {error!r}")
            raise
        return (204 if answer is None else 200), answer

    def _authorise(self, request: web.Request) -> None:
        path = request.path.removeprefix(API)
        if path.startswith(("/webhooks/", "/interactions/")):
            return
        if request.headers.get("Authorization") != f"Bot {self._double.token}":
            raise RefusedError(401, 0, "401: Unauthorized")

    async def _unknown(self, call: Call) -> None:
        raise RefusedError(404, 0, "404: Not Found", violation=True)

    async def _file(self, request: web.Request) -> web.Response:
        """Serve an attachment; the whole signed address must be right."""
        found = self._double.attachments.get(int(request.match_info["attachment"]))
        if found is None or not found.url.endswith(request.path_qs):
            return web.Response(status=404, text="This content is no longer available.")
        kind = found.content_type or "application/octet-stream"
        return web.Response(body=found.data, content_type=kind)

    def _reads(self) -> list[tuple[str, str, Handler]]:
        application = "/applications/{application}"
        guild = application + "/guilds/{guild}"
        return [
            ("GET", "/users/@me", self._me),
            ("GET", "/users/@me/guilds", self._my_guilds),
            ("GET", "/users/{user}", self._user),
            ("POST", "/users/@me/channels", self._open_dm),
            ("GET", "/gateway/bot", self._gateway),
            ("GET", "/oauth2/applications/@me", self._application),
            ("GET", "/applications/@me", self._application),
            ("GET", application + "/commands", self._commands),
            ("PUT", application + "/commands", self._sync),
            ("GET", guild + "/commands", self._commands),
            ("PUT", guild + "/commands", self._sync),
            ("GET", application + "/emojis", self._emojis),
            ("GET", application + "/entitlements", self._nothing),
            ("GET", "/guilds/{guild}", self._guild),
            ("GET", "/guilds/{guild}/channels", self._guild_channels),
            ("GET", "/guilds/{guild}/members/{user}", self._member),
            ("GET", "/channels/{channel}", self._channel),
        ]

    async def _me(self, call: Call) -> Json:
        return payloads.user(self._double.bot) | {"verified": True, "mfa_enabled": False}

    async def _my_guilds(self, call: Call) -> list[Json]:
        return [
            {"id": str(guild.id), "name": guild.name, "icon": None, "owner": False}
            for guild in self._double.guilds
        ]

    async def _user(self, call: Call) -> Json:
        person = self._double.everyone.get(call.id("user"))
        if person is None:
            raise RefusedError(404, 10013, "Unknown User")
        return payloads.user(person)

    async def _open_dm(self, call: Call) -> Json:
        person = self._double.everyone.get(int(call.body["recipient_id"]))
        if person is None or person.bot:
            raise RefusedError(400, 50033, "Invalid Recipient(s)")
        return payloads.channel(self._double.dm(person), self._double.bot)

    async def _gateway(self, call: Call) -> Json:
        limit = {"total": 1000, "remaining": 999, "reset_after": 0, "max_concurrency": 1}
        shards = self._double.shards
        return {"url": self._double.gateway_url, "shards": shards, "session_start_limit": limit}

    async def _application(self, call: Call) -> Json:
        owner = self._double.guild.owner
        return {
            "id": str(self._double.application_id),
            "name": self._double.bot.name,
            "description": "",
            "icon": None,
            "bot_public": True,
            "bot_require_code_grant": False,
            "owner": payloads.user(owner),
            "team": None,
            "verify_key": "0" * 64,
            "flags": 0,
            "approximate_guild_count": len(self._double.guilds),
        }

    def _scope(self, call: Call) -> int | None:
        if call.id("application") != self._double.application_id:
            raise RefusedError(403, 20012, "You are not authorized for this", violation=True)
        return self._double.guild_of(call.id("guild")).id if "guild" in call.path else None

    async def _commands(self, call: Call) -> list[Json]:
        return self._double.commands.get(self._scope(call), [])

    async def _sync(self, call: Call) -> list[Json]:
        scope = self._scope(call)
        rules.check_commands(call.body)
        synced = [self._double.known_command(command, scope) for command in call.body]
        self._double.commands[scope] = synced
        self._double.syncs += 1
        return synced

    async def _emojis(self, call: Call) -> Json:
        return {"items": []}

    async def _nothing(self, call: Call) -> list[Json]:
        return []

    async def _guild(self, call: Call) -> Json:
        return payloads.guild(self._double.guild_of(call.id("guild")), self._double.bot)

    async def _guild_channels(self, call: Call) -> list[Json]:
        guild = self._double.guild_of(call.id("guild"))
        return [payloads.channel(c, self._double.bot) for c in guild.channels if not c.gone]

    async def _member(self, call: Call) -> Json:
        guild = self._double.guild_of(call.id("guild"))
        for person in (*guild.people, self._double.bot):
            if person.id == call.id("user"):
                return payloads.member(person)
        raise RefusedError(404, 10007, "Unknown Member")

    async def _channel(self, call: Call) -> Json:
        found = self._double.channel_of(call.id("channel"), Permission.VIEW)
        return payloads.channel(found, self._double.bot)


async def read_body(request: web.Request) -> tuple[Any, Uploads]:
    """The JSON body (or `payload_json`) and the files by number."""
    if not request.content_type.startswith("multipart/"):
        return _parse(await request.read()), {}
    body: Any = {}
    uploads: Uploads = {}
    async for part in await request.multipart():
        assert isinstance(part, BodyPartReader)
        data = bytes(await part.read(decode=False))
        numbered = re.fullmatch(r"files\[(\d+)\]", part.name or "")
        if part.name == "payload_json":
            body = _parse(data)
        elif numbered:
            uploads[int(numbered[1])] = Upload(part.filename or "unknown", data)
        else:
            rules.need(False, part.name or "form", "is no part of this form")
    return body, uploads


def _parse(data: bytes) -> Any:
    try:
        return json.loads(data) if data else {}
    except ValueError:
        message = "The request body contains invalid JSON."
        raise RefusedError(400, 50109, message, violation=True) from None


def _fault_body(fault: Fault) -> Json:
    body: Json = {"message": f"{fault.status}: injected", "code": fault.code}
    if fault.status == 429:
        body |= {"retry_after": fault.retry_after, "global": False}
    return body


def _response(status: int, answer: Any, fault: Fault | None) -> web.Response:
    if status in {0, 204}:
        return web.Response(status=204)
    headers = {"Content-Type": "application/json", "Via": "1.1 google"}
    if status == 429 and fault:
        headers["Retry-After"] = str(fault.retry_after)
    return web.Response(status=status, body=json.dumps(answer).encode(), headers=headers)
