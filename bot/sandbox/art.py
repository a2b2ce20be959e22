"""The pictures the emulator returns: small generative scenes that react to the words of a prompt.

Pure, synchronous and deterministic; callers run these functions in a thread.
"""

import io
import math
import re
from collections.abc import Callable, Iterable, Sequence
from colorsys import hsv_to_rgb, rgb_to_hsv
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from random import Random
from struct import error as struct_error
from typing import Literal, NamedTuple

from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter, ImageOps, ImageStat

Colour = tuple[int, int, int]
Point = tuple[float, float]
Box = tuple[float, float, float, float]

LONGEST_SIDE = 2048
SHORTEST_SIDE = 64
AREA = 590_000
# Exif ImageDescription: survives PNG, JPEG and WebP, so a follow-up knows what was painted.
NOTE = 0x010E


class Palette(NamedTuple):
    """Six colours from the top of the sky down to the nearest silhouette."""

    top: Colour
    middle: Colour
    horizon: Colour
    light: Colour
    far: Colour
    near: Colour


def _palette(text: str) -> Palette:
    return Palette(*((int(h[:2], 16), int(h[2:4], 16), int(h[4:], 16)) for h in text.split()))


PALETTES = {
    "red": _palette("4a0a1c b01f30 f5714f ffdca8 8a1a2f 26050f"),
    "blue": _palette("0d2260 2f68bd 98cdf2 fff6dd 4474b8 0a1738"),
    "green": _palette("1f5a45 62a86b dcecb0 fffbd2 4a8c5c 0d2e1e"),
    "purple": _palette("2a1250 6d3bb0 e2a6e6 fff0d9 5f389a 190a2f"),
    "pink": _palette("7b83cf eca7c6 ffdccf fff6e6 b683ad 40294f"),
    "gold": _palette("7a4520 dd983c f9dd92 fff6d2 b0652c 36190c"),
    "grey": _palette("3d454d 8b959c d5d9d8 fbf8ee 78828a 1b2025"),
    "sunset": _palette("2b1e5c b8487d ff9d5c ffe8ae 77386f 1d1133"),
    "night": _palette("040918 132552 44599a f6f0cd 20336a 040714"),
    "forest": _palette("2a6a5e 7bb492 e6efbf fffad6 4b8d74 0a2a20"),
    "ocean": _palette("0b4f78 38a0bb c9ece2 fff3cf 3287a3 052a3d"),
    "snow": _palette("6f9ac4 b4d0e9 f3f1ee fffaea 93afcf 27405f"),
    "desert": _palette("3f7ca6 e3b98f fadfae fff6d8 d08a50 662d15"),
    "neon": _palette("090322 3a0a78 e0219a 5ff4ff 501690 08021c"),
}


def _points(text: str) -> list[Point]:
    """Coordinates written as "x,y x,y", in units of the shape's own size, y downwards."""
    pairs = (pair.split(",") for pair in text.split())
    return [(float(x), float(y)) for x, y in pairs]


# Smooth outlines; a corner is a point given twice.
BOAT = [
    _points(".02,-1 .02,-1 .2,-.62 .4,-.17 .4,-.17 .02,-.15 .02,-.15 .02,-1"),
    _points("-.03,-.9 -.03,-.9 -.2,-.5 -.42,-.16 -.42,-.16 -.03,-.17 -.03,-.17 -.03,-.9"),
    _points("-.5,-.1 -.5,-.1 0,-.08 .52,-.13 .52,-.13 .36,.01 .36,.01 -.34,.01 -.34,.01 -.5,-.1"),
    _points("-.012,0 -.012,0 0,-1.04 0,-1.04 .012,0 .012,0"),
]
HOUSE = [
    _points("-.6,.1 -.6,-.42 .6,-.42 .6,.1"),
    _points(".3,-.5 .3,-1 .45,-1 .45,-.5"),
    _points("-.75,-.38 -.42,-.92 .42,-.92 .75,-.38"),
    _points("-.4,-.05 -.4,-.28 -.2,-.28 -.2,-.05"),
    _points(".2,-.05 .2,-.28 .4,-.28 .4,-.05"),
]
EAVE = _points(
    "-1.12,-.035 -.85,-.015 -.45,-.07 0,-.09 .45,-.07 .85,-.015 1.12,-.035 .95,.02 -.95,.02"
)
CAT = [
    _points(
        "0,-.86 .06,-.87 .17,-1 .17,-1 .2,-.84 .225,-.73 .19,-.63 .15,-.57 .2,-.46 .28,-.27"
        " .31,-.1 .27,.03"
    ),
    _points(".2,-.02 .42,0 .56,-.08 .58,-.22 .49,-.29 .43,-.22"),
]
LEAF = _points("0,1.9 .2,1.5 .7,1.2 1.2,1.25 1.2,1.25 .6,1.75 0,1.9")
PETAL = _points(
    ".08,0 .25,.16 .45,.26 .67,.28 .85,.23 .96,.12 1,0 .96,-.12 .85,-.23 .67,-.28 .45,-.26 .25,-.16"
)
PROFILE = _points(
    "-.5,.02 -.46,-.1 -.3,-.19 -.18,-.26 -.16,-.36 -.24,-.48 -.3,-.62 -.28,-.78 -.17,-.92 0,-.97"
    " .14,-.94 .225,-.86 .25,-.76 .238,-.69 .262,-.63 .318,-.56 .305,-.535 .262,-.525 .278,-.495"
    " .284,-.477 .258,-.462 .276,-.44 .262,-.415 .264,-.38 .252,-.345 .2,-.325 .11,-.3 .07,-.25"
    " .1,-.16 .26,-.09 .4,.02"
)
HAIR = [
    _points(
        "-.14,-.87 -.18,-.96 -.27,-.99 -.36,-.96 -.4,-.87 -.36,-.78 -.27,-.75 -.18,-.78 -.14,-.87"
    ),
    _points("-.1,-.93 -.3,-.82 -.38,-.6 -.36,-.4 -.46,-.2 -.42,-.05 -.2,-.12 -.1,-.4 -.1,-.93"),
]
INK = _palette("f3eee0 eee8d9 f8f4e9 fffaf0 8b9193 101318")
WORDS = {
    "red": "red crimson scarlet ruby lava fire rose 红 赤 绯 火 玫瑰",
    "blue": "blue azure cobalt sapphire indigo 蓝 靛",
    "green": "green emerald jade spring meadow 绿 翠 春",
    "purple": "purple violet lavender 紫",
    "pink": "pink sakura blossom cherry pastel dawn 粉 樱 桃花 晨",
    "neon": "neon cyberpunk synthwave vaporwave cyber 霓虹 赛博",
    "gold": "gold golden yellow amber autumn fall orange 金 黄 秋 橙",
    "grey": "grey gray black white monochrome noir fog mist 灰 黑 白 雾",
    "sunset": "sunset dusk sunrise evening twilight 日落 夕阳 黄昏 日出 晚霞",
    "night": "night midnight dark moon moonlight starry stars space galaxy 夜 月 星 宇宙 银河",
    "forest": "forest jungle wood pine 森林 树林 竹",
    "ocean": "ocean sea lake river beach wave underwater water 海 湖 江 河 浪 水面",
    "snow": "snow snowy winter ice frozen arctic 雪 冬 冰",
    "desert": "desert dune sahara canyon sand 沙漠 沙 峡谷",
}
MOTIFS = {
    "mountain": "mountain mountains peak alps cliff hill canyon volcano 山 峰 岭",
    "sea": "ocean sea lake river beach wave harbor water underwater boat ship 海 湖 江 河 浪 船 舟",
    "sun": "sun sunset sunrise sunlight summer desert 太阳 日落 夕阳 日出 夏",
    "moon": "moon moonlight night lunar 月 夜",
    "stars": "star stars starry space galaxy night planet cosmos universe 星 夜 宇宙 银河",
    "planet": "planet space galaxy saturn cosmos universe astronaut 行星 宇宙 太空 银河",
    "city": "city skyline street town tokyo cyberpunk building downtown 城 街 都市 楼",
    "forest": "forest jungle wood woods tree pine bamboo 森林 树 林 竹",
    "dunes": "desert dune sahara sand meadow field prairie 沙漠 沙丘 草原 田",
    "cat": "cat kitten kitty feline 猫",
    "flower": "flower rose tulip garden blossom sakura lotus peony daisy bouquet 花 玫瑰 莲 樱",
    "boat": "boat ship sail sailboat yacht 船 舟 帆",
    "portrait": "portrait woman man girl boy face person lady queen king hero "
    "人像 肖像 女孩 女人 男人 少女 少年 脸",
    "birds": "bird eagle crane gull flock 鸟 鹤 鹰 雁",
    "house": "house cottage cabin home village hut 房 屋 村",
    "pagoda": "temple pagoda shrine castle palace tower 寺 塔 宫 庙 城堡",
    "snow": "snow snowy winter blizzard 雪",
    "rain": "rain rainy storm 雨",
}
STYLES = {
    "ink": "ink sumi calligraphy 水墨 墨 国画",
    "pixel": "pixel 8bit 16bit voxel 像素",
    "watercolour": "watercolor watercolour aquarelle gouache painting 水彩 油画",
    "neon": "neon cyberpunk synthwave glowing 霓虹 赛博",
    "line": "lineart line sketch outline pencil drawing engraving 线稿 线描 素描 速写",
}


@dataclass(frozen=True)
class Reading:
    """What a prompt was understood to ask for; every member is a key of the tables above."""

    palettes: tuple[str, ...]
    motifs: frozenset[str]
    style: str

    def note(self) -> str:
        """The reading in a form that `_recall` understands."""
        return " ".join((*sorted(self.motifs), self.style)).strip()


@dataclass(frozen=True)
class View:
    """Where things stand in one of the four pictures, in fractions of the canvas."""

    horizon: float
    light: Point
    radius: float
    subject: float
    mirrored: bool
    hue: float
    gain: float


VIEWS = (
    View(0.66, (0.68, 0.33), 0.085, 0.36, False, 0.0, 1.0),
    View(0.74, (0.50, 0.44), 0.25, 0.50, False, 0.012, 1.1),
    View(0.52, (0.27, 0.20), 0.06, 0.66, False, -0.02, 0.78),
    View(0.80, (0.36, 0.50), 0.15, 0.62, True, 0.028, 0.96),
)


def draw(prompt: str, *, seed: int, index: int, size: tuple[int, int]) -> Image.Image:
    """One picture for a prompt: the same arguments always give the same pixels (RGB)."""
    reading = _read(prompt)
    rng = _random(prompt, seed, index)
    return _compose(reading, _mixed(reading, _random(prompt, seed)), rng, index, size)


def vary(
    source: Image.Image, *, strength: Literal["subtle", "strong"], seed: int, index: int
) -> Image.Image:
    """A variation: strong paints a new composition in the same palette, subtle retouches."""
    source = _rgb(source)
    reading = _recall(source)
    rng = _random("vary", strength, seed, index)
    if strength == "strong":
        palette = _palette_of(source)
        return _compose(reading, palette, rng, index + seed, source.size, graded=False)
    image = _tilted(_moved_in(source, rng), rng.uniform(-0.06, 0.06))
    image = ImageEnhance.Brightness(image).enhance((0.93, 1.07, 1.0, 0.97)[index % 4])
    painter = Painter(image, _palette_of(source), VIEWS[index % 4], rng)
    painter.clouds(0.25)
    painter.motes(14)
    return _noted(painter.image, reading)


def remix(source: Image.Image, prompt: str, *, mode: int, seed: int, index: int) -> Image.Image:
    """The picture under a new prompt; mode 0 is strong (repainted), 1 is subtle (recoloured)."""
    source = _rgb(source)
    reading = _read(prompt)
    rng = _random(prompt, "remix", mode, seed, index)
    asked = _mixed(reading, rng)
    reading = Reading(reading.palettes, reading.motifs or _recall(source).motifs, reading.style)
    if mode == 0:
        palette = _blended(asked, _palette_of(source), 0.3)
        image = _compose(reading, palette, rng, index, source.size, graded=False)
        return _noted(Image.blend(image, _soft(source, 0.05), 0.15), reading)
    if reading.palettes:
        source = Image.blend(source, _tinted(source, asked), 0.6)
    painter = Painter(source.copy(), asked, VIEWS[index % 4], rng)
    painter.clouds(0.2)
    painter.subjects(reading.motifs & {"cat", "boat", "house", "pagoda", "birds"})
    painter.weather(reading.motifs)
    return _noted(_styled(painter.image, reading.style, rng), reading)


def enlarge(source: Image.Image, *, factor: int, creative: bool) -> Image.Image:
    """The picture `factor` times as large, at most 2048 a side; creative invents fine detail."""
    source = _rgb(source)
    factor_ = min(max(1, factor), LONGEST_SIDE / max(source.size))
    size = (max(1, round(source.width * factor_)), max(1, round(source.height * factor_)))
    image = source.resize(size, Image.Resampling.LANCZOS)
    if creative:
        rng = _random("enlarge", *size)
        image = _grained(image, rng, 7, scale=max(1, round(factor_)))
        image = image.filter(ImageFilter.UnsharpMask(radius=3, percent=90, threshold=2))
        image = ImageEnhance.Color(ImageEnhance.Contrast(image).enhance(1.06)).enhance(1.08)
    return _noted(image, _recall(source))


def enhance(source: Image.Image) -> Image.Image:
    """The finished picture of a draft: the same composition, twice as large, crisp and richer."""
    image = enlarge(source, factor=2, creative=False)
    image = ImageOps.autocontrast(image, cutoff=0.5, preserve_tone=True)
    image = image.filter(ImageFilter.UnsharpMask(radius=2, percent=110, threshold=2))
    return _noted(ImageEnhance.Color(image).enhance(1.15), _recall(source))


def pan(source: Image.Image, *, direction: int, scale: float, seed: int, index: int) -> Image.Image:
    """The canvas grown by `scale` to 0 down, 1 right, 2 up or 3 left; the old pixels stay."""
    source = _rgb(source)
    side = 0 if direction % 2 else 1
    room = max(0, LONGEST_SIDE - source.size[side])
    more = min(room, max(0, round(source.size[side] * (max(1.0, scale) - 1))))
    margins = [0, 0, 0, 0]
    margins[(3, 2, 1, 0)[direction % 4]] = more
    return _extended(source, margins, _random("pan", direction, seed, index))


def outpaint(source: Image.Image, *, scale: float, seed: int, index: int) -> Image.Image:
    """The picture shrunk by `scale` in the middle of a continued canvas of the same size."""
    source = _rgb(source)
    scale = min(max(1.0, scale), 8.0)
    inner = source.resize(
        (max(1, round(source.width / scale)), max(1, round(source.height / scale))),
        Image.Resampling.LANCZOS,
    )
    left, top = (source.width - inner.width) // 2, (source.height - inner.height) // 2
    right, bottom = source.width - inner.width - left, source.height - inner.height - top
    rng = _random("outpaint", seed, index)
    return _extended(inner, [left, top, right, bottom], rng, note=_recall(source))


def blend_in(image: Image.Image, reference: Image.Image) -> Image.Image:
    """The picture with an image prompt's colours and shapes shining through it."""
    image = _rgb(image)
    ghost = ImageOps.fit(_rgb(reference), image.size, Image.Resampling.BILINEAR)
    moved = _matched(image, ghost)
    lit = ImageChops.soft_light(moved, _soft(ghost, 0.006))
    mixed = Image.blend(Image.blend(image, lit, 0.8), ghost, 0.22)
    return _noted(mixed, _recall(image))


def size_of(aspect: str | None, *, hd: bool = False, draft: bool = False) -> tuple[int, int]:
    """Width and height in pixels (multiples of 8) for an aspect such as "16:9"."""
    found = re.fullmatch(r"\s*(\d{1,5})\s*[:x/×：]\s*(\d{1,5})\s*", aspect or "1:1", re.ASCII)
    wide, high = (int(found[1]), int(found[2])) if found else (1, 1)
    ratio = min(max(wide / high, 1 / 4), 4.0) if wide and high else 1.0
    area = AREA * (2.0 if hd else 1.0) * (0.4 if draft else 1.0)
    # Rounding both sides alone may bend the ratio, so the best pair near the wanted area is taken.
    long_ratio = max(ratio, 1 / ratio)
    short = min(math.sqrt(area / long_ratio), LONGEST_SIDE / long_ratio - 16)
    steps = [8 * (round(short / 8) + step) for step in range(-2, 3)]
    small, large = min(
        ((side, min(LONGEST_SIDE, 8 * round(side * long_ratio / 8))) for side in steps),
        key=lambda pair: (round(abs(pair[1] / pair[0] / long_ratio - 1), 2), abs(pair[0] - short)),
    )
    return (large, small) if ratio >= 1 else (small, large)


def encode(image: Image.Image, format: Literal["png", "jpg", "webp"]) -> bytes:
    """The picture as a file; what was painted travels along in the image description."""
    options: dict[str, dict[str, object]] = {
        "png": {"format": "PNG", "compress_level": 3},
        "jpg": {"format": "JPEG", "quality": 90},
        "webp": {"format": "WEBP", "quality": 88, "method": 2},
    }
    buffer = io.BytesIO()
    chosen = options[format]
    plain = _rgb(image)
    plain.save(buffer, str(chosen.pop("format")), exif=plain.getexif(), **chosen)
    return buffer.getvalue()


def _random(*parts: object) -> Random:
    # Bytes, because a prompt may hold half a surrogate pair, which str seeding cannot encode.
    text = "\x1f".join(map(str, parts)).encode("utf-8", "surrogatepass")
    return Random(text)  # noqa: S311


def _read(prompt: str) -> Reading:
    text = re.sub(r"https?://\S+", " ", prompt.lower()).split(" --")[0]
    tokens = set(re.findall(r"[a-z0-9]+", text))
    tokens |= {token.removesuffix("s") for token in tokens}

    def hits(table: dict[str, str]) -> list[str]:
        return [
            name
            for name, words in table.items()
            if any(w in tokens if w.isascii() else w in text for w in words.split())
        ]

    return Reading(tuple(hits(WORDS)[:3]), frozenset(hits(MOTIFS)), next(iter(hits(STYLES)), ""))


def _recall(image: Image.Image) -> Reading:
    words = _note_of(image)[:400].split()
    style = next((word for word in words if word in STYLES), "")
    return Reading((), frozenset(words) & MOTIFS.keys(), style)


def _note_of(image: Image.Image) -> str:
    try:
        return str(image.getexif().get(NOTE, ""))
    except (SyntaxError, ValueError, KeyError, OSError, struct_error):
        return ""  # somebody's upload with a broken Exif block is still a picture


def _noted(image: Image.Image, reading: Reading) -> Image.Image:
    image.getexif()[NOTE] = reading.note()
    return image


def _rgb(image: Image.Image) -> Image.Image:
    """A plain copy to work on: RGB, no larger than we ever paint, no metadata but our note."""
    note = _note_of(image)
    if image.mode in {"RGBA", "LA", "PA", "P"}:
        clear = image.convert("RGBA")
        image = Image.new("RGBA", image.size, (255, 255, 255, 255))
        image.alpha_composite(clear)
    fresh = image.copy() if image.mode == "RGB" else image.convert("RGB")
    fresh = Image.frombytes("RGB", fresh.size, fresh.tobytes()) if fresh.info else fresh
    fresh.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.BICUBIC)
    if note:
        fresh.getexif()[NOTE] = note
    return fresh


def _mix(one: Colour, other: Colour, part: float) -> Colour:
    r, g, b = (round(x + (y - x) * part) for x, y in zip(one, other, strict=True))
    return r, g, b


def _blended(one: Palette, other: Palette, part: float) -> Palette:
    return Palette(*(_mix(x, y, part) for x, y in zip(one, other, strict=True)))


def _mixed(reading: Reading, rng: Random) -> Palette:
    names = list(reading.palettes)
    if not names:
        pleasant = ["sunset", "ocean", "pink", "forest", "purple", "gold", "blue"]
        names = ["night" if "city" in reading.motifs else rng.choice(pleasant)]
    palette = PALETTES[names[0]]
    for name in names[1:]:
        # The first word keeps the sky and the next one tints the ground: an even mix turns grey.
        ground = _blended(palette, PALETTES[name], 0.5)
        palette = _blended(palette, PALETTES[name], 0.12)._replace(far=ground.far, near=ground.near)
    if reading.style == "ink":
        return _blended(INK, palette, 0.08)
    if reading.style == "watercolour":
        return Palette(*(_mix(colour, (255, 255, 255), 0.2) for colour in palette))
    return palette


def _palette_of(image: Image.Image) -> Palette:
    # Only the left margin: a sun or a subject in the middle would wash the sky out.
    margin = image.crop((0, 0, max(1, image.width // 7), image.height))
    rows = margin.resize((1, 8), Image.Resampling.BOX)
    top, middle, horizon = (_vivid(_pixel(rows, (0, y))) for y in (0, 2, 3))
    few = image.resize((64, 64), Image.Resampling.BOX).quantize(10).convert("RGB")
    colours = [colour for _, colour in few.getcolors(4096) or [] if isinstance(colour, tuple)]
    ordered = sorted(((r, g, b) for r, g, b in colours), key=sum)
    near, light = ordered[0], _mix(ordered[-1], (255, 255, 255), 0.4)
    return Palette(top, middle, horizon, light, _mix(horizon, near, 0.45), near)


def _pixel(image: Image.Image, at: tuple[int, int]) -> Colour:
    value = image.getpixel(at)
    return (value[0], value[1], value[2]) if isinstance(value, tuple) else (0, 0, 0)


def _clamped(size: tuple[int, int]) -> tuple[int, int]:
    width, height = (min(max(side, SHORTEST_SIDE), LONGEST_SIDE) for side in size)
    return width, height


def _compose(
    reading: Reading,
    palette: Palette,
    rng: Random,
    index: int,
    size: tuple[int, int],
    *,
    graded: bool = True,
) -> Image.Image:
    view = VIEWS[index % 4]
    if graded:
        palette = Palette(*(_turned_hue(colour, view.hue) for colour in palette))
    painter = Painter(Image.new("RGB", _clamped(size)), palette, view, rng)
    if reading.style == "ink":
        painter.sun = (206, 66, 46)
    painter.scene(reading.motifs, index)
    if view.mirrored:
        painter.image = ImageOps.mirror(painter.image)
    if graded:
        image = ImageEnhance.Brightness(painter.image).enhance(view.gain)
        painter.image = ImageEnhance.Color(image).enhance(1.1)
    # A filter that looks for edges would outline every flake and drop.
    late = reading.style in {"neon", "ink", "line"}
    if not late:
        painter.weather(reading.motifs)
    painter.image = _styled(painter.image, reading.style, rng)
    if late:
        painter.weather(reading.motifs)
    image = painter.image if reading.style == "pixel" else _grained(painter.image, rng, 3)
    return _noted(image, reading)


class Painter:
    """Paints shapes on a canvas; points are in pixels, silhouettes in a unit square."""

    def __init__(self, image: Image.Image, palette: Palette, view: View, rng: Random) -> None:
        self.image = image
        self.palette = palette
        self.view = view
        self.rng = rng
        self.width, self.height = image.size
        self.unit = min(image.size)
        self.horizon = round(self.height * (view.horizon + rng.uniform(-0.03, 0.03)))
        x, y = view.light
        self.light = (
            self.width * (x + rng.uniform(-0.05, 0.05)),
            self.height * (y + rng.uniform(-0.04, 0.04)),
        )
        self.radius = self.unit * view.radius * rng.uniform(0.9, 1.15)
        self.sun = palette.light

    def scene(self, motifs: frozenset[str], index: int) -> None:
        """Whatever the words call for; an abstract composition when they call for nothing."""
        if not motifs:
            self.abstract(index)
        elif "portrait" in motifs:
            self.portrait(motifs)
        else:
            self.landscape(motifs)

    def landscape(self, motifs: frozenset[str]) -> None:
        """A scene in depth: sky, what is far, water, what is near, weather."""
        if not motifs & {"sea", "dunes", "forest"} or "mountain" in motifs:
            self.light = (self.light[0], self.light[1] * 0.72)
        self.sky(motifs)
        close = "flower" in motifs and not motifs & {"mountain", "city", "sea", "forest"}
        if "mountain" in motifs or not motifs & {"city", "forest", "dunes", "sea", "flower"}:
            self.mountains()
        if "city" in motifs:
            self.city()
        if "forest" in motifs:
            self.forest()
        if "dunes" in motifs:
            self.dunes()
        if "sea" in motifs:
            self.sea(motifs)
        elif not motifs & {"city", "forest", "dunes"}:
            self.hills(2)
        self.subjects(motifs)
        if "flower" in motifs:
            self.flowers(large=close)
        if "cat" in motifs:
            self.cat()

    def subjects(self, motifs: frozenset[str]) -> None:
        """The things that stand on the ground or fly above it."""
        if "house" in motifs:
            self.house()
        if "pagoda" in motifs:
            self.pagoda()
        if "birds" in motifs:
            self.birds()

    def weather(self, motifs: frozenset[str]) -> None:
        """Falling snow or rain."""
        if "snow" in motifs:
            self.snow()
        if "rain" in motifs:
            self.rain()

    def fill(
        self,
        shapes: Iterable[Sequence[Point]],
        top: Colour,
        bottom: Colour | None = None,
        *,
        opacity: float = 1.0,
        blur: float = 0.0,
    ) -> None:
        """Paints polygons with smooth edges in one colour, or a gradient over their box."""
        shapes = [shape for shape in shapes if len(shape) > 2]
        if not shapes:
            return
        pad = blur * 3 + 2
        xs = [x for shape in shapes for x, _ in shape]
        ys = [y for shape in shapes for _, y in shape]
        left, above = max(0, int(min(xs) - pad)), max(0, int(min(ys) - pad))
        right = min(self.width, int(max(xs) + pad) + 1)
        below = min(self.height, int(max(ys) + pad) + 1)
        if left >= right or above >= below:
            return
        box = (right - left, below - above)
        mask = Image.new("L", (box[0] * 2, box[1] * 2))
        pen = ImageDraw.Draw(mask)
        for shape in shapes:
            pen.polygon([((x - left) * 2, (y - above) * 2) for x, y in shape], fill=255)
        mask = mask.reduce(2)
        if blur:
            mask = mask.filter(ImageFilter.GaussianBlur(blur))
        if opacity < 1:
            mask = mask.point([round(level * opacity) for level in range(256)])
        paint = _gradient(box, (top, bottom)) if bottom else Image.new("RGB", box, top)
        self.image.paste(paint, (left, above), mask)

    def glow(self, at: Point, radius: float, colour: Colour, strength: float) -> None:
        """Adds light around a point, fading out at `radius` pixels."""
        side = max(2, round(radius * 2))
        halo = _halo().resize((side, side), Image.Resampling.BILINEAR)
        bands = [halo.point([round(v * c * strength / 255) for v in range(256)]) for c in colour]
        left, above = round(at[0] - radius), round(at[1] - radius)
        box = (left, above, left + side, above + side)
        lit = ImageChops.screen(self.image.crop(box), Image.merge("RGB", bands))
        self.image.paste(lit, (left, above))

    def disc(self, at: Point, radius: float, top: Colour, bottom: Colour | None = None) -> None:
        """Paints a filled circle."""
        self.fill([_ellipse(at, radius, radius)], top, bottom)

    def sky(self, motifs: frozenset[str]) -> None:
        """The gradient, the stars, the sun or moon, the clouds."""
        p = self.palette
        stops = (p.top, _mix(p.top, p.middle, 0.6), p.middle, p.horizon)
        self.image.paste(_gradient((self.width, self.horizon + 2), stops), (0, 0))
        self.image.paste(p.horizon, (0, self.horizon, self.width, self.height))
        if motifs & {"stars", "moon"}:
            self.stars(220 if "stars" in motifs else 90)
        self.glow(self.light, min(self.radius * 5.5, self.unit * 0.9), p.light, 0.75)
        if "planet" in motifs:
            self.planet()
        elif "moon" in motifs:
            self.moon()
        else:
            self.disc(self.light, self.radius, self.sun, _mix(self.sun, p.horizon, 0.35))
        self.clouds(0.25 if "stars" in motifs else 0.6)

    def stars(self, count: int) -> None:
        """Points of light, a few of them with a glow."""
        pen = ImageDraw.Draw(self.image, "RGBA")
        for number in range(count):
            x = self.rng.uniform(0, self.width)
            y = self.rng.uniform(0, 1) ** 1.4 * self.horizon
            bright = self.rng.randint(70, 255)
            size = self.unit * self.rng.choice((0.0006, 0.0009, 0.0016))
            pen.ellipse((x - size, y - size, x + size, y + size), (255, 252, 238, bright))
            if number % 30 == 0:
                self.glow((x, y), self.unit * 0.022, self.palette.light, 0.8)

    def moon(self) -> None:
        """A full moon with maria."""
        (x, y), r, p = self.light, self.radius, self.palette
        self.disc(self.light, r, p.light, _mix(p.light, p.middle, 0.18))
        seas = [(-0.3, -0.3, 0.3), (0.2, -0.15, 0.22), (-0.1, 0.3, 0.26), (0.45, 0.3, 0.14)]
        shapes = [_ellipse((x + a * r, y + b * r), c * r, c * r * 0.85) for a, b, c in seas]
        self.fill(shapes, p.middle, opacity=0.22, blur=r * 0.06)

    def planet(self) -> None:
        """A ringed planet with a night side."""
        (x, y), p = self.light, self.palette
        r = self.radius * 1.1 + self.unit * 0.05
        tilt = -self.rng.uniform(0.25, 0.45)
        whole, front = (
            _turned(_ring(r * 2, r * 0.5, t), tilt, (x, y)) for t in (math.tau, math.pi)
        )
        self.fill([whole], p.light, p.horizon, opacity=0.75)
        self.disc((x, y), r, _mix(p.horizon, p.light, 0.35), _mix(p.middle, p.near, 0.3))
        self.fill([_arc((x, y), r, 0.35)], p.near, opacity=0.45, blur=r * 0.08)
        self.fill([front], p.light, p.horizon, opacity=0.9)

    def clouds(self, opacity: float) -> None:
        """Thin wind-drawn clouds over the upper part of the canvas."""
        box = (self.width, max(8, self.horizon))
        field = _noise(self.rng, box, (5, 9), octaves=4)
        mask = field.point(
            [round(min(1.0, max(0, v - 118) / 85) * 255 * opacity) for v in range(256)]
        )
        fade = (
            Image.linear_gradient("L").resize(box).point(_curve(lambda v: 1 - abs(v - 0.55) * 1.5))
        )
        tone = _mix(self.palette.light, self.palette.horizon, 0.4)
        self.image.paste(tone, (0, 0), ImageChops.multiply(mask, fade))

    def band(self, ridge: Sequence[float], top: Colour, bottom: Colour) -> None:
        """One silhouette across the whole width; `ridge` holds heights in pixels."""
        step = self.width / (len(ridge) - 1)
        shape = [(number * step, y) for number, y in enumerate(ridge)]
        self.fill([[*shape, (self.width + 2, self.height), (-2, self.height)]], top, bottom)

    def mountains(self) -> None:
        """Ranges that darken towards the viewer, with light on one slope."""
        p, layers = self.palette, 4
        for layer in range(layers):
            depth = layer / (layers - 1)
            base = self.horizon - self.height * (0.16 - 0.17 * depth)
            reach = self.height * (0.30 - 0.17 * depth)
            ridge = [base - v * reach for v in _ridge(self.rng, 0.62 - 0.08 * depth)]
            tone = _mix(_mix(p.horizon, p.far, 0.45), p.near, depth * 0.78)
            self.band(ridge, tone, _mix(tone, p.horizon, 0.55 * (1 - depth)))
            if layer < 2:
                self.facets(ridge, _mix(p.light, tone, 0.35 + 0.3 * layer))

    def facets(self, ridge: Sequence[float], tone: Colour) -> None:
        """Snow or sunlight on the slopes that face the light."""
        step = self.width / (len(ridge) - 1)
        low = sum(ridge) / len(ridge)
        shapes = []
        for n in range(2, len(ridge) - 2):
            if ridge[n] < low and ridge[n] <= min(ridge[n - 2 : n + 3]):
                shapes.append(_snowcap(self.rng, ridge, n, step, (low - ridge[n]) * 0.6))
        self.fill(shapes, tone, opacity=0.8)

    def hills(self, layers: int) -> None:
        """Soft near ground."""
        p = self.palette
        for layer in range(layers):
            base = self.horizon + (self.height - self.horizon) * (0.12 + 0.38 * layer / layers)
            ridge = [base - v for v in _waves(self.rng, self.height * 0.035, 90)]
            tone = _mix(_mix(p.far, p.near, 0.35 + 0.4 * layer), p.horizon, 0.12)
            self.band(ridge, tone, _mix(tone, p.near, 0.75))

    def dunes(self) -> None:
        """Sweeping dunes, each with a lit crest and a shaded lee side."""
        p = self.palette
        for layer in range(4):
            depth = layer / 3
            base = self.horizon + (self.height - self.horizon) * (depth * 0.72)
            ridge = [base - v for v in _waves(self.rng, self.height * (0.03 + 0.05 * depth), 120)]
            tone = _mix(_mix(p.far, p.light, 0.35), p.near, depth * 0.45)
            self.band(ridge, tone, _mix(tone, p.near, 0.4 + 0.3 * depth))
            step = self.width / (len(ridge) - 1)
            drift = self.height * (0.06 + 0.1 * depth)
            crest = [(n * step, y) for n, y in enumerate(ridge)]
            lee = [
                (x + drift, y + drift * (0.4 + 0.6 * math.sin(x / self.width * 5 + layer) ** 2))
                for x, y in crest
            ]
            self.fill([[*crest, *reversed(lee)]], p.light, opacity=0.16, blur=self.unit * 0.006)

    def city(self) -> None:
        """Three rows of towers with lit windows, mirrored in wet ground."""
        p = self.palette
        for layer in range(3):
            depth = layer / 2
            ground = self.horizon + self.height * (0.02 + 0.03 * layer)
            tone = _mix(_mix(p.horizon, p.far, 0.55), p.near, depth * 0.9)
            towers = self.towers(depth, ground)
            shapes = [outline for outline, _ in towers]
            self.fill(shapes, tone, _mix(tone, p.horizon, 0.3 * (1 - depth)))
            if layer:
                self.windows([box for _, box in towers], depth)
        shore = round(self.horizon + self.height * 0.09)
        self.glow((self.width / 2, shore), self.width * 0.5, p.horizon, 0.3)
        self.water(shore)

    def towers(self, depth: float, ground: float) -> list[tuple[list[Point], Box]]:
        """The outlines and the boxes of one row of towers."""
        rng, x = self.rng, -self.width * 0.03
        found: list[tuple[list[Point], Box]] = []
        while x < self.width:
            wide = self.unit * rng.uniform(0.05, 0.11) * (0.7 + 0.5 * depth)
            middle = 1 - abs((x + wide / 2) / self.width - self.view.subject)
            high = self.height * rng.uniform(0.16, 0.42) * middle * (1.25 - 0.45 * depth)
            top, right = ground - high, x + wide
            outline = [(x, self.height), (x, top), (right, top), (right, self.height)]
            roof, centre = rng.random(), x + wide / 2
            if roof < 0.3:
                outline[2:2] = [(centre - 2, top), (centre, top - high * 0.2), (centre + 2, top)]
            elif roof < 0.55:
                inset, rise = wide * 0.2, high * 0.07
                outline[2:2] = [
                    (x + inset, top),
                    (x + inset, top - rise),
                    (right - inset, top - rise),
                    (right - inset, top),
                ]
            elif roof < 0.7:
                outline[1] = (x, top + wide * 0.5)
            found.append((outline, (x, top, right, ground + self.height * 0.1)))
            x += wide * rng.uniform(0.82, 1.15)
        return found

    def windows(self, boxes: Sequence[Box], depth: float) -> None:
        """Lit panes in towers, with some colour variety."""
        pen, rng, p = ImageDraw.Draw(self.image, "RGBA"), self.rng, self.palette
        pane = max(1.5, self.unit * 0.0055 * (0.6 + 0.6 * depth))
        for left, top, right, bottom in boxes:
            tone = rng.choice((p.light, _mix(p.light, p.horizon, 0.5), (255, 214, 140)))
            share = rng.uniform(0.15, 0.6)
            y = top + pane * 2.5
            while y < bottom:
                x = left + pane * 1.6
                while x < right - pane * 1.8:
                    if rng.random() < share:
                        pen.rectangle(
                            (x, y, x + pane, y + pane * 1.4), (*tone, rng.randint(110, 235))
                        )
                    x += pane * 2.2
                y += pane * 3.1

    def forest(self) -> None:
        """Rows of conifers with mist between them."""
        p = self.palette
        for layer in range(4):
            depth = layer / 3
            ground = self.horizon + (self.height - self.horizon) * (0.05 + 0.75 * depth**1.4)
            tall = self.height * (0.14 + 0.34 * depth**1.5)
            tone = _mix(_mix(p.horizon, p.far, 0.5), p.near, depth)
            trees, x = [], -tall * 0.2
            while x < self.width + tall * 0.2:
                high = tall * self.rng.uniform(0.6, 1.15)
                clear = abs(x / self.width - self.view.light[0]) < 0.17 * depth
                if not clear or layer < 2:
                    trees.append(_conifer(self.rng, (x, ground + high * 0.04), high))
                x += tall * self.rng.uniform(0.13, 0.34)
            ridge = [ground - v for v in _waves(self.rng, self.height * 0.012, 60)]
            self.fill(trees, tone, _mix(tone, p.horizon, 0.25 * (1 - depth)))
            self.band(ridge, tone, _mix(tone, p.horizon, 0.35 * (1 - depth)))
            if layer < 3:
                self.mist(ground, self.height * 0.16, 0.5 - 0.12 * layer)

    def mist(self, level: float, reach: float, opacity: float) -> None:
        """A bank of fog around a height."""
        box = (self.width, max(4, round(reach)))
        bank = _noise(self.rng, box, (4, 3), octaves=2)
        fade = (
            Image.linear_gradient("L")
            .resize(box)
            .point(_curve(lambda v: math.sin(v * math.pi) * opacity))
        )
        tone = _mix(self.palette.horizon, self.palette.light, 0.3)
        self.image.paste(tone, (0, round(level - reach * 0.45)), ImageChops.multiply(bank, fade))

    def sea(self, motifs: frozenset[str]) -> None:
        """Open water, with a boat if there is one and glitter under the light."""
        if "boat" in motifs:
            self.boat(self.horizon)
        self.water(self.horizon)
        pen, depth = ImageDraw.Draw(self.image, "RGBA"), self.height - self.horizon
        for _ in range(260):
            part = self.rng.random() ** 1.5
            y = self.horizon + 2 + part * depth
            x = self.light[0] + self.rng.gauss(0, 1) * self.radius * (0.55 + part)
            wide = self.unit * (0.006 + 0.03 * part) * self.rng.uniform(0.4, 1.4)
            thick = max(1, self.unit * 0.0035 * part)
            tone = (*self.sun, self.rng.randint(50, 170))
            pen.ellipse((x - wide, y - thick / 2, x + wide, y + thick / 2), tone)

    def water(self, level: int) -> None:
        """A rippled surface from `level` down that mirrors what stands above it."""
        p, depth = self.palette, self.height - level
        if depth < 2:
            return
        above = self.image.crop((0, 0, self.width, level))
        mirror = ImageOps.flip(above).resize((self.width, max(depth, round(level * 0.8))))
        mirror = mirror.crop((0, 0, self.width, depth))
        mirror = mirror.filter(ImageFilter.BoxBlur(self.unit / 400))
        tones = (_mix(p.horizon, p.far, 0.5), p.far, _mix(p.far, p.near, 0.8))
        mirror = Image.blend(mirror, _gradient((self.width, depth), tones), 0.45)
        self.image.paste(_rippled(mirror, self.rng), (0, level))

    def boat(self, level: float) -> None:
        """A sailing boat on the water line."""
        p, size = self.palette, self.unit * (0.2 + 0.4 * self.view.radius)
        x = self.width * self.view.subject
        main, jib, hull, mast = (self.placed(_spline(shape), (x, level), size) for shape in BOAT)
        sail = _mix(p.light, (255, 255, 255), 0.3)
        self.fill([main], sail, _mix(sail, p.horizon, 0.55))
        self.fill([jib], _mix(sail, p.horizon, 0.35), _mix(sail, p.far, 0.5))
        self.fill([mast, hull], _mix(p.near, p.far, 0.12))

    def ground_at(self) -> Point:
        """Where a subject stands."""
        y = self.horizon + (self.height - self.horizon) * 0.34
        return self.width * self.view.subject, y

    def placed(self, shape: Iterable[Point], at: Point, size: float) -> list[Point]:
        """A silhouette moved from its unit square onto the canvas."""
        return [(at[0] + x * size, at[1] + y * size) for x, y in shape]

    def house(self) -> None:
        """A cottage with a lit window and a smoking chimney."""
        p, size, (x, y) = (
            self.palette,
            self.unit * (0.13 + 0.3 * self.view.radius),
            self.ground_at(),
        )
        smoke = []
        for n in range(6):
            puff = (x + size * (0.42 + 0.09 * n + 0.05 * math.sin(n)), y - size * (1.05 + 0.17 * n))
            smoke.append(_ellipse(puff, size * (0.05 + 0.025 * n), size * (0.05 + 0.02 * n)))
        self.fill(smoke, p.light, opacity=0.4, blur=size * 0.05)
        walls, chimney, roof, *panes = (self.placed(shape, (x, y), size) for shape in HOUSE)
        self.fill([walls], _mix(p.near, p.far, 0.15), p.near)
        self.fill([chimney, roof], p.near)
        self.fill(panes, (255, 222, 150), (255, 188, 96))
        self.glow((x, y - size * 0.16), size * 1.1, (255, 180, 90), 0.5)

    def pagoda(self) -> None:
        """A tower of curved roofs."""
        p, size = self.palette, self.unit * (0.36 + 0.5 * self.view.radius)
        at = self.ground_at()
        shapes, panes = [_points("-.012,-.84 0,-1.12 .012,-.84")], []
        for floor in range(5):
            wide, low = 0.30 - 0.04 * floor, -0.17 * floor
            shapes.append(_rectangle(-wide * 0.62, low - 0.12, wide * 0.62, low))
            shapes.append([(x * wide, low - 0.10 + y) for x, y in EAVE])
            panes += [
                _rectangle(x - 0.018, low - 0.075, x + 0.018, low - 0.025) for x in (-0.07, 0, 0.07)
            ]
        self.fill([self.placed(s, at, size) for s in shapes], p.near, _mix(p.near, p.far, 0.25))
        self.fill([self.placed(pane, at, size) for pane in panes], (255, 214, 140), opacity=0.85)

    def birds(self) -> None:
        """A loose flock in flight."""
        for _ in range(9):
            size = self.unit * self.rng.uniform(0.015, 0.04)
            x = self.width * (self.view.subject + self.rng.gauss(0, 0.14))
            y = self.height * (0.26 + self.rng.gauss(0, 0.08))
            lift = self.rng.uniform(0.25, 0.6)
            over = _spline(
                [(-1, -lift), (-0.5, -lift * 0.9), (0, 0), (0.5, -lift * 0.9), (1, -lift)]
            )
            under = [(a * 0.97, b + 0.16 * (1 - abs(a))) for a, b in reversed(over)]
            self.fill(
                [[(x + a * size, y + b * size) for a, b in (*over, *under)]], self.palette.near
            )

    def cat(self) -> None:
        """A cat that sits with its back to us and watches the light."""
        p, size = self.palette, self.unit * (0.40 + 0.45 * self.view.radius)
        x, y = self.width * self.view.subject, self.height * 0.965
        mound = [y - size * 0.02 + v for v in _waves(self.rng, self.height * 0.02, 60)]
        self.band(mound, _mix(p.near, p.far, 0.1), p.near)
        half = CAT[0]
        body = self.placed(_spline([*((-a, b) for a, b in reversed(half)), *half]), (x, y), size)
        tail = self.placed(_spline(CAT[1]), (x, y), size)
        self.fill([[(a + size * 0.008, b - size * 0.008) for a, b in body]], p.light, opacity=0.7)
        dark = _mix(p.near, (0, 0, 0), 0.35)
        stroke = [_ellipse(at, size * 0.045, size * 0.045, 20) for at in tail]
        self.fill([body, *stroke], _mix(dark, p.far, 0.12), dark)
        self.grass(34, y + size * 0.05)

    def grass(self, count: int, level: float) -> None:
        """Blades along the bottom edge."""
        blades = []
        for _ in range(count):
            x, high = self.rng.uniform(0, self.width), self.unit * self.rng.uniform(0.04, 0.12)
            lean = high * self.rng.uniform(-0.4, 0.4)
            blades.append(_blade((x, max(level, self.height)), high * 1.4, lean, self.unit * 0.006))
        self.fill(blades, _mix(self.palette.near, (0, 0, 0), 0.3))

    def flowers(self, *, large: bool) -> None:
        """A bed of flowers; large fills the picture and throws the background out of focus."""
        rng, p = self.rng, self.palette
        if large:
            self.image = self.image.filter(ImageFilter.BoxBlur(self.unit / 60))
            self.bokeh(26)
        count, spread = (9, 0.5) if large else (16, 0.14)
        for number in range(count):
            depth = (number + 1) / count
            size = self.unit * (0.05 + 0.11 * depth) * (1.0 if large else 0.42)
            x = self.width * ((number * 0.618 + self.view.subject) % 1.0)
            y = self.height * (0.9 - spread * rng.random() - 0.1 * depth)
            foot, long = (x - size * 0.4, self.height + 4), self.height + 4 - y
            stem = _blade(foot, long, size * 0.4, size * 0.06)
            leaf = self.placed(_spline(LEAF), (x, y), size)
            self.fill([stem, leaf], _mix(p.far, p.near, 0.3), _mix(p.far, p.near, 0.8))
            self.blossom((x, y), size, depth)

    def blossom(self, at: Point, size: float, depth: float) -> None:
        """One flower head of two rings of petals."""
        rng, p = self.rng, self.palette
        main = rng.choice((p.light, p.horizon, _mix(p.middle, p.light, 0.35), _vivid(p.middle)))
        petals, turn, tilt = rng.choice((5, 6, 8)), rng.random(), rng.uniform(0.7, 1.0)
        for ring, reach in enumerate((size, size * 0.66)):
            tone = _mix(_mix(main, p.near, 0.3 * (1 - depth)), p.light, 0.35 * ring)
            bright, dim = _mix(tone, (255, 255, 255), 0.12), _mix(tone, p.near, 0.28)
            for n in range(petals):
                angle = (n + turn + ring * 0.5) * math.tau / petals
                petal = [(x, y * tilt) for x, y in _turned(PETAL, angle, (0, 0))]
                self.fill([self.placed(petal, at, reach)], bright, dim, opacity=0.94)
        self.fill([_ellipse(at, size * 0.2, size * 0.2 * tilt)], (250, 205, 96), (196, 122, 40))

    def bokeh(self, count: int) -> None:
        """Soft discs of light out of focus."""
        for _ in range(count):
            at = (self.rng.uniform(0, self.width), self.rng.uniform(0, self.height))
            size = self.unit * self.rng.uniform(0.012, 0.05)
            self.fill(
                [_ellipse(at, size, size)],
                self.palette.light,
                opacity=self.rng.uniform(0.08, 0.3),
                blur=size * 0.1,
            )

    def portrait(self, motifs: frozenset[str]) -> None:
        """A double exposure: a profile against a bright ground, with a scene inside it."""
        p, size = self.palette, self.unit * (0.86 + 0.1 * self.view.radius)
        inner = Painter(Image.new("RGB", self.image.size), p, VIEWS[2], self.rng)
        inner.landscape(motifs - {"portrait", "cat"} or frozenset({"forest", "mountain", "birds"}))
        pale = _mix(p.light, (255, 255, 255), 0.35)
        self.image.paste(_gradient(self.image.size, (_mix(p.horizon, pale, 0.5), pale)), (0, 0))
        x, y = self.width * (0.4 + 0.2 * self.view.subject), self.height * 1.01
        ring = (x + size * 0.02, y - size * 0.62)
        self.disc(
            ring,
            size * (0.36 + 0.5 * self.view.radius),
            _mix(p.middle, p.horizon, 0.3),
            _mix(p.horizon, pale, 0.2),
        )
        self.clouds(0.4)
        mask = Image.new("L", (self.width * 2, self.height * 2))
        pen = ImageDraw.Draw(mask)
        for outline in (PROFILE, self.rng.choice(HAIR)):
            shape = _spline(outline)
            pen.polygon([((x + a * size) * 2, (y + b * size) * 2) for a, b in shape], fill=255)
        mask = mask.reduce(2)
        shade = _gradient(self.image.size, (p.middle, p.near, p.near))
        inside = Image.blend(inner.image, shade, 0.38)
        self.image.paste(inside, (0, 0), mask)
        self.motes(30)

    def motes(self, count: int) -> None:
        """Drifting specks of light."""
        for _ in range(count):
            at = (self.rng.uniform(0, self.width), self.rng.uniform(0, self.height))
            self.glow(at, self.unit * self.rng.uniform(0.006, 0.022), self.palette.light, 0.7)

    def snow(self) -> None:
        """Falling flakes, the near ones out of focus."""
        for count, size, blur in ((260, 0.0022, 0.0), (70, 0.005, 0.6), (16, 0.013, 3.0)):
            flakes = []
            for _ in range(count):
                r = self.unit * size * self.rng.uniform(0.6, 1.4)
                flakes.append(
                    _ellipse(
                        (self.rng.uniform(0, self.width), self.rng.uniform(0, self.height)),
                        r,
                        r,
                        10,
                    )
                )
            self.fill(flakes, (255, 255, 255), opacity=0.85 if blur < 1 else 0.5, blur=blur)

    def rain(self) -> None:
        """Slanting streaks."""
        pen = ImageDraw.Draw(self.image, "RGBA")
        for _ in range(240):
            x, y = (
                self.rng.uniform(-0.1, 1.05) * self.width,
                self.rng.uniform(-0.1, 1) * self.height,
            )
            long = self.unit * self.rng.uniform(0.03, 0.08)
            tone = (*_mix(self.palette.light, (255, 255, 255), 0.4), self.rng.randint(30, 95))
            pen.line((x, y, x + long * 0.22, y + long), tone, width=1 + (self.unit > 900))

    def abstract(self, index: int) -> None:
        """Layered gradients under flowing ribbons or nested, paper-cut contours."""
        p, rng = self.palette, self.rng
        corners = [p.top, p.middle, p.horizon, _vivid(p.middle)]
        rng.shuffle(corners)
        small = Image.new("RGB", (3, 3), p.middle)
        for number, colour in enumerate((*corners, p.light)):
            small.putpixel((number * 2 % 3, number * 2 // 3), colour)
        self.image = small.resize(self.image.size, Image.Resampling.BICUBIC)
        if index % 2:
            self.contours()
        else:
            self.disc(self.light, self.radius * 1.6 + self.unit * 0.06, p.light, p.horizon)
            self.glow(self.light, self.unit * 0.6, p.light, 0.5)
            self.ribbons(9 if index % 4 else 6, -0.3 if index % 4 else 0.45)
        for _ in range(5):
            at = (rng.uniform(0.1, 0.9) * self.width, rng.uniform(0.1, 0.9) * self.height)
            self.disc(
                at, self.unit * rng.uniform(0.012, 0.05), p.light, _mix(p.horizon, p.middle, 0.4)
            )
        self.motes(20)

    def ribbons(self, count: int, slope: float) -> None:
        """Flowing bands across the canvas, from bright to dark."""
        p = self.palette
        for number in range(count):
            part = number / (count - 1)
            tone = _mix(_mix(p.horizon, _vivid(p.middle), part), p.near, part**2 * 0.75)
            self.ribbon(part, slope, tone)

    def contours(self) -> None:
        """Wavy rings inside one another around a light, like a cave of cut paper."""
        p, rng = self.palette, self.rng
        stops = (p.near, p.top, p.middle, p.horizon, p.light)
        tones = [t for a, b in pairwise(stops) for t in (a, _mix(a, b, 0.5))] + [p.light]
        self.image = Image.blend(self.image, Image.new("RGB", self.image.size, p.near), 0.75)
        waves = [(f, rng.uniform(0, math.tau), rng.uniform(0.05, 0.11)) for f in (2, 3, 5)]
        for number, tone in enumerate(tones):
            reach, drift = 1.0 - number / 9.6, number * rng.uniform(0.05, 0.16)
            outline = []
            for n in range(120):
                t = n * math.tau / 120
                far = reach * (1 + sum(a * math.sin(f * t + q + drift * f) for f, q, a in waves))
                x = self.light[0] + far * 0.72 * self.width * math.cos(t)
                outline.append((x, self.light[1] + far * 0.78 * self.height * math.sin(t)))
            edge = self.unit * 0.02
            self.fill([outline], p.near, opacity=0.5, blur=edge)
            self.fill([outline], _mix(tone, p.light, 0.1), _mix(tone, p.near, 0.12))

    def ribbon(self, part: float, slope: float, tone: Colour) -> None:
        """One flowing band across the canvas, lit along its upper edge."""
        waves = _waves(self.rng, self.height * 0.09, 80)
        base = self.height * (0.28 + 0.72 * part)
        upper = []
        for n, wave in enumerate(waves):
            x = n / (len(waves) - 1)
            upper.append((x * self.width, base + wave + slope * (x - 0.5) * self.height * 0.6))
        deep = self.height * self.rng.uniform(0.2, 0.5)
        lower = [(x, y + deep) for x, y in reversed(upper)]
        shadow = [(x, y - self.unit * 0.012) for x, y in upper] + lower
        self.fill([shadow], self.palette.near, opacity=0.28, blur=self.unit * 0.018)
        self.fill([upper + lower], _mix(tone, self.palette.light, 0.28), tone, opacity=0.92)


def _gradient(size: tuple[int, int], stops: Sequence[Colour]) -> Image.Image:
    column = Image.new("RGB", (1, len(stops)))
    for y, colour in enumerate(stops):
        column.putpixel((0, y), colour)
    # The box starts and ends in the middle of a stop, where its colour is pure.
    box = (0, 0.5, 1, len(stops) - 0.5)
    return column.resize(size, Image.Resampling.BILINEAR, box)


@lru_cache(maxsize=1)
def _halo() -> Image.Image:
    return ImageOps.invert(Image.radial_gradient("L")).point(
        _curve(lambda v: max(0.0, (v - 0.294) / 0.706) ** 2.2)
    )


def _curve(shape: Callable[[float], float]) -> list[int]:
    return [round(min(1.0, max(0.0, shape(v / 255))) * 255) for v in range(256)]


def _noise(rng: Random, size: tuple[int, int], cells: tuple[int, int], octaves: int) -> Image.Image:
    # A third of the size is plenty for something soft, and nine times as quick.
    small = (max(1, size[0] // 3), max(1, size[1] // 3))
    field = Image.new("L", small, 128)
    for octave in range(octaves):
        box = (cells[0] * 2**octave, cells[1] * 2**octave)
        layer = Image.frombytes("L", box, rng.randbytes(box[0] * box[1]))
        layer = layer.resize(small, Image.Resampling.BICUBIC)
        field = layer if octave == 0 else Image.blend(field, layer, 0.5 / (octave + 0.6))
    return field.resize(size, Image.Resampling.BILINEAR)


def _ridge(rng: Random, rough: float) -> list[float]:
    """Heights 0..1 by midpoint displacement."""
    points = [rng.random(), rng.random()]
    swing = 0.55
    for _ in range(8):
        middles = [(a + b) / 2 + rng.uniform(-swing, swing) for a, b in pairwise(points)]
        points = [p for pair in zip(points, middles, strict=False) for p in pair] + [points[-1]]
        swing *= rough * 0.85
    low, high = min(points), max(points)
    return [(v - low) / (high - low or 1) for v in points]


def _waves(rng: Random, reach: float, count: int) -> list[float]:
    parts = [
        (rng.uniform(0.6, 1.4) * f, rng.uniform(0, math.tau), reach / f**0.8) for f in (1, 2, 3.7)
    ]
    return [
        sum(a * math.sin(n / count * f * math.tau * 0.8 + phase) for f, phase, a in parts)
        for n in range(count + 1)
    ]


def _snowcap(rng: Random, ridge: Sequence[float], n: int, step: float, drop: float) -> list[Point]:
    """The part of a peak above a ragged line `drop` pixels below its top."""
    level = ridge[n] + drop
    left, right = n, n
    while left > 0 and ridge[left] < level and n - left < 20:
        left -= 1
    while right < len(ridge) - 1 and ridge[right] < level and right - n < 20:
        right += 1
    crest = [(k * step, ridge[k]) for k in range(left, right + 1)]
    ragged = [
        (k * step, ridge[k] + (level - ridge[k]) * rng.uniform(0.25, 0.75))
        for k in range(right - 1, left, -1)
    ]
    return crest + ragged


def _spline(points: Sequence[Point], steps: int = 8) -> list[Point]:
    """A Catmull-Rom curve through the points; a point given twice makes a corner."""
    last, curve = len(points) - 1, []
    for n in range(last):
        a, b, c, d = (points[min(max(n + k, 0), last)] for k in (-1, 0, 1, 2))
        for t in (step / steps for step in range(steps)):
            curve.append((_between(a[0], b[0], c[0], d[0], t), _between(a[1], b[1], c[1], d[1], t)))
    return [*curve, points[-1]]


def _rectangle(left: float, top: float, right: float, bottom: float) -> list[Point]:
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def _between(a: float, b: float, c: float, d: float, t: float) -> float:
    return 0.5 * (
        2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3
    )


def _ellipse(at: Point, wide: float, high: float, count: int = 48) -> list[Point]:
    turns = [n * math.tau / count for n in range(count)]
    return [(at[0] + wide * math.cos(t), at[1] + high * math.sin(t)) for t in turns]


def _ring(wide: float, high: float, turn: float) -> list[Point]:
    """A flat ring seen from the side, or the near half of it for a turn of pi."""
    angles = [turn * n / 72 for n in range(73)]
    outside = [(wide * math.cos(t), high * math.sin(t)) for t in angles]
    inside = [(x * 0.72, y * 0.72) for x, y in reversed(outside)]
    return outside + inside


def _arc(at: Point, radius: float, bend: float) -> list[Point]:
    turns = [math.pi * (n / 40) - math.pi * 0.2 for n in range(41)]
    outer = [(radius * math.cos(t), radius * math.sin(t)) for t in turns]
    a, b = outer[0], outer[-1]
    inner = [
        (
            x * bend + (1 - bend) * (a[0] + (b[0] - a[0]) * n / 40),
            y * bend + (1 - bend) * (a[1] + (b[1] - a[1]) * n / 40),
        )
        for n, (x, y) in enumerate(outer)
    ]
    return [(at[0] + x, at[1] + y) for x, y in (*outer, *reversed(inner))]


def _turned(shape: Iterable[Point], angle: float, at: Point) -> list[Point]:
    cos, sin = math.cos(angle), math.sin(angle)
    return [(at[0] + x * cos - y * sin, at[1] + x * sin + y * cos) for x, y in shape]


def _blade(foot: Point, high: float, lean: float, wide: float) -> list[Point]:
    left = [
        (foot[0] - wide * (1 - t * 0.6) + lean * t * t, foot[1] - high * t)
        for t in (0, 0.25, 0.5, 0.75, 1)
    ]
    right = [
        (foot[0] + wide * (1 - t * 0.6) + lean * t * t, foot[1] - high * t)
        for t in (1, 0.75, 0.5, 0.25, 0)
    ]
    return left + right


def _conifer(rng: Random, foot: Point, high: float) -> list[Point]:
    tiers, half = 7, high * rng.uniform(0.16, 0.22)
    right = []
    for tier in range(tiers):
        part = (tier + 1) / tiers
        wide, y = half * part * rng.uniform(0.85, 1.1), high * (0.93 * part - 1)
        right += [(wide, y + high * 0.02), (wide * 0.5, y)]
    right += [(half * 0.12, high * -0.06), (half * 0.12, 0.0)]
    left = [(-x * rng.uniform(0.88, 1.08), y) for x, y in reversed(right)]
    return [(foot[0] + x, foot[1] + y) for x, y in ((0.0, -high), *right, *left)]


def _vivid(colour: Colour) -> Colour:
    grey = sum(colour) / 3
    r, g, b = (min(255, max(0, round(grey + (c - grey) * 1.25 + 12))) for c in colour)
    return r, g, b


def _turned_hue(colour: Colour, part: float) -> Colour:
    hue, saturation, value = rgb_to_hsv(*(c / 255 for c in colour))
    r, g, b = (round(c * 255) for c in hsv_to_rgb((hue + part) % 1, saturation, value))
    return r, g, b


def _tilted(image: Image.Image, warmth: float) -> Image.Image:
    gains = (1 + warmth, 1.0, 1 - warmth)
    return image.point([min(255, round(v * gain)) for gain in gains for v in range(256)])


def _soft(image: Image.Image, part: float) -> Image.Image:
    return image.filter(ImageFilter.BoxBlur(max(image.size) * part))


def _tinted(image: Image.Image, palette: Palette) -> Image.Image:
    """The picture's light and shade in another palette."""
    ramp = _gradient((1, 256), sorted(palette, key=sum))
    table = [_pixel(ramp, (0, level))[n] for n in range(3) for level in range(256)]
    grey = ImageOps.autocontrast(image.convert("L"), cutoff=0.5)
    return Image.merge("RGB", (grey, grey, grey)).point(table)


def _matched(image: Image.Image, reference: Image.Image) -> Image.Image:
    """The picture with each channel's mean and spread moved to the reference's."""
    mine, theirs = ImageStat.Stat(image), ImageStat.Stat(reference)
    table: list[int] = []
    for n in range(3):
        spread = min(max((theirs.stddev[n] + 8) / (mine.stddev[n] + 8), 0.5), 1.8)
        table += [
            min(255, max(0, round((level - mine.mean[n]) * spread + theirs.mean[n])))
            for level in range(256)
        ]
    return image.point(table)


def _rippled(image: Image.Image, rng: Random) -> Image.Image:
    """Rows pushed sideways, more and more towards the viewer."""
    out, phase = image.copy(), rng.uniform(0, math.tau)
    for y in range(image.height):
        part = y / image.height
        wave = math.sin(phase + 60 * math.log(1 + 4 * part)) + 0.5 * math.sin(y * 0.9)
        shift = round(wave * (0.5 + part * image.width / 120))
        row = image.crop((0, y, image.width, y + 1))
        out.paste(ImageChops.offset(row, shift, 0) if shift else row, (0, y))
    return out


def _moved_in(image: Image.Image, rng: Random) -> Image.Image:
    """A slightly closer look at a slightly different place."""
    width, height = image.size
    part = rng.uniform(0.88, 0.95)
    left, top = width * (1 - part) * rng.random(), height * (1 - part) * rng.random()
    box = (left, top, left + width * part, top + height * part)
    return image.resize(image.size, Image.Resampling.BICUBIC, box)


def _wobble(image: Image.Image, rng: Random, *, reach: float) -> Image.Image:
    """A gentle rubber-sheet warp that leaves the border in place."""
    width, height, cells = image.width, image.height, 5
    grid = {
        (i, j): (
            i * width / cells + (rng.uniform(-1, 1) * width * reach if 0 < i < cells else 0),
            j * height / cells + (rng.uniform(-1, 1) * height * reach if 0 < j < cells else 0),
        )
        for i in range(cells + 1)
        for j in range(cells + 1)
    }
    mesh = []
    for i in range(cells):
        for j in range(cells):
            box = (
                i * width // cells,
                j * height // cells,
                (i + 1) * width // cells,
                (j + 1) * height // cells,
            )
            corners = (grid[i, j], grid[i, j + 1], grid[i + 1, j + 1], grid[i + 1, j])
            mesh.append((box, tuple(v for corner in corners for v in corner)))
    return image.transform(image.size, Image.Transform.MESH, mesh, Image.Resampling.BICUBIC)


def _grained(image: Image.Image, rng: Random, reach: int, *, scale: int = 1) -> Image.Image:
    """Film grain: hides the banding of gradients."""
    box = (max(1, image.width // scale), max(1, image.height // scale))
    noise = Image.frombytes("L", box, rng.randbytes(box[0] * box[1]))
    noise = noise.point([128 + round((level - 127.5) / 127.5 * reach) for level in range(256)])
    if scale > 1:
        noise = noise.resize(image.size, Image.Resampling.BICUBIC)
    return ImageChops.add(image, Image.merge("RGB", (noise, noise, noise)), 1, -128)


def _extended(
    source: Image.Image, margins: Sequence[int], rng: Random, note: Reading | None = None
) -> Image.Image:
    """The picture inside margins (left, top, right, bottom) that continue its edges."""
    left, top, right, bottom = margins
    reading = note or _recall(source)
    # A head would be mirrored into a second one; plain ground goes on for ever.
    beside, below = (0.03, 0.015) if "portrait" in reading.motifs else (0.22, 0.2)
    width, height = source.width + left + right, source.height + top + bottom
    wide = Image.new("RGB", (width, source.height))
    wide.paste(source, (left, 0))
    if right:
        wide.paste(_continued(source, right, beside), (left + source.width, 0))
    if left:
        wide.paste(ImageOps.mirror(_continued(ImageOps.mirror(source), left, beside)), (0, 0))
    image = Image.new("RGB", (width, height))
    image.paste(wide, (0, top))
    turned = wide.transpose(Image.Transpose.ROTATE_90)
    if bottom:
        strip = _continued(turned, bottom, below).transpose(Image.Transpose.ROTATE_270)
        wet = reading.motifs & {"sea", "city"}
        image.paste(_rippled(strip, rng) if wet else strip, (0, top + source.height))
    if top:
        strip = ImageOps.mirror(_continued(ImageOps.mirror(turned), top, 0.035))
        image.paste(strip.transpose(Image.Transpose.ROTATE_270), (0, 0))
    painter = Painter(image.copy(), _palette_of(source), VIEWS[0], rng)
    painter.clouds(0.4)
    painter.motes(16)
    if reading.motifs - {"portrait"}:
        painter.birds()
    inner = (left, top, left + source.width, top + source.height)
    image.paste(_faded(painter.image, image, inner))
    image.paste(source, (left, top))
    return _noted(image, reading)


def _continued(source: Image.Image, more: int, share: float) -> Image.Image:
    """A strip `more` pixels wide that carries on from the right edge, softer as it goes."""
    # A narrow slice, stretched: a whole mirror image would show its subject a second time.
    share = min(1.0, max(share, more / source.width / 2.2 if share >= 0.2 else share))
    taken = max(1, min(round(source.width * share), more))
    edge = source.crop((source.width - taken, 0, source.width, source.height))
    strip = ImageOps.mirror(edge).resize((more, source.height), Image.Resampling.BICUBIC)
    far = Image.linear_gradient("L").transpose(Image.Transpose.ROTATE_90)
    soft = strip.filter(ImageFilter.BoxBlur(max(1, source.height / 200 * more / taken)))
    return Image.composite(soft, strip, far.resize(strip.size))


def _faded(new: Image.Image, old: Image.Image, inner: tuple[int, int, int, int]) -> Image.Image:
    """`new` away from a box, `old` near it, so that nothing is cut off at the seam."""
    away = Image.new("L", new.size, 255)
    away.paste(0, inner)
    reach = max(new.size) / 60
    away = away.filter(ImageFilter.BoxBlur(reach)).point(_curve(lambda v: v * 2 - 1))
    return Image.composite(new, old, away)


def _styled(image: Image.Image, style: str, rng: Random) -> Image.Image:
    painters: dict[str, Callable[[Image.Image, Random], Image.Image]] = {
        "ink": _ink,
        "pixel": _pixels,
        "watercolour": _watercolour,
        "neon": _neon,
        "line": _line,
    }
    if style not in painters or min(image.size) < SHORTEST_SIDE:
        return image
    return painters[style](image, rng)


def _paper(size: tuple[int, int], rng: Random, tone: Colour) -> Image.Image:
    fibre = _noise(rng, size, (60, 60), octaves=3)
    fibre = fibre.point([round(236 + level * 19 / 255) for level in range(256)])
    return ImageChops.multiply(
        Image.new("RGB", size, tone), Image.merge("RGB", (fibre, fibre, fibre))
    )


def _edges(image: Image.Image) -> Image.Image:
    """Where colours change, bright on black; the frame, which the filter leaves raw, is cleared."""
    red, green, blue = image.filter(ImageFilter.FIND_EDGES).split()
    found = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    inside = found.crop((2, 2, found.width - 2, found.height - 2))
    return ImageOps.expand(inside, border=2, fill=0)


def _ink(image: Image.Image, rng: Random) -> Image.Image:
    """Washes of ink on rice paper, with a red seal."""
    size, unit = image.size, min(image.size)
    grey = ImageOps.autocontrast(image.convert("L"), cutoff=1)
    wash = _wobble(grey.convert("RGB"), rng, reach=0.008).convert("L")
    wash = Image.blend(wash, wash.filter(ImageFilter.GaussianBlur(unit / 90)), 0.6)
    cloud = _noise(rng, size, (5, 5), octaves=3).point([224 + level // 8 for level in range(256)])
    wash = ImageChops.multiply(wash.point(_curve(lambda v: min(1, v * 1.25 + 0.06))), cloud)
    edges = ImageOps.invert(_edges(image).filter(ImageFilter.BoxBlur(1)))
    wash = ImageChops.multiply(wash, edges.point(_curve(lambda v: v**2.2)))
    ink = ImageOps.colorize(wash, (22, 24, 30), (255, 255, 255), mid=(120, 124, 128))
    # What is truly coloured stays so: the red sun of an otherwise grey painting.
    strong = image.convert("HSV").getchannel("S").point(_curve(lambda v: v * 4 - 1.8))
    ink = Image.composite(Image.blend(ink, image, 0.85), ink, strong)
    ink = ImageChops.multiply(ink, _paper(size, rng, (252, 246, 232)))
    side, x, y = unit // 22, round(size[0] * 0.93), round(size[1] * 0.9)
    pen = ImageDraw.Draw(ink)
    pen.rounded_rectangle((x - side, y - side, x, y), side // 6, (178, 42, 32))
    for part in (0.3, 0.55):
        pen.line(
            (x - side * 0.8, y - side * part, x - side * 0.2, y - side * part), (247, 232, 214), 2
        )
    pen.line((x - side * 0.5, y - side * 0.85, x - side * 0.5, y - side * 0.15), (247, 232, 214), 2)
    return ink


def _pixels(image: Image.Image, rng: Random) -> Image.Image:
    """Large pixels in a small ordered palette."""
    cell = max(2, max(image.size) // 128)
    box = (max(1, image.width // cell), max(1, image.height // cell))
    small = ImageEnhance.Color(
        ImageOps.autocontrast(image, cutoff=1, preserve_tone=True).resize(box, Image.Resampling.BOX)
    ).enhance(1.25)
    small = small.quantize(28, dither=Image.Dither.NONE).convert("RGB")
    return small.resize(image.size, Image.Resampling.NEAREST)


def _watercolour(image: Image.Image, rng: Random) -> Image.Image:
    """Pigment that pools at the edges, on paper that shows at the border."""
    size, unit = image.size, min(image.size)
    half = image.resize((size[0] // 2, size[1] // 2), Image.Resampling.BOX)
    flat = _wobble(half.filter(ImageFilter.MedianFilter(5)), rng, reach=0.012)
    edges = _edges(flat).filter(ImageFilter.BoxBlur(1))
    edges = edges.point(_curve(lambda v: 1 - min(0.35, v * 1.2)))
    flat = ImageChops.multiply(flat, Image.merge("RGB", (edges, edges, edges))).resize(size)
    flat = ImageEnhance.Color(ImageEnhance.Brightness(flat).enhance(1.12)).enhance(1.15)
    pools = _noise(rng, size, (6, 6), octaves=4).point([90 + level // 3 for level in range(256)])
    flat = ImageChops.soft_light(flat, Image.merge("RGB", (pools, pools, pools)))
    wet = Image.new("L", size)
    rim = unit // 22
    ImageDraw.Draw(wet).rectangle((rim, rim, size[0] - rim, size[1] - rim), fill=255)
    wet = ImageChops.add(
        wet.filter(ImageFilter.BoxBlur(rim * 0.8)), _noise(rng, size, (14, 14), 3), 1, -128
    )
    wet = wet.point(_curve(lambda v: (v - 0.42) * 9))
    paper = _paper(size, rng, (252, 249, 241))
    return ImageChops.multiply(Image.composite(flat, Image.new("RGB", size, "white"), wet), paper)


def _neon(image: Image.Image, rng: Random) -> Image.Image:
    """Glowing contours over a dark, saturated picture."""
    size = image.size
    dark = ImageEnhance.Color(ImageEnhance.Brightness(image).enhance(0.62)).enhance(1.5)
    edges = _edges(image.filter(ImageFilter.BoxBlur(0.7)))
    edges = edges.filter(ImageFilter.MaxFilter(3)).point(_curve(lambda v: (v - 0.05) * 3))
    tubes = ImageChops.multiply(
        Image.merge("RGB", (edges, edges, edges)),
        _gradient(size, ((255, 60, 190), (150, 90, 255), (50, 235, 255))),
    )
    halo = (
        _soft(tubes.reduce(2), 0.012).resize(size).point([min(255, v * 2) for v in range(256)] * 3)
    )
    return ImageChops.screen(ImageChops.screen(dark, halo), tubes)


def _line(image: Image.Image, rng: Random) -> Image.Image:
    """A pen drawing with hatched shade."""
    size = image.size
    calm = image.filter(ImageFilter.GaussianBlur(1))
    edges = _edges(calm).filter(ImageFilter.MaxFilter(3)).filter(ImageFilter.SMOOTH)
    lines = edges.point(_curve(lambda v: 1 - (v - 0.035) * 9))
    hatch = Image.new("L", size, 255)
    pen, gap = ImageDraw.Draw(hatch), max(5, min(size) // 90)
    for start in range(-size[1], size[0], gap):
        pen.line((start, size[1], start + size[1], 0), fill=120, width=1)
    dark = ImageOps.autocontrast(calm.convert("L")).point(_curve(lambda v: (v - 0.2) * 5))
    drawn = ImageChops.multiply(lines, ImageChops.lighter(hatch, dark))
    ink = ImageOps.colorize(drawn, (34, 38, 58), (255, 255, 255))
    return ImageChops.multiply(ink, _paper(size, rng, (250, 247, 238)))
