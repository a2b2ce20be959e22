"""The providers this program knows, in one tuple."""

from bot.operations import Catalog
from bot.providers.base import Provider
from bot.providers.youchuan import Youchuan

PROVIDERS: tuple[Provider, ...] = (Youchuan(),)


def catalog() -> Catalog:
    """Every provider's operations and calls, checked."""
    return Catalog(
        (row for each in PROVIDERS for row in each.operations),
        (call for each in PROVIDERS for call in each.calls),
    )


def provider(name: str) -> Provider:
    """The provider of this name; KeyError when there is none."""
    return {each.name: each for each in PROVIDERS}[name]
