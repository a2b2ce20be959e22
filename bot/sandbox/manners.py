"""The styles that pictures from words can have: picture book, anime, photo, logo and so on."""

from collections.abc import Callable, Mapping
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter, ImageOps

from bot.sandbox import materials, strokes
from bot.sandbox.canvas import VIEWS, Canvas
from bot.sandbox.colours import Colour, Palette, gradient, mix, palette_of, vivid
from bot.sandbox.filters import curve, grained, noise, soft
from bot.sandbox.materials import edges, flattened, limited
from bot.sandbox.merging import placed
from bot.sandbox.shapes import ellipse
from bot.sandbox.stamps import names_in, stamp, tone_of
from bot.sandbox.surfaces import in_style

COMMON = "common"


def in_manner(image: Image.Image, style: str, prompt: str, rng: Random) -> Image.Image:
    """An RGB picture of what a prompt says, in a style of `MANNERS`; any other code leaves it."""
    if style not in _PAINTERS or min(image.size) < 16:
        return image
    return _PAINTERS[style](image, prompt, rng)


def _picture_book(image: Image.Image, prompt: str, rng: Random) -> Image.Image:
    """Gouache and coloured pencil on a page with a white margin."""
    unit = min(image.size)
    pale = ImageEnhance.Brightness(flattened(image, 5, 1)).enhance(1.15)
    drawn = Image.blend(in_style(pale, "watercolour", rng), strokes.crayon(pale, rng, 1.3), 0.45)
    drawn = drawn.point([round(30 + v * 0.88) for v in range(256)] * 3)
    page = Image.new("RGB", image.size, (253, 249, 240))
    rim = unit // 20
    ragged = Image.new("L", image.size)
    box = (rim, rim, image.width - rim, image.height - rim)
    ImageDraw.Draw(ragged).rounded_rectangle(box, rim, fill=255)
    ragged = ImageChops.add(
        ragged.filter(ImageFilter.BoxBlur(rim / 4)), noise(rng, image.size, (40, 40), 2), 1, -128
    )
    page.paste(drawn, (0, 0), ragged.point(curve(lambda v: (v - 0.35) * 8)))
    return page


def _illustration(image: Image.Image, prompt: str, rng: Random) -> Image.Image:
    """Flat shapes in few bright colours with a grainy shade."""
    small = limited(ImageEnhance.Color(image).enhance(1.35), 480)
    flat = flattened(ImageEnhance.Brightness(small).enhance(1.2), 7, 3)
    few = flat.quantize(12, dither=Image.Dither.NONE).convert("RGB")
    few = few.filter(ImageFilter.ModeFilter(5)).resize(image.size, Image.Resampling.BICUBIC)
    warm = Image.new("RGB", image.size, (255, 238, 214))
    few = Image.blend(few, ImageChops.multiply(few, warm), 0.6)
    shade = ImageOps.invert(image.convert("L")).filter(ImageFilter.BoxBlur(min(image.size) / 30))
    speck = Image.frombytes("L", image.size, rng.randbytes(image.width * image.height))
    dots = ImageChops.subtract(shade, speck, 1, -70).point([0] + [80] * 255)
    few.paste((44, 30, 66), (0, 0), dots.filter(ImageFilter.BoxBlur(0.5)))
    return few


def _anime(image: Image.Image, prompt: str, rng: Random) -> Image.Image:
    """Cel shading, ink lines and a glow in a very blue air."""
    bright = ImageEnhance.Color(ImageEnhance.Brightness(image).enhance(1.05)).enhance(1.5)
    flat = flattened(bright, 5, 2)
    cels = Image.blend(flat.point([round(v / 32) * 32 for v in range(256)] * 3), flat, 0.3)
    lines = edges(flattened(image, 3, 1)).point(curve(lambda v: (v - 0.07) * 5))
    cels.paste((38, 30, 74), (0, 0), lines.filter(ImageFilter.BoxBlur(0.7)))
    glow = soft(cels.point(curve(lambda v: max(0.0, v - 0.6) * 1.2) * 3), 0.02)
    cels = ImageChops.screen(cels, glow)
    sky = gradient(image.size, ((96, 170, 255), (190, 220, 255), (255, 214, 226)))
    return Image.blend(cels, ImageChops.soft_light(cels, sky), 0.55)


def _game(image: Image.Image, prompt: str, rng: Random) -> Image.Image:
    """Key art: thick paint, teal shadows, embers and a dark rim."""
    rich = ImageEnhance.Contrast(ImageEnhance.Color(image).enhance(1.2)).enhance(1.25)
    painted = Image.blend(strokes.oil(rich, rng, 1.2), rich, 0.2)
    grey = painted.convert("L")
    graded = ImageOps.colorize(grey, (4, 16, 34), (255, 226, 168), mid=(70, 104, 120))
    painted = Image.blend(painted, graded, 0.5)
    canvas = Canvas(painted, palette_of(image), VIEWS[0], rng)
    unit = canvas.unit
    for _ in range(46):
        at = (rng.uniform(0, canvas.width), canvas.height * (1 - rng.random() ** 1.5))
        size = unit * rng.uniform(0.0015, 0.005)
        canvas.glow(at, size * 7, (255, 130, 40), 0.8)
        canvas.disc(at, size, (255, 214, 140))
    dark = Image.radial_gradient("L").resize(image.size)
    dark = dark.point(curve(lambda v: 1.25 - v * 1.0)).convert("RGB")
    return ImageChops.multiply(canvas.image, dark)


def _photo(image: Image.Image, prompt: str, rng: Random) -> Image.Image:
    """Natural colours, depth of field, fine texture, film grain and a little vignette."""
    unit = min(image.size)
    muted = ImageEnhance.Color(image).enhance(0.72)
    rough = noise(rng, image.size, (90, 90), octaves=3)
    relief = materials.relief(rough, 1)
    muted = materials.shaded(muted, relief, 0.5)
    muted = ImageEnhance.Contrast(muted).enhance(1.18)
    middle = Image.radial_gradient("L").resize(image.size)
    away = middle.point(curve(lambda v: (v - 0.3) * 2.4))
    photo = Image.composite(muted.filter(ImageFilter.GaussianBlur(unit / 110)), muted, away)
    bokeh = Canvas(photo, palette_of(image), VIEWS[0], rng)
    for _ in range(9):
        at = (rng.uniform(0, image.width), rng.uniform(0.55, 1) * image.height)
        disc = ellipse(at, unit * rng.uniform(0.012, 0.035), unit * 0.024)
        bokeh.fill([disc], bokeh.palette.light, opacity=0.18, blur=unit / 300)
    dark = middle.point(curve(lambda v: 1.12 - v * 0.5)).convert("RGB")
    return grained(ImageChops.multiply(bokeh.image, dark), rng, 12)


def _three_d(image: Image.Image, prompt: str, rng: Random) -> Image.Image:
    """Rounded plastic in studio light; what the prompt names stands in front."""
    scene = materials.clay(image, rng, 1.6)
    scene = ImageEnhance.Brightness(ImageEnhance.Color(scene).enhance(1.15)).enhance(1.08)
    for number, name in enumerate(names_in(prompt)[:2]):
        thing = stamp(name, round(min(image.size) * 0.62), tone_of(name, prompt), rng)
        centre = (0.5,) if len(names_in(prompt)) == 1 else (0.32, 0.68)
        scene = placed(scene, rounded(thing), centre[number % len(centre)], 0.6, 0.55)
    glow = gradient(image.size, ((255, 250, 240), (220, 214, 235), (120, 110, 150)))
    return Image.blend(scene, ImageChops.soft_light(scene, glow), 0.6)


def rounded(thing: Image.Image) -> Image.Image:
    """An RGBA thing as if it were blown up: lit from the upper left, dark at its rim."""
    alpha, unit = thing.getchannel("A"), max(thing.size)
    light = Image.new("L", thing.size, 128)
    for part in (40, 16, 7):
        body = ImageOps.expand(alpha, unit // part)
        body = body.filter(ImageFilter.GaussianBlur(unit / part / 1.5))
        body = ImageOps.crop(body, unit // part)
        lit = materials.relief(body, max(1, unit // part // 4), 1.5)
        light = ImageChops.add(light, lit.point([round(v * 0.7 + 38) for v in range(256)]), 1, -128)
    shaded = materials.shaded(thing.convert("RGB"), light, 0.9)
    shaded.putalpha(alpha)
    return shaded


def _commerce(image: Image.Image, prompt: str, rng: Random) -> Image.Image:
    """A product shot: the things of the prompt, or its picture in a frame, on a podium."""
    wide, high = image.size
    unit, tone = min(image.size), vivid(palette_of(image).middle)
    pale, studio = mix(tone, (255, 255, 255), 0.72), mix(tone, (255, 255, 255), 0.45)
    wall = gradient(image.size, (mix(pale, (255, 255, 255), 0.4), pale, studio))
    canvas = Canvas(wall, Palette(pale, pale, pale, (255, 255, 255), studio, tone), VIEWS[0], rng)
    middle, floor = wide / 2, high * 0.8
    canvas.disc((middle, high * 0.44), unit * 0.36, mix(studio, (255, 255, 255), 0.35), pale)
    for part, side in ((0.42, studio), (0.3, pale)):
        width, tall = unit * part, unit * 0.055
        top = floor - (unit * 0.05 if part < 0.4 else 0)
        canvas.fill([ellipse((middle, top + tall), width, width * 0.2)], mix(side, tone, 0.5))
        canvas.fill([ellipse((middle, top), width, width * 0.2)], mix(side, (255, 255, 255), 0.6))
    names = names_in(prompt)
    thing = _goods(image, names, prompt, round(unit * 0.56), rng)
    shadow = ellipse((middle, floor - unit * 0.04), thing.width * 0.42, unit * 0.03)
    canvas.fill([shadow], mix(tone, (0, 0, 0), 0.6), opacity=0.45, blur=unit * 0.018)
    at = (round(middle - thing.width / 2), round(floor - unit * 0.04 - thing.height))
    canvas.image.paste(thing, at, thing)
    return canvas.image


def _goods(
    image: Image.Image, names: list[str], prompt: str, side: int, rng: Random
) -> Image.Image:
    """What is for sale: up to three things side by side, or the picture itself, framed."""
    if not names:
        framed = ImageOps.expand(
            ImageOps.fit(image, (side, side)), max(2, side // 24), (250, 248, 244)
        )
        framed = ImageOps.expand(framed, max(1, side // 60), (92, 72, 58)).convert("RGBA")
        return framed.resize((side, side), Image.Resampling.LANCZOS)
    share = round(side / len(names[:3]) ** 0.5)
    found = [rounded(stamp(name, share, tone_of(name, prompt), rng)) for name in names[:3]]
    row = Image.new("RGBA", (sum(each.width for each in found), max(e.height for e in found)))
    left = 0
    for each in found:
        row.paste(each, (left, row.height - each.height))
        left += each.width
    return row


def _logo(image: Image.Image, prompt: str, rng: Random) -> Image.Image:
    """A round emblem in few flat colours on white."""
    wide, high = image.size
    unit, tone = min(image.size), vivid(palette_of(image).middle)
    dark = mix(tone, (10, 10, 30), 0.55)
    white: Colour = (255, 255, 255)
    canvas = Canvas(Image.new("RGB", image.size, white), palette_of(image), VIEWS[0], rng)
    middle, r = (wide / 2, high / 2), unit * 0.4
    canvas.disc(middle, r, dark)
    canvas.disc(middle, r * 0.94, white)
    canvas.disc(middle, r * 0.89, mix(tone, white, 0.75))
    names = names_in(prompt)
    if names:
        thing = stamp(names[0], round(r * 1.25), tone_of(names[0], prompt), rng)
        flat = thing.convert("RGB").quantize(6, dither=Image.Dither.NONE).convert("RGB")
        alpha = thing.getchannel("A").point(curve(lambda v: (v - 0.35) * 3))
        at = (round(middle[0] - thing.width / 2), round(middle[1] - thing.height / 2))
        canvas.image.paste(flat, at, alpha)
    else:
        side = round(r * 1.7)
        scene = ImageOps.fit(flattened(image, 7, 3), (side, side))
        grey = ImageOps.autocontrast(scene.convert("L"), cutoff=2).quantize(4).convert("L")
        toned = ImageOps.colorize(grey, dark, mix(tone, white, 0.85), mid=tone)
        disc = Image.new("L", (side * 2, side * 2))
        ImageDraw.Draw(disc).ellipse((0, 0, side * 2 - 1, side * 2 - 1), fill=255)
        at = (round(middle[0] - side / 2), round(middle[1] - side / 2))
        canvas.image.paste(toned, at, disc.resize(toned.size, Image.Resampling.LANCZOS))
    return canvas.image


_PAINTERS: Mapping[str, Callable[[Image.Image, str, Random], Image.Image]] = {
    "pictureBook": _picture_book,
    "illustration": _illustration,
    "anime": _anime,
    "game": _game,
    "photo": _photo,
    "3D": _three_d,
    "eCommerce": _commerce,
    "logo": _logo,
}
MANNERS = frozenset({COMMON, *_PAINTERS})
