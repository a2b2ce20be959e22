"""The editor's page as a person meets it: a site that serves it, and hands that draw on it."""

import asyncio
import io
import json
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web
from PIL import Image
from playwright.async_api import Browser, Page, async_playwright

from bot.web.editor import LIMITS, POLICY
from bot.web.editor_page import page
from bot.web.editor_words import WORDS
from tests.demo_page import CHROMIUM

Point = tuple[float, float]

MOST = {**LIMITS, "side": 4096, "least": 16}
FRAME = ("picture-x", "picture-y", "picture-width", "picture-height")
PHONE: dict[str, Any] = {
    "viewport": {"width": 360, "height": 740},
    "device_scale_factor": 2,
    "has_touch": True,
    "is_mobile": True,
}

STATIC = Path(__file__).parents[1] / "bot" / "web" / "static"
TAKEN = {"ok": True, "message": "It will be posted in #studio."}
_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
_QUIET = ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
_WAIT_MS = 20_000


def make_facts(purpose: str = "region", **overrides: Any) -> dict[str, Any]:
    """What the server tells the page, for a link with ten minutes left."""
    now = int(time.time() * 1000)
    prompted, placed = purpose in {"region", "edit", "paint"}, purpose == "background"
    return {
        "purpose": purpose,
        "picture": "../m/picture.png",
        "width": 800,
        "height": 600,
        "background": None,
        "start": None,
        "prompt": "" if prompted else None,
        "promptRequired": prompted and purpose != "region",
        "maskRequired": purpose not in {"edit", "background"},
        "canvas": purpose not in {"region", "erase"},
        "post": "",
        "now": now,
        "expires": now + 600_000,
        "most": MOST,
        **(_placed() if placed else {}),
        **overrides,
    }


def _placed() -> dict[str, Any]:
    """A product of 300 × 400 pixels in the middle of a background of 1000 × 800."""
    return {
        "width": 300,
        "height": 400,
        "background": {"address": "../m/backdrop.png", "width": 1000, "height": 800},
        "start": {
            "canvas": {"width": 1000, "height": 800},
            "picture": {"width": 360, "height": 480, "x": 320, "y": 160},
        },
        "most": {**MOST, "side": 1280, "least": 400},
    }


def corners(area: dict[str, Any]) -> list[tuple[int, int]]:
    """An area's points as pairs."""
    return list(zip(area["points"][::2], area["points"][1::2], strict=True))


def bounds(area: dict[str, Any]) -> tuple[int, int, int, int]:
    """The least x and y and the most x and y of an area."""
    xs, ys = zip(*corners(area), strict=True)
    return min(xs), min(ys), max(xs), max(ys)


@dataclass
class Site:
    """A server below a path prefix; `answers` are given to the next POSTs, then all are taken."""

    facts: dict[str, Any] = field(default_factory=make_facts)
    words: Mapping[str, str] = field(default_factory=lambda: WORDS)
    answers: list[tuple[int, Any]] = field(default_factory=list)
    cut: bool = False  # POSTs arrive, and their connections end without an answer
    posts: list[dict[str, Any]] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)
    open: asyncio.Event = field(default_factory=asyncio.Event)  # POSTs are answered while set
    address: str = ""

    async def show(self, _request: web.Request) -> web.Response:
        text = page(self.facts, self.words, lang="en-US")
        headers = {
            "Content-Security-Policy": POLICY,
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        }
        return web.Response(text=text, content_type="text/html", headers=headers)

    async def take(self, request: web.Request) -> web.Response:
        self.posts.append(json.loads(await request.read()))
        self.headers.append(request.headers)
        if self.cut:
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        await self.open.wait()
        status, body = self.answers.pop(0) if self.answers else (200, TAKEN)
        if isinstance(body, str):
            return web.Response(status=status, text=body, content_type="text/html")
        return web.json_response(body, status=status)

    async def picture(self, request: web.Request) -> web.Response:
        if request.path.endswith("/backdrop.png"):
            size = self.facts["background"]["width"], self.facts["background"]["height"]
            image = Image.radial_gradient("L").resize(size)
        else:
            size = self.facts["width"], self.facts["height"]
            image = Image.linear_gradient("L").resize(size)
        file = io.BytesIO()
        image.save(file, "PNG")
        return web.Response(body=file.getvalue(), content_type="image/png")


@asynccontextmanager
async def serving_editor(site: Site) -> AsyncIterator[Site]:
    """Serve the site inside the block, on a port of its own."""
    app = web.Application(client_max_size=8 * 1024 * 1024)
    app.router.add_get("/below/editor/token", site.show)
    app.router.add_post("/below/editor/token", site.take)
    app.router.add_get("/below/m/{name}", site.picture)
    app.router.add_static("/below/static", STATIC)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        site.address = f"http://127.0.0.1:{runner.addresses[0][1]}/below/editor/token"
        site.open.set()
        yield site
    finally:
        site.open.set()
        await runner.cleanup()


@asynccontextmanager
async def opened_browser() -> AsyncIterator[Browser]:
    """Chromium, without a window."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=_ARGUMENTS + _QUIET
        )
        try:
            yield browser
        finally:
            await browser.close()


class EditorPage:
    """What a person does in the editor; points are pixels of the picture.

    Before a background they are those of the canvas that one begins with.
    """

    def __init__(self, page: Page, facts: Mapping[str, Any]) -> None:
        self.page = page
        whole, self.ground = facts, "#picture"
        if facts["start"]:
            whole, self.ground = facts["start"]["canvas"], "#board"
        self.size = (whole["width"], whole["height"])

    async def settled(self) -> None:
        """Wait until what was last done is drawn."""
        await self.page.evaluate(
            "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
        )

    async def places(self, *points: Point) -> list[Point]:
        """Where points are in the window."""
        await self.settled()
        box = await self.page.locator(self.ground).bounding_box()
        assert box is not None
        across, down = box["width"] / self.size[0], box["height"] / self.size[1]
        return [(box["x"] + x * across, box["y"] + y * down) for x, y in points]

    async def place(self, point: Point) -> Point:
        """Where a point is in the window."""
        return (await self.places(point))[0]

    async def choose(self, tool: str) -> None:
        await self.page.locator(f"#tools [data-tool={tool}]").click()

    async def drag(self, *points: Point, steps: int = 3) -> None:
        """Press the mouse at the first point, move it along the others, let it go."""
        places = await self.places(*points)
        await self.page.mouse.move(*places[0])
        await self.page.mouse.down()
        for place in places[1:]:
            await self.page.mouse.move(*place, steps=steps)
        await self.page.mouse.up()

    async def draw(self, tool: str, *points: Point, steps: int = 3) -> None:
        await self.choose(tool)
        await self.drag(*points, steps=steps)

    async def touch(self, *fingers: Sequence[Point]) -> None:
        """Put the fingers down one by one, move them together along their points, lift them."""
        session = await self.page.context.new_cdp_session(self.page)
        paths = [await self.places(*path) for path in fingers]

        async def dispatch(kind: str, places: list[Point]) -> None:
            points = [{"x": x, "y": y, "id": n} for n, (x, y) in enumerate(places)]
            await session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

        for count in range(1, len(paths) + 1):
            await dispatch("touchStart", [path[0] for path in paths[:count]])
        for step in range(1, len(paths[0])):
            await dispatch("touchMove", [path[step] for path in paths])
        await dispatch("touchEnd", [])

    async def pen(self, *points: Point) -> None:
        """Draw with a pen: a pointer that presses, which the mouse of playwright cannot be."""
        session = await self.page.context.new_cdp_session(self.page)
        places = await self.places(*points)
        kinds = ["mousePressed", *["mouseMoved"] * (len(places) - 1), "mouseReleased"]
        for kind, (x, y) in zip(kinds, [*places, places[-1]], strict=True):
            how = {"x": x, "y": y, "button": "left", "clickCount": 1, "pointerType": "pen"}
            await session.send("Input.dispatchMouseEvent", {"type": kind, "force": 0.5, **how})

    async def text(self, name: str) -> str:
        return await self.page.locator(f"#{name}").inner_text()

    async def numbers(self, *names: str) -> list[int]:
        """What the fields show."""
        return [int(await self.page.locator(f"#{name}").input_value()) for name in names]

    async def type(self, name: str, number: int) -> None:
        await self.page.locator(f"#{name}").fill(str(number))
        await self.page.keyboard.press("Tab")

    async def send(self) -> None:
        """Press Send and wait for the card that ends it."""
        await self.page.locator("#send").click()
        await self.page.locator("#card").wait_for()


@asynccontextmanager
async def opened_editor(browser: Browser, site: Site, **options: Any) -> AsyncIterator[EditorPage]:
    """The page in a context of its own; whatever the browser complains about fails the block."""
    context = await browser.new_context(
        **{"viewport": {"width": 1280, "height": 800}, "locale": "en-US", **options}
    )
    tab = await context.new_page()
    tab.set_default_timeout(_WAIT_MS)
    complaints: list[str] = []

    def note(kind: str, text: str, url: str = "") -> None:
        # The browser itself reports every refused POST.
        if kind in {"error", "warning"} and (url, text[:14]) != (site.address, "Failed to load"):
            complaints.append(text)

    tab.on("console", lambda said: note(said.type, said.text, said.location["url"]))
    tab.on("pageerror", lambda error: note("error", str(error)))
    await tab.goto(site.address)
    await tab.wait_for_function("document.getElementById('waiting').hidden")
    try:
        yield EditorPage(tab, site.facts)
    finally:
        await context.close()
    assert complaints == []
