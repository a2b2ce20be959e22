"""The pictures that Lingtu's tools make from words, from characters and in another style.

Pure, synchronous and deterministic, like `art`. Its other tools stand in modules of their own:
`likenesses`, `tiles`, `stickers`, `mattes`, `lines`, `enlargements`, `erasures`, `vectors`,
`backdrops`, `expansions`, `lettering`, `prints`, `captions`; PSD files are made in `documents`.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from random import Random

from PIL import Image, ImageChops, ImageEnhance, ImageFilter

from bot.sandbox import art, materials, strokes
from bot.sandbox.filters import curve, soft
from bot.sandbox.keywords import named
from bot.sandbox.manners import COMMON, MANNERS, in_manner
from bot.sandbox.masks import flat
from bot.sandbox.materials import limited
from bot.sandbox.mattes import matted
from bot.sandbox.merging import placed, toned_after
from bot.sandbox.motifs import Reading, read
from bot.sandbox.repaint import furnished
from bot.sandbox.surfaces import SURFACES, in_style
from bot.sandbox.takes import Take

PET, PORTRAIT = 1, 2  # the types of a style transfer
_STAGED = frozenset({"eCommerce", "logo"})  # styles that show no scene
_NOTHING = Reading((), frozenset(), "")


def text2img(prompt: str, take: Take, style: str = COMMON) -> Image.Image:
    """A picture of the words in a style of `MANNERS`; an unknown code is `COMMON`."""
    scene = _scene(prompt, take)
    rng = art.random_of("text2img", prompt, style, take.seed, take.index)
    known = _NOTHING if style in _STAGED else art.reading_of(scene)
    return art.noted(in_manner(scene, style, prompt, rng), known)


def text2img_pro(prompt: str, take: Take) -> Image.Image:
    """The more artistic picture: painted by hand, each of the four by another one."""
    scene = _scene(prompt, take)
    rng = art.random_of("text2img_pro", prompt, take.seed, take.index)
    lit = ImageEnhance.Color(ImageEnhance.Contrast(scene).enhance(1.12)).enhance(1.25)
    painted = _HANDS[take.index % len(_HANDS)](lit, rng)
    glow = soft(painted, 0.015).point(curve(lambda v: max(0.0, v - 0.5) * 0.8) * 3)
    return art.noted(ImageChops.screen(painted, glow), art.reading_of(scene))


def img2img(
    prompt: str,
    characters: Sequence[Image.Image],
    take: Take,
    *,
    weight: float = 0.5,
    style: str = COMMON,
) -> Image.Image:
    """A picture of the words in which the given characters stand.

    The weight (0..1) says how large they are, and how true to their own colours.
    """
    scene = _scene(prompt, take)
    weight, count = min(1.0, max(0.0, weight)), max(1, len(characters))
    image = scene
    for number, character in enumerate(characters):
        body = matted(limited(character, max(1, max(take.size) // min(2, count))))
        own = body.convert("RGB")
        toned = Image.blend(toned_after(own, scene), own, 0.25 + 0.75 * weight)
        toned.putalpha(body.getchannel("A"))
        centre = ((number + take.index) % count + 0.5) / count
        if count == 1:
            centre = (0.5, 0.36, 0.64, 0.5)[take.index % 4]
        high = (0.45 + 0.5 * weight) * (1 if count < 3 else 0.8)
        image = placed(
            image, toned, centre, high, (0.5 + 0.4 * weight) if count == 1 else 1 / count
        )
    rng = art.random_of("img2img", prompt, style, take.seed, take.index)
    # Whoever stands in front counts for more than the scene behind.
    return art.noted(in_manner(image, style, prompt, rng), _NOTHING)


def style_transfer(source: Image.Image, kind: int, style: str) -> tuple[Image.Image, Image.Image]:
    """The picture of a pet or of a person in a style, and the mask ("L") of who is in it.

    A style is any code; what its words name is taken, else one of our own for each code.
    """
    image = limited(flat(source), art.LONGEST_SIDE)
    known, rng = art.reading_of(source), art.random_of("style", style, kind)
    mask = matted(art.noted(image, known)).getchannel("A")
    if style in MANNERS - {COMMON}:
        restyled = in_manner(image, style, "", rng)
        return art.noted(restyled, known), _hard(mask)
    names = named(_parted(style), SURFACES)
    name = names[0] if names else rng.choice(sorted(_FINE))
    # Whoever is in it must be told afterwards, so the strokes there are finer.
    fine = _brushed(image, name, rng, 0.55 if kind == PORTRAIT else 0.7)
    coarse = _brushed(image.filter(ImageFilter.BoxBlur(max(image.size) / 160)), name, rng, 1.3)
    near = mask.filter(ImageFilter.BoxBlur(max(image.size) / 200))
    restyled = Image.composite(fine, coarse, near)
    return art.noted(restyled, replace(known, style=read(style).style or known.style)), _hard(mask)


def _parted(code: str) -> str:
    """The words of a code such as oilPainting or pixel_art."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", code).replace("_", " ").replace("-", " ")


def _hard(mask: Image.Image) -> Image.Image:
    return mask.point([0] * 128 + [255] * 128)


def _scene(prompt: str, take: Take) -> Image.Image:
    """The scene of a prompt; things that scenes do not know are put into it."""
    image = art.draw(prompt, seed=take.seed, index=take.index, size=take.size)
    if read(prompt).motifs or min(take.size) < 16:
        return image
    known, middle = art.reading_of(image), (take.size[0] // 2, take.size[1] // 2)
    rng = art.random_of("things", prompt, take.seed, take.index)
    return art.noted(furnished(image, (*middle, *middle), prompt, rng, take.index), known)


def _brushed(image: Image.Image, name: str, rng: Random, scale: float) -> Image.Image:
    """The picture in a surface of `SURFACES`, the strokes and pieces of this scale."""
    if min(image.size) < 16:
        return image
    return _FINE[name](image, rng, scale) if name in _FINE else in_style(image, name, rng)


_Painter = Callable[[Image.Image, Random, float], Image.Image]
_FINE: Mapping[str, _Painter] = {
    "oil": strokes.oil,
    "painting": strokes.oil,
    "crayon": strokes.crayon,
    "pencil": strokes.pencil,
    "comic": strokes.comic,
    "mosaic": strokes.mosaic,
    "glass": strokes.glass,
    "facets": strokes.facets,
    "clay": materials.clay,
    "wool": materials.wool,
    "paper": materials.paper,
    "bricks": materials.bricks,
    "marble": materials.marble,
    "gold": materials.gold,
    "bronze": materials.bronze,
    "metal": materials.metal,
    "wood": materials.wood,
}
_HANDS: Sequence[Callable[[Image.Image, Random], Image.Image]] = (
    lambda image, rng: strokes.oil(image, rng, 0.7),
    lambda image, rng: in_style(image, "watercolour", rng),
    lambda image, rng: Image.blend(
        strokes.oil(image, rng, 1.4), strokes.crayon(image, rng, 1), 0.4
    ),
    lambda image, rng: Image.blend(image, strokes.glass(image, rng, 0.8), 0.55),
)
