"""The providers this program knows, in one tuple."""

from collections.abc import Collection

from bot.operations import Catalog
from bot.providers.base import Provider
from bot.providers.lingtu import Lingtu
from bot.providers.youchuan import Youchuan

PROVIDERS: tuple[Provider, ...] = (Youchuan(), Lingtu())


def catalog(connected: Collection[str] | None = None) -> Catalog:
    """Every provider's operations and calls, checked; see `Catalog` for `connected`."""
    return Catalog(
        (row for each in PROVIDERS for row in each.operations),
        (call for each in PROVIDERS for call in each.calls),
        connected,
    )


def provider(name: str) -> Provider:
    """The provider of this name; KeyError when there is none."""
    return {each.name: each for each in PROVIDERS}[name]
