"""Makes what Lingtu's jobs ask for. Synchronous: it runs in a thread.

The pictures themselves come from `tools` and the modules that it names.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from PIL import Image

from bot.operations import Params
from bot.providers.lingtu_choices import (
    BY_FACTOR,
    ENLARGE,
    FOUR_WAY,
    FROM_TEXT,
    LETTERING,
    SIMILAR,
)
from bot.sandbox import (
    art,
    backdrops,
    captions,
    documents,
    enlargements,
    erasures,
    expansions,
    lettering,
    likenesses,
    lines,
    mattes,
    prints,
    stickers,
    tiles,
    tools,
    vectors,
)
from bot.sandbox.backdrops import Stage
from bot.sandbox.envelopes import INVALID, Work
from bot.sandbox.inputs import BadInputError, Given, Terms
from bot.sandbox.likenesses import Ground, Likeness
from bot.sandbox.services import Made, Order, Step
from bot.sandbox.takes import MOST, Take, ratio_of, size_of
from bot.sandbox.works import write

_KINDS = frozenset({"PNG", "JPEG", "MPO", "WEBP"})
_FOUR = frozenset(
    {"lingtu.text2img_pro"}
)  # always makes four, so nobody can ask for another number
_GROUNDS: Mapping[int, Ground] = {1: "black", 2: "white"}


class File(NamedTuple):
    """A file to be written: its extension and its bytes."""

    extension: str
    data: bytes


@dataclass(frozen=True, kw_only=True)
class Brief:
    """One of the pictures that a job asks for, or all of its other files; `index` counts from 0."""

    work: Work
    params: Any
    given: Mapping[str, Given]
    index: int

    def picture(self) -> Image.Image:
        """The picture that the request is about."""
        return self.given[self.params.image].image

    def take(self, aspect: str | None = None) -> Take:
        """The picture to be made: of this aspect, or else of the one that is asked for."""
        return Take(size_of(aspect or self.params.ar), self.work.seed, self.index)


def order(work: Work, params: Params, folder: Path) -> Order:
    """What it takes to carry out a job; its files are written to `folder`."""

    def make(given: Mapping[str, Given]) -> Sequence[Step]:
        count = 4 if work.operation in _FOUR else getattr(params, "num", 1)
        briefs = (
            Brief(work=work, params=params, given=given, index=index) for index in range(count)
        )
        return [partial(_made, brief, folder) for brief in briefs]

    limits = params.limits()
    terms = Terms(
        kept=MOST,
        longest_side=limits.longest_side,
        most_bytes=limits.most_bytes,
        kinds=_KINDS,
    )
    return Order(needed=_addresses(params), make=make, terms=terms)


def _addresses(params: Any) -> list[str]:
    found = [getattr(params, name, None) for name in ("image", "mask")]
    found += getattr(params, "cref_images", ())
    if hasattr(params, "goods"):
        found += [params.goods.url, params.background.url, params.background.mask]
    return list(dict.fromkeys(filter(None, found)))


def _made(brief: Brief, folder: Path) -> Made:
    name = brief.work.operation
    if name in _WRITERS:
        return Made(text=_WRITERS[name](brief))
    if name in _PAINTERS:
        files: Sequence[File] = [_png(_PAINTERS[name](brief))]
    else:
        files = _MAKERS[name](brief)
    names = []
    for number, file in enumerate(files, brief.index):
        names.append(f"{brief.work.id}-{number}.{file.extension}")
        write(folder / names[-1], file.data)
    return Made(files=names)


def _png(image: Image.Image) -> File:
    return File("png", art.encode(image))


def _text2img(brief: Brief) -> Image.Image:
    return tools.text2img(brief.params.prompt, brief.take(), brief.params.style)


def _text2img_pro(brief: Brief) -> Image.Image:
    return tools.text2img_pro(brief.params.prompt, brief.take())


def _img2img(brief: Brief) -> Image.Image:
    params = brief.params
    return tools.img2img(
        params.prompt,
        [brief.given[address].image for address in params.cref_images],
        brief.take(),
        weight=params.cref_image_weight,
        style=params.style,
    )


def _seamless(brief: Brief) -> Image.Image:
    return tiles.seamless(brief.params.prompt, brief.take(), brief.params.style)


def _transparent(brief: Brief) -> Image.Image:
    return stickers.sticker(brief.params.prompt, brief.take(), brief.params.style)


def _lineart(brief: Brief) -> Image.Image:
    return lines.lineart(brief.picture(), brief.params.prompt or "")


def _upscale(brief: Brief) -> Image.Image:
    params = brief.params
    grown = enlargements.upscaled if params.type == ENLARGE else enlargements.clarified
    return grown(brief.picture(), params.multiple, denoise=params.denoise)


def _remove(brief: Brief) -> Image.Image:
    return erasures.erased(brief.picture(), _fitting(brief, brief.params.mask, brief.params.image))


def _reimage(brief: Brief) -> Image.Image:
    params = brief.params
    return likenesses.similar(
        brief.picture(),
        brief.take(),
        weight=params.image_weight,
        prompt=params.prompt or "",
        seamless=params.seamless,
    )


def _reimage_pro(brief: Brief) -> Image.Image:
    params = brief.params
    likeness = Likeness(
        similarity=params.similarity,
        lettering=params.type == LETTERING,
        only_pattern=params.only_pattern,
        circle=params.circle,
        ground=_GROUNDS.get(params.bg_color),
    )
    return likenesses.similar_pro(brief.picture(), brief.take(), likeness)


def _change_background(brief: Brief) -> Image.Image:
    params, goods = brief.params, brief.params.goods
    size = (params.width, params.height)
    cut, ground = brief.given[goods.url].image, brief.given[params.background.url]
    if not mattes.is_cut(cut):
        raise BadInputError(INVALID, "商品图需为透明背景图")
    if ground.size != size:
        raise BadInputError(INVALID, "背景图宽高需与结果图一致")
    mask = params.background.mask
    stage = Stage(
        box=(goods.x, goods.y, goods.x + goods.width, goods.y + goods.height),
        smart_colour=params.product_smart_color,
        strong=params.reference_strong,
        loose=_fitting(brief, mask, params.background.url) if mask else None,
    )
    take = Take(size, brief.work.seed, brief.index)
    return backdrops.change_background(cut, ground.image, take, stage)


def _fitting(brief: Brief, mask: str, of: str) -> Image.Image:
    """The picture of a mask, which must be as large as what it masks."""
    if brief.given[mask].size != brief.given[of].size:
        raise BadInputError(INVALID, "蒙层图片宽高需与原始图一致")
    return brief.given[mask].image


def _art_word(brief: Brief) -> Image.Image:
    return lettering.artword(brief.params.prompt, brief.take())


def _detect(brief: Brief) -> Image.Image:
    return prints.detected(brief.picture())


def _seamless_pro(brief: Brief) -> Image.Image:
    kind = brief.params.type
    if kind == FROM_TEXT:
        return tiles.seamless(brief.params.prompt, brief.take("1:1"))
    if kind == SIMILAR:
        return likenesses.similar(brief.picture(), brief.take("1:1"), seamless=True)
    if kind == FOUR_WAY:
        return tiles.continuous(brief.picture())
    return tiles.two_way(brief.picture(), brief.take().size)


def _expand(brief: Brief) -> Image.Image:
    if brief.params.type == BY_FACTOR:
        return expansions.by_factor(brief.picture(), brief.params.scale)
    return expansions.by_ratio(brief.picture(), ratio_of(brief.params.ar))


def _matting(brief: Brief) -> Sequence[File]:
    source = brief.picture()
    cut = (mattes.head_matted if brief.params.type else mattes.matted)(source)
    return [
        _png(cut) if name == "png" else File(name, documents.matte_psd(source, cut))
        for name in brief.params.formats or ["png"]
    ]


def _vector(brief: Brief) -> Sequence[File]:
    shapes = vectors.traced(brief.picture())
    return [
        File(name, (vectors.svg_of if name == "svg" else vectors.eps_of)(shapes))
        for name in brief.params.formats
    ]


def _style_transfer(brief: Brief) -> Sequence[File]:
    params = brief.params
    restyled, mask = tools.style_transfer(brief.picture(), params.type, params.style)
    return [_png(restyled), _png(mask)] if params.return_mask else [_png(restyled)]


def _img2text(brief: Brief) -> str:
    return captions.describe(brief.picture())


def _title(brief: Brief) -> str:
    return captions.title(brief.picture(), brief.params.prompt or "")


_PAINTERS: Mapping[str, Callable[[Brief], Image.Image]] = {
    "lingtu.text2img": _text2img,
    "lingtu.text2img_pro": _text2img_pro,
    "lingtu.img2img": _img2img,
    "lingtu.seamless": _seamless,
    "lingtu.transparent": _transparent,
    "lingtu.lineart": _lineart,
    "lingtu.upscale": _upscale,
    "lingtu.remove": _remove,
    "lingtu.reimage": _reimage,
    "lingtu.reimage_pro": _reimage_pro,
    "lingtu.change_background": _change_background,
    "lingtu.art_word": _art_word,
    "lingtu.detect": _detect,
    "lingtu.seamless_pro": _seamless_pro,
    "lingtu.expand": _expand,
}
_MAKERS: Mapping[str, Callable[[Brief], Sequence[File]]] = {
    "lingtu.matting": _matting,
    "lingtu.vector": _vector,
    "lingtu.style_transfer": _style_transfer,
}
_WRITERS: Mapping[str, Callable[[Brief], str]] = {
    "lingtu.img2text": _img2text,
    "lingtu.title": _title,
}
