"""The providers this program knows, in one tuple."""

from collections.abc import Collection

from bot.operations import Catalog
from bot.providers.base import Provider
from bot.providers.jumdata import Jumdata
from bot.providers.lingtu import Lingtu
from bot.providers.wanxiang import Wanxiang
from bot.providers.youchuan import Youchuan

PROVIDERS: tuple[Provider, ...] = (Youchuan(), Lingtu(), Wanxiang(), Jumdata())


def catalog(connected: Collection[str] | None = None, *, public: bool = True) -> Catalog:
    """Every provider's operations and calls, checked; see `Catalog` for what decides on offers."""
    return Catalog(
        (row for each in PROVIDERS for row in each.operations),
        (call for each in PROVIDERS for call in each.calls),
        connected,
        public=public,
    )


def provider(name: str) -> Provider:
    """The provider of this name; KeyError when there is none."""
    return {each.name: each for each in PROVIDERS}[name]
