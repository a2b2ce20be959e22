"""The hands that Wanxiang and Jumdata draw with, whatever the words. Pure, like `tools`."""

from collections.abc import Callable, Mapping
from random import Random

from PIL import Image, ImageChops, ImageEnhance, ImageFilter, ImageOps

from bot.sandbox import art, materials, strokes, tools
from bot.sandbox.colours import PALETTES, Palette
from bot.sandbox.filters import curve, grained, rippled, soft, tinted
from bot.sandbox.manners import COMMON, in_manner
from bot.sandbox.surfaces import in_style
from bot.sandbox.takes import Take

_PRINT = Palette(
    (38, 66, 110),
    (96, 136, 162),
    (238, 222, 186),
    (250, 240, 214),
    (196, 110, 78),
    (30, 40, 66),
)
_SWEET = Palette(
    (71, 31, 77),
    (107, 36, 142),
    (232, 53, 167),
    (120, 255, 240),
    (185, 103, 255),
    (1, 90, 150),
)


def wanxiang(prompt: str, take: Take) -> Image.Image:
    """A picture of the words in soft, airy light: the four of a job by gouache and air brush."""
    scene = tools.text2img(prompt, take)
    rng = art.random_of("wanxiang", prompt, take.seed, take.index)
    body = materials.clay(scene, rng, 2.2) if take.index % 2 else strokes.oil(scene, rng, 0.8)
    light = soft(ImageEnhance.Brightness(scene).enhance(1.1), 0.012)
    airy = ImageChops.screen(body, light.point(curve(lambda v: max(0.0, v - 0.35) * 0.7) * 3))
    return art.noted(ImageEnhance.Color(airy).enhance(1.2), art.reading_of(scene))


def jumdata(prompt: str, take: Take, style: str) -> Image.Image:
    """A picture of the words in one of Jumdata's styles; an unknown one is the plain scene."""
    scene = tools.text2img(prompt, take)
    rng = art.random_of("jumdata", prompt, style, take.seed, take.index)
    drawn = _STYLES[style](scene, prompt, rng) if style in _STYLES else scene
    return art.noted(drawn.convert("RGB"), art.reading_of(scene))


_Painter = Callable[[Image.Image, str, Random], Image.Image]


def _manner(name: str) -> _Painter:
    return lambda image, prompt, rng: in_manner(image, name, prompt, rng)


def _surface(name: str) -> _Painter:
    return lambda image, prompt, rng: in_style(image, name, rng)


def _woodblock(image: Image.Image, prompt: str, rng: Random) -> Image.Image:
    """Few flat inks, dark contours and the grain of paper."""
    flat = materials.flattened(image, 5, 2)
    few = tinted(flat, _PRINT).quantize(7, dither=Image.Dither.NONE).convert("RGB")
    lines = materials.edges(flat).point(curve(lambda v: (v - 0.12) * 5))
    few.paste((28, 32, 58), (0, 0), lines.filter(ImageFilter.MaxFilter(3)))
    return grained(few, rng, 14)


def _future(image: Image.Image, prompt: str, rng: Random) -> Image.Image:
    """Brushed metal in cold light, with the scene's own colours shining through."""
    cold = ImageChops.soft_light(materials.metal(image, rng, 1), tinted(image, PALETTES["blue"]))
    return ImageChops.screen(cold, image.point([v // 3 for v in range(256)] * 3))


def _lolita(image: Image.Image, prompt: str, rng: Random) -> Image.Image:
    """Pastels on a page, as in a girls' picture book."""
    pink = ImageChops.screen(image, tinted(image, PALETTES["pink"]).point(lambda v: v // 2))
    return in_manner(pink, "pictureBook", prompt, rng)


def _baroque(image: Image.Image, prompt: str, rng: Random) -> Image.Image:
    """Oil in brown and gold, the light on the middle and darkness around it."""
    warm = Image.blend(image, tinted(image, PALETTES["gold"]), 0.55)
    oil = strokes.oil(ImageEnhance.Contrast(warm).enhance(1.25), rng, 0.8)
    dark = Image.radial_gradient("L").resize(image.size)
    return ImageChops.multiply(oil, dark.point(curve(lambda v: 1.3 - v * 1.35)).convert("RGB"))


def _dream(image: Image.Image, prompt: str, rng: Random) -> Image.Image:
    """The world twice: upside down above itself, its colours turned, its lines flowing."""
    above = rippled(ImageOps.flip(image), rng)
    hue, saturation, value = above.convert("HSV").split()
    hue = hue.point([(v + 96) % 256 for v in range(256)])
    above = Image.merge("HSV", (hue, saturation, value)).convert("RGB")
    ramp = Image.linear_gradient("L").resize(image.size)
    ramp = ramp.point(curve(lambda v: (v - 0.38) * 4))
    return Image.composite(image, above, ramp)


def _vapour(image: Image.Image, prompt: str, rng: Random) -> Image.Image:
    """Pink and turquoise with the lines of an old screen."""
    bright = ImageEnhance.Brightness(tinted(image, _SWEET)).enhance(1.25)
    step = max(2, image.height // 180)
    lines = Image.new("L", (1, image.height))
    lines.putdata([255 if y // step % 2 else 205 for y in range(image.height)])
    return ImageChops.multiply(bright, lines.resize(image.size).convert("RGB"))


_STYLES: Mapping[str, _Painter] = {
    "探索无限": _manner(COMMON),
    "古风": _surface("ink"),
    "二次元": _manner("anime"),
    "写实风格": _manner("photo"),
    "浮世绘": _woodblock,
    "low poly": lambda image, prompt, rng: strokes.facets(image, rng, 1.2),
    "未来主义": _future,
    "像素风格": _surface("pixel"),
    "概念艺术": _manner("game"),
    "赛博朋克": _surface("neon"),
    "洛丽塔风格": _lolita,
    "巴洛克风格": _baroque,
    "超现实主义": _dream,
    "水彩画": _surface("watercolour"),
    "蒸汽波艺术": _vapour,
    "油画": lambda image, prompt, rng: strokes.oil(image, rng, 1.0),
    "卡通画": lambda image, prompt, rng: strokes.comic(image, rng, 1.0),
}
