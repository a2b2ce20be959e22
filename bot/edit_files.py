"""The files that an edit is made of: masks, cut-outs and backdrops, kept as drafts."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.edit_shapes import Pixels
from bot.keeper import Keeper
from bot.media import goods, images, masks
from bot.media.fitting import Change
from bot.operations import Limits
from storage.models import Asset, Upload

_LARGEST = Limits(longest_side=4096)


def size_of(picture: Asset) -> Pixels:
    """Width and height of a kept picture."""
    return picture.width, picture.height


@dataclass(frozen=True, kw_only=True)
class Fit:
    """A picture within limits, the size that it was given in, and what was done to it."""

    asset: Asset
    given: Pixels
    changes: Sequence[Change] = ()


async def keep_fitted(keeper: Keeper, source: Upload, limits: Limits) -> Fit:
    """A picture that will not be changed any more; BadMediaError when it is unfit.

    What is drawn on it is sent beside it, so that both have to agree.
    """
    asset, fitted = await keeper.keep_fitted(source, limits)
    return Fit(asset=asset, given=fitted.given or size_of(asset), changes=fitted.changes)


async def keep_trimmed(keeper: Keeper, source: Upload) -> Asset:
    """A cut-out, trimmed to its edges; OpaqueError when the picture has a background."""
    whole, _ = await keeper.keep_fitted(source, _LARGEST)
    path, folder = keeper.files.path(whole), keeper.files.temporary
    cut = await keeper.pool.run(goods.trimmed, path, folder)
    return await keeper.keep_draft(cut, note=whole.note)


async def keep_background(keeper: Keeper, source: Upload) -> Asset:
    """A background that is not brought to its size yet."""
    return (await keeper.keep_fitted(source, _LARGEST))[0]


async def keep_backdrop(keeper: Keeper, asset: Asset, size: Pixels) -> Asset:
    """A background of exactly this size."""
    path, folder = keeper.files.path(asset), keeper.files.temporary
    filled = await keeper.pool.run(goods.backdrop, path, size, folder)
    return await keeper.keep_draft(filled, note=asset.note)


async def keep_drawn(keeper: Keeper, areas: Sequence[Mapping[str, Any]], size: Pixels) -> Asset:
    """A mask of this size, white inside these polygons."""
    folder = keeper.files.temporary
    return await keeper.keep_draft(await keeper.pool.run(masks.drawn, areas, size, folder))


async def keep_mask(keeper: Keeper, source: str | Upload, size: Pixels, *others: Pixels) -> Asset:
    """A clean mask of exactly this size, from a ``data:`` URL or an attached file.

    It may have been drawn in one of `others` as well; then it is brought to the size.
    """
    folder = keeper.files.temporary
    if isinstance(source, str):
        raw = await asyncio.to_thread(masks.decoded, source, folder)
    else:
        raw = await keeper.fetched(source)
    try:
        clean = await _cleaned(keeper, raw, size, others)
    finally:
        raw.unlink(missing_ok=True)
    return await keeper.keep_draft(clean)


async def _cleaned(keeper: Keeper, raw: Path, size: Pixels, others: Sequence[Pixels]) -> Path:
    pool, folder = keeper.pool, keeper.files.temporary
    info = await pool.run(images.inspect, raw)
    # Whoever gets it wrong is told the last of them: the size that their own picture has.
    own, known = (info.width, info.height), (size, *others)
    if own not in known:
        own = known[-1]
    clean = await pool.run(masks.cleaned, raw, own, folder)
    if own == size:
        return clean
    try:
        other = await pool.run(goods.backdrop, clean, size, folder)
    finally:
        clean.unlink(missing_ok=True)
    try:
        return await pool.run(masks.cleaned, other, size, folder)
    finally:
        other.unlink(missing_ok=True)
