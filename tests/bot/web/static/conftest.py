"""One browser for a module; an editor of its own, on a site of its own, for every test."""

from contextlib import asynccontextmanager

import pytest
import pytest_asyncio

from bot.web.editor_words import WORDS
from tests.editor_page import Site, make_facts, opened_browser, opened_editor, serving_editor


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def browser():
    async with opened_browser() as opened:
        yield opened


@pytest.fixture
def editor(browser):
    """Open an editor for these facts: gives the page and its site."""

    @asynccontextmanager
    async def opened(purpose="region", *, words=WORDS, context=None, **facts):
        site = Site(facts=make_facts(purpose, **facts), words=words)
        async with (
            serving_editor(site),
            opened_editor(browser, site, **(context or {})) as opened_page,
        ):
            yield opened_page, site

    return opened
