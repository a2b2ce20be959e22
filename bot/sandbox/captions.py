"""Says in words what a picture shows: its motifs, colours and light."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from PIL import Image, ImageChops, ImageStat

from bot.sandbox import art
from bot.sandbox.colours import Colour
from bot.sandbox.masks import flat
from bot.sandbox.subjects import subject

_LONGEST_TITLE = 60


class _Words(NamedTuple):
    """The same in English and in Chinese."""

    en: str
    zh: str


_COLOURS: Mapping[_Words, Colour] = {
    _Words("black", "黑色"): (18, 18, 20),
    _Words("dark grey", "深灰色"): (70, 72, 76),
    _Words("grey", "灰色"): (140, 140, 142),
    _Words("silver", "银灰色"): (196, 198, 202),
    _Words("white", "白色"): (248, 248, 246),
    _Words("cream", "米色"): (246, 236, 206),
    _Words("red", "红色"): (200, 36, 40),
    _Words("dark red", "深红色"): (110, 18, 28),
    _Words("pink", "粉色"): (242, 160, 182),
    _Words("orange", "橙色"): (240, 136, 46),
    _Words("tan", "浅棕色"): (212, 164, 124),
    _Words("brown", "棕色"): (122, 78, 48),
    _Words("golden yellow", "金黄色"): (242, 200, 72),
    _Words("green", "绿色"): (64, 150, 72),
    _Words("dark green", "墨绿色"): (20, 66, 44),
    _Words("mint green", "薄荷绿"): (160, 220, 188),
    _Words("turquoise", "青绿色"): (64, 184, 190),
    _Words("sky blue", "天蓝色"): (128, 186, 232),
    _Words("blue", "蓝色"): (58, 104, 196),
    _Words("navy blue", "藏蓝色"): (20, 28, 72),
    _Words("purple", "紫色"): (112, 60, 160),
    _Words("lavender", "淡紫色"): (196, 176, 228),
}
_MOTIFS = {
    "cat": _Words("a cat", "一只猫"),
    "boat": _Words("a sailing boat", "一艘帆船"),
    "city": _Words("a city skyline", "城市天际线"),
    "mountain": _Words("mountains", "群山"),
    "forest": _Words("a forest", "森林"),
    "sea": _Words("calm water", "平静的水面"),
    "birds": _Words("birds in flight", "飞鸟"),
    "sun": _Words("a glowing sun", "发光的太阳"),
    "moon": _Words("a full moon", "满月"),
    "stars": _Words("stars", "星空"),
    "snow": _Words("falling snow", "飘雪"),
    "rain": _Words("rain", "雨"),
}
_STYLES = {
    "ink": _Words("ink painting", "水墨画"),
    "pixel": _Words("pixel art", "像素画"),
    "watercolour": _Words("watercolor painting", "水彩画"),
    "neon": _Words("neon artwork", "霓虹风格插画"),
}
_LIGHTS = (
    (52, "dark, moody light"),
    (104, "subdued light"),
    (164, "even light"),
    (256, "bright, airy light"),
)


class _Look(NamedTuple):
    """What is seen in a picture at a glance."""

    kind: _Words
    what: Sequence[_Words]
    colours: Sequence[_Words]
    light: str
    place: str


def describe(source: Image.Image) -> str:
    """A sentence that can be drawn from again: motifs, colours, light and composition."""
    look = _look(source)
    what, colours = _listed(look.what), _listed(look.colours)
    kind = f"{_article(look.kind.en)} {look.kind.en}".capitalize()
    return f"{kind} of {what}, mainly in {colours}, with {look.light}, {look.place}"


def title(source: Image.Image, rule: str = "") -> str:
    """A title for goods with this picture; a rule may ask for Chinese, a length, or words in it.

    A rule written in Chinese gives a Chinese title.
    """
    look = _look(source)
    chinese = bool(re.search(r"[\u4e00-\u9fff]", rule)) and "英文" not in rule
    wanted = re.findall(r"[\"“「『]([^\"”」』]{1,30})[\"”」』]", rule)
    # A thing that is called by its colour needs that colour no second time.
    said = [each for each in look.colours if all(each.en not in what.en for what in look.what)][:2]
    if chinese:
        parts = [*wanted, *(each.zh for each in said)]
        parts += [*(each.zh for each in look.what), look.kind.zh, "高级感", "百搭新款"]
    else:
        parts = [*wanted, *(each.en.title() for each in said)]
        parts += [*(_bare(each.en).title() for each in look.what), look.kind.en.title()]
    return _joined(list(dict.fromkeys(parts)), "" if chinese else " ", _length(rule))


def _length(rule: str) -> int:
    """The most characters that a rule allows."""
    found = re.search(r"(\d{1,3})\s*(?:个|字|characters?|chars?|letters?)", rule, re.IGNORECASE)
    return max(1, int(found.group(1))) if found else _LONGEST_TITLE


def _joined(parts: Sequence[str], between: str, most: int) -> str:
    """As many of the parts, from the first, as so many characters hold."""
    while len(parts) > 1 and len(between.join(parts)) > most:
        parts = parts[:-1]
    return between.join(parts)[:most].rstrip()


def _look(source: Image.Image) -> _Look:
    image, known = flat(source), art.reading_of(source)
    small = image.resize((96, 96), Image.Resampling.BOX)
    bright = ImageStat.Stat(small.convert("L")).mean[0]
    light = next(words for level, words in _LIGHTS if bright < level)
    what = [words for name, words in _MOTIFS.items() if name in known.motifs]
    kind = _STYLES.get(known.style, _Words("illustration", "插画"))
    place = _place(image)
    if not what:
        kind = _Words("photograph", "照片") if _grained(image) else _Words("picture", "图片")
        what = [_subject(image)]
    return _Look(kind, what[:4], _colours(small), light, place)


def _colours(image: Image.Image) -> list[_Words]:
    """The names of the one to four colours that take up most."""
    few = image.quantize(12, dither=Image.Dither.NONE).convert("RGB")
    shares: dict[_Words, float] = {}
    for count, colour in few.getcolors(4096) or []:
        if isinstance(colour, tuple):
            name = min(_COLOURS, key=lambda each: _apart(_COLOURS[each], colour))
            # A strong colour is noticed where it is little.
            weight = count * (1 + (max(colour) - min(colour)) / 40)
            shares[name] = shares.get(name, 0) + weight
    ordered = sorted(shares, key=lambda each: -shares[each])
    least = sum(shares.values()) / 12
    return [name for name in ordered if shares[name] > least][:4] or ordered[:1]


def _named(colour: Sequence[float]) -> _Words:
    return min(_COLOURS, key=lambda each: _apart(_COLOURS[each], colour))


def _apart(one: Colour, other: Sequence[float]) -> float:
    """How unlike two colours look; hues count more than light and dark."""
    red, green, blue = (a - b for a, b in zip(one, other[:3], strict=True))
    light = 0.3 * red + 0.59 * green + 0.11 * blue
    return 0.5 * light**2 + 1.2 * ((red - light) ** 2 + 0.6 * (blue - light) ** 2)


def _grained(image: Image.Image) -> bool:
    """Whether a picture has the fine irregularity of a photograph."""
    if min(image.size) < 32:
        return False
    grey = image.convert("L")
    few = grey.resize((64, 64), Image.Resampling.BOX)
    moved = ImageChops.difference(grey, ImageChops.offset(grey, 1, 1))
    even = sum(moved.histogram()[:1]) / (grey.width * grey.height)
    return even < 0.5 and len(few.getcolors(4096) or []) > 40


def _subject(image: Image.Image) -> _Words:
    """Who or what may be in a photograph, as far as colours and places tell."""
    small = image.copy()
    small.thumbnail((128, 128))
    if min(small.size) < 32:
        return _Words("a plain surface", "纯色画面")
    shown = subject(small).point([0] * 128 + [255] * 128)
    if _has_face(small, shown):
        return _Words("a person, head and shoulders", "人物半身像")
    inside = ImageStat.Stat(small, shown).mean if shown.getbbox() else (0, 0, 0)
    tone = _named(inside)
    if ImageStat.Stat(small.convert("L")).stddev[0] < 12:
        return _Words(f"a plain {tone.en} surface", f"{tone.zh}纯色画面")
    return _Words(f"{_article(tone.en)} {tone.en} object", f"{tone.zh}物体")


def _has_face(image: Image.Image, shown: Image.Image) -> bool:
    """Whether the upper part of the subject has a patch of skin as large and tall as a face."""
    luma, blue, red = image.convert("YCbCr").split()
    skin = ImageChops.darker(
        blue.point([255 * (77 <= v <= 125) for v in range(256)]),
        red.point([255 * (137 <= v <= 175) for v in range(256)]),
    )
    skin = ImageChops.darker(skin, luma.point([255 * (60 <= v <= 240) for v in range(256)]))
    skin = ImageChops.darker(skin, shown)
    width, height = image.size
    upper = skin.crop((width // 5, 0, width - width // 5, height * 2 // 3))
    share = ImageStat.Stat(upper).mean[0] / 255
    below = ImageStat.Stat(skin.crop((0, height * 3 // 4, width, height))).mean[0] / 255
    return 0.08 < share < 0.7 and below < share / 2


def _place(image: Image.Image) -> str:
    """How a picture is composed."""
    if image.width > image.height * 1.25:
        return "wide composition"
    if image.height > image.width * 1.25:
        return "tall composition"
    return "centered composition"


def _listed(words: Sequence[_Words]) -> str:
    names = [each.en for each in words]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _article(word: str) -> str:
    return "an" if word[0] in "aeiou" else "a"


def _bare(words: str) -> str:
    """The words without an article, and without what comes after a comma."""
    return re.sub(r"^an? ", "", words).split(",")[0]
