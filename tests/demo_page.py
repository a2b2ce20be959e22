"""The demo as a person meets it: the process, and its page in Chromium."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Locator, Page, async_playwright
from playwright.async_api import TimeoutError as PlaywrightTimeoutError

CHROMIUM = "/usr/bin/chromium"
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_WAIT_MS, _BEGIN_MS, _TRIES = 60_000, 10_000, 6
# What the status says of an act: from its first word on, and when nothing more can come.
_BEGUN = "() => window.said.some(text => /complet|uncertain|awaiting/i.test(text))"
_ENDED = "() => window.said.some(text => /completed|uncertain/i.test(text))"
# Keeps all that the page says of what is done.
_LISTEN = """() => {
  window.said = [];
  const status = () => document.querySelector("#action-status")?.textContent ?? "";
  new MutationObserver(() => window.said.push(status())).observe(
    document, {childList: true, characterData: true, subtree: true});
}"""


@asynccontextmanager
async def running_demo(data: Path, *, pace: float) -> AsyncIterator[str]:
    """`python -m bot demo` in a process of its own; gives the page's address, and stops cleanly."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("DISCORD", "YOUCHUAN"))}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "demo", "--port", "0"),
        *("--data", str(data), "--pace", str(pace)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=environment,
    )
    assert process.stdout is not None
    said = b""
    try:
        async with asyncio.timeout(60):
            while not (found := re.search(rb"(http://127\.0\.0\.1:\d+/#\S+)", said)):
                line = await process.stdout.readline()
                assert line, said.decode()
                said += line
        yield found[1].decode()
    finally:
        process.send_signal(signal.SIGINT)
        # The simulated Discord finishes the clip that it is preparing for its page.
        rest, _ = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0, rest.decode()
    assert b"Traceback" not in rest, rest.decode()


class DemoPage:
    """What a person does on the page."""

    def __init__(self, page: Page) -> None:
        self.page = page

    @property
    def messages(self) -> Locator:
        return self.page.locator("article.channel-message")

    def results(self) -> Locator:
        return self.messages.filter(has=self.page.locator("img.gallery-image"))

    async def imagine(self, prompt: str) -> None:
        await self.page.locator("#channel-composer-input").click()
        await self.page.keyboard.type("/imagine")
        await self.page.locator(".command-entry.is-active").click()
        await self.page.keyboard.type(prompt)
        await self._insist(self.page.locator("#send-message").click)

    async def order(self, command: str, option: str, typed: str) -> None:
        """A command with one of its options, sent."""
        await self.page.locator("#channel-composer-input").click()
        await self.page.keyboard.type(f"/{command}")
        await self.page.locator(".command-entry.is-active").click()
        await self.page.locator(".command-suggestion").filter(has_text=option).first.click()
        await self.page.keyboard.type(typed)
        await self._insist(self.page.locator("#send-message").click)

    async def clips(self, number: int) -> Locator:
        """The message of the n-th result with clips (from 1), once the first of them can play."""
        message = self.messages.filter(has=self.page.locator("video")).nth(number - 1)
        await message.wait_for(timeout=_WAIT_MS)
        await self.page.wait_for_function(
            "e => e.querySelector('video').readyState >= 2",
            arg=await message.element_handle(),
            timeout=_WAIT_MS,
        )
        return message

    @asynccontextmanager
    async def editor(self, message: Locator) -> AsyncIterator[Page]:
        """The editor that a message's link opens, as another visitor of the page."""
        address = await message.locator('a[href*="/editor/"]').get_attribute("href")
        assert address is not None
        assert self.page.context.browser is not None
        context = await self.page.context.browser.new_context()
        page = await context.new_page()
        await page.goto(address)
        try:
            yield page
        finally:
            await context.close()

    async def result(self, number: int) -> Locator:
        """The message of the n-th result (from 1), once it and all its pictures are loaded."""
        message = self.results().nth(number - 1)
        await message.wait_for(timeout=_WAIT_MS)
        await self.page.wait_for_function(
            "e => [...e.querySelectorAll('img.gallery-image')].every(i => i.naturalWidth > 0)",
            arg=await message.element_handle(),
            timeout=_WAIT_MS,
        )
        return message

    async def press(self, message: Locator, label: str) -> None:
        await self._insist(message.get_by_role("button", name=label, exact=True).click)

    async def _insist(self, act: Callable[[], Awaitable[None]]) -> None:
        """Act until the page took it: for a moment after a publishing it refuses everything.

        What the page did not even begin, it has not sent, so acting once more is no second order.
        """
        for _ in range(_TRIES):
            await self.page.evaluate(
                "() => { document.querySelector('#action-status').textContent = ''; said = [] }"
            )
            await act()
            try:
                await self.page.wait_for_function(_BEGUN, timeout=_BEGIN_MS)
            except PlaywrightTimeoutError:
                continue
            # A publishing may put its own words over those of the act at once.
            await self.page.wait_for_function(_ENDED, timeout=_WAIT_MS)
            said: list[str] = await self.page.evaluate("() => window.said")
            if not any("not completed" in text for text in said):
                return
        raise AssertionError(f"the page took nothing: {await self.page.evaluate('() => said')}")

    async def choose(self, message: Locator, placeholder: str, option: str) -> None:
        await message.get_by_role("combobox", name=re.compile(placeholder)).click()
        await self.page.get_by_role("option", name=option).click()


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[DemoPage]:
    """The page in a fresh browser."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=_ARGUMENTS)
        page = await browser.new_page(viewport={"width": 1280, "height": 1400})
        page.set_default_timeout(_WAIT_MS)
        await page.goto(url)
        await page.evaluate(_LISTEN)
        try:
            yield DemoPage(page)
        finally:
            await browser.close()
