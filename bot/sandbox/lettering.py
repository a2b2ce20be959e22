"""Pictures of a word whose letters are made of what a prompt describes."""

import re
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter, ImageOps

from bot.sandbox import art, materials
from bot.sandbox.canvas import VIEWS, Canvas
from bot.sandbox.colours import Palette, gradient, mix, mixed, vivid
from bot.sandbox.filters import curve, noise, soft
from bot.sandbox.fonts import Font, font_for
from bot.sandbox.keywords import named
from bot.sandbox.manners import rounded
from bot.sandbox.motifs import read
from bot.sandbox.stamps import names_in, stamp, tone_of
from bot.sandbox.surfaces import SURFACES, resurfaced
from bot.sandbox.takes import Take

_QUOTED = re.compile("[\"“”'‘’「」『』《》]([^\"“”'‘’「」『』《》]{1,24})[\"“”'‘’「」『』《》]")
_SAYING = re.compile(
    r"\b(?:word|words|text|letters?|lettering|says?|saying|reads?|reading|name|titled?|called)"
    r"\s*(?:of|is|:|=)?\s+(?!of\b|in\b|made\b|with\b|art\b)([A-Za-z0-9&!?-]{1,16})",
    re.IGNORECASE,
)
_CHINESE = re.compile(
    r"(?:文字|字母|艺术字|写着|内容|字样|单词)[是为:： ]*([\u4e00-\u9fff\w]{1,8})"
)
_CAPITALS = re.compile(r"\b[A-Z][A-Z0-9&!?]{1,15}\b")
_FILLER = re.compile(
    r"an?|the|of|in|on|with|and|made|art|words?|letters?|text|style|lettering|logo|typography"
    r"|font|design|from|by|for|to|is|please|paint|draw|create|make|me",
    re.IGNORECASE,
)
_MOST = 24


def word_of(prompt: str) -> str:
    """The word that a prompt wants to be written, its first long one if it does not say."""
    text = prompt.split(" --")[0].strip()
    for expression in (_QUOTED, _SAYING, _CHINESE, _CAPITALS):
        if found := expression.search(text):
            return str(found.group(expression.groups)).strip()[:_MOST]
    found_words: list[str] = re.findall(r"[^\W_]+", text)
    words = [word for word in found_words if not _FILLER.fullmatch(word)]
    if not words:
        return "Art"
    if len(text) <= 12 or len(words) == 1:
        return " ".join(words)[:_MOST] if text.isascii() else words[0][:8]
    return words[0][:16] if text.isascii() else words[0][:4]


def artword(prompt: str, take: Take) -> Image.Image:
    """The word of a prompt in letters filled with what the prompt describes; four designs."""
    word, rng = word_of(prompt), art.random_of("artword", prompt, take.seed, take.index)
    if min(take.size) < 32:
        return art.draw(prompt, seed=take.seed, index=take.index, size=take.size)
    letters = _letters(word, take.size, take.index)
    about = _about(prompt, word)
    palette = mixed(read(about), art.random_of("ground", about, take.seed))
    fill = _fill(about, take, palette, rng)
    design = (_printed, _blown, _glowing, _cut_out)[take.index % 4]
    return design(letters, fill, palette, about, rng)


def _about(prompt: str, word: str) -> str:
    """The prompt without the word itself, if anything is left."""
    rest = prompt.replace(word, " ")
    return rest if re.search(r"[^\W_]{2,}", rest) else prompt


def _letters(word: str, size: tuple[int, int], index: int) -> Image.Image:
    """The word, white on black, as large as fits ("L")."""
    pen = ImageDraw.Draw(Image.new("L", (1, 1)))

    def box(lines: str, font: Font) -> tuple[float, float, float, float]:
        return pen.multiline_textbbox((0, 0), lines, font, align="center", spacing=gap)

    best = (0, word)
    for lines in _broken(word):
        gap = 20
        left, top, right, bottom = box(lines, font_for(word, 100, index))
        part = min(size[0] * 0.88 / max(1, right - left), size[1] * 0.66 / max(1, bottom - top))
        best = max(best, (round(100 * part), lines))
    pixels, lines = max(8, best[0]), best[1]
    font, gap = font_for(word, pixels, index), pixels // 5
    left, top, right, bottom = box(lines, font)
    mask = Image.new("L", size)
    at = ((size[0] - right - left) / 2, (size[1] - bottom - top) / 2)
    ImageDraw.Draw(mask).multiline_text(at, lines, 255, font, align="center", spacing=gap)
    return mask


def _broken(word: str) -> list[str]:
    """The word in one line, and in as many as it has parts."""
    parts = word.split()
    if not word.isascii() and len(word) > 3:
        half = (len(word) + 1) // 2
        return [word, f"{word[:half]}\n{word[half:]}"]
    return [word, "\n".join(parts)] if len(parts) > 1 else [word]


def _fill(about: str, take: Take, palette: Palette, rng: Random) -> Image.Image:
    """What the letters are made of: the surface that is named, or things, or a scene."""
    if named(about, SURFACES):
        cloud = noise(rng, take.size, (5, 5), octaves=4).convert("RGB")
        ground = gradient(take.size, (palette.light, palette.middle, palette.far))
        return resurfaced(ImageChops.overlay(ground, cloud), about, rng, 0)
    names = names_in(about)
    if not names:
        scene = art.draw(about, seed=take.seed, index=take.index, size=take.size)
        return ImageEnhance.Color(ImageEnhance.Brightness(scene).enhance(1.2)).enhance(1.35)
    tone = tone_of(names[0], about)
    heap = gradient(take.size, (mix(tone, (255, 255, 255), 0.35), mix(tone, palette.near, 0.35)))
    unit = min(take.size)
    for number in range(90):
        name = names[number % len(names)]
        thing = stamp(name, round(unit * rng.uniform(0.08, 0.17)), tone_of(name, about), rng)
        thing = rounded(thing.rotate(rng.uniform(0, 360), expand=True))
        at = (rng.randrange(-40, take.size[0]), rng.randrange(-40, take.size[1]))
        heap.paste(thing, at, thing)
    return heap


def _printed(
    letters: Image.Image, fill: Image.Image, palette: Palette, about: str, rng: Random
) -> Image.Image:
    """Bevelled letters with a dark rim on a pale ground."""
    size, unit = letters.size, min(letters.size)
    pale = (mix(palette.light, (255, 255, 255), 0.6), mix(palette.horizon, (255, 255, 255), 0.35))
    ground = gradient(size, pale)
    wide = _wide(letters, unit // 90)
    cast = ImageChops.offset(wide, unit // 70, unit // 45).filter(ImageFilter.BoxBlur(unit / 70))
    ground.paste(mix(palette.near, (0, 0, 0), 0.3), (0, 0), cast.point(curve(lambda v: v * 0.5)))
    ground.paste(mix(palette.near, (20, 10, 30), 0.3), (0, 0), wide)
    return Image.composite(_bevelled(fill, letters, unit), ground, letters)


def _blown(
    letters: Image.Image, fill: Image.Image, palette: Palette, about: str, rng: Random
) -> Image.Image:
    """Letters like balloons before a blurred scene."""
    size, unit = letters.size, min(letters.size)
    far = soft(ImageOps.mirror(fill), 0.04)
    ground = Image.blend(far, gradient(size, (palette.top, palette.horizon)), 0.45)
    body = fill.copy()
    body.putalpha(letters)
    depth = ground
    for step in range(unit // 26, 0, -1):
        layer = ImageChops.offset(letters, step, step)
        depth.paste(mix(palette.near, palette.far, step * 26 / unit / 2), (0, 0), layer)
    depth.paste(rounded(body), (0, 0), letters)
    return depth


def _glowing(
    letters: Image.Image, fill: Image.Image, palette: Palette, about: str, rng: Random
) -> Image.Image:
    """Letters that shine in a dark place."""
    unit = min(letters.size)
    dark = ImageEnhance.Brightness(soft(fill, 0.02)).enhance(0.22)
    canvas = Canvas(dark, palette, VIEWS[0], rng)
    tone = vivid(mix(palette.light, palette.middle, 0.5))
    rim = ImageChops.subtract(_wide(letters, unit // 120), letters)
    for reach, part in ((unit / 14, 3.2), (unit / 40, 2.6), (unit / 150, 2.0)):
        halo = rim.filter(ImageFilter.GaussianBlur(reach))
        halo = halo.point([min(255, round(v * part)) for v in range(256)])
        light = [halo.point([round(v * c / 255) for v in range(256)]) for c in tone]
        canvas.image = ImageChops.screen(canvas.image, Image.merge("RGB", light))
    bright = ImageEnhance.Brightness(fill).enhance(1.15)
    canvas.image.paste(bright, (0, 0), letters)
    canvas.image.paste(mix(tone, (255, 255, 255), 0.75), (0, 0), rim)
    return canvas.image


def _cut_out(
    letters: Image.Image, fill: Image.Image, palette: Palette, about: str, rng: Random
) -> Image.Image:
    """Letters with a thick white rim among the things of the prompt."""
    size, unit = letters.size, min(letters.size)
    ground = Image.new("RGB", size, vivid(mix(palette.middle, palette.horizon, 0.4)))
    names = names_in(about) or ["star", "blossom"]
    around = _wide(letters, unit // 30)
    for number in range(26):
        name = names[number % len(names)]
        thing = stamp(name, round(unit * rng.uniform(0.07, 0.14)), tone_of(name, about), rng)
        thing = thing.rotate(rng.uniform(-30, 30), Image.Resampling.BICUBIC, expand=True)
        at = (rng.randrange(size[0]), rng.randrange(size[1]))
        ground.paste(thing, (at[0] - thing.width // 2, at[1] - thing.height // 2), thing)
    cast = ImageChops.offset(around, 0, unit // 60).filter(ImageFilter.BoxBlur(unit / 90))
    ground.paste((20, 14, 30), (0, 0), cast.point(curve(lambda v: v * 0.4)))
    ground.paste((255, 255, 255), (0, 0), around)
    return Image.composite(_bevelled(fill, letters, unit), ground, letters)


def _wide(letters: Image.Image, reach: int) -> Image.Image:
    """The letters with a rim of so many pixels."""
    reach = max(1, reach)
    blurred = letters.filter(ImageFilter.GaussianBlur(reach))
    return blurred.point(curve(lambda v: (v - 0.04) * 12))


def _bevelled(fill: Image.Image, letters: Image.Image, unit: int) -> Image.Image:
    """The fill, lit as if the letters were raised."""
    body = letters.filter(ImageFilter.GaussianBlur(max(1.0, unit / 110)))
    light = materials.relief(body, max(1, unit // 160), 1.6)
    return materials.shaded(fill, light, 0.8)
