"""Pictures from words on a transparent ground, with the white rim of a sticker."""

from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter

from bot.sandbox import art, strokes
from bot.sandbox.filters import curve, noise
from bot.sandbox.manners import COMMON, in_manner, rounded
from bot.sandbox.materials import edges
from bot.sandbox.shapes import ellipse
from bot.sandbox.stamps import names_in, stamp, tone_of
from bot.sandbox.takes import Take


def sticker(prompt: str, take: Take, style: str = COMMON) -> Image.Image:
    """What a prompt names, cut out (RGBA), in a style of `manners.MANNERS`."""
    rng = art.random_of("sticker", prompt, style, take.seed, take.index)
    if min(take.size) < 16:
        return Image.new("RGBA", take.size)
    names = names_in(prompt)
    if names:
        body = _dressed(_group(names, prompt, take, rng), style, rng)
    else:
        body = _vignette(prompt, take, style, rng)
    turned = body.rotate((0, -6, 6, 3)[take.index % 4], Image.Resampling.BICUBIC, expand=True)
    whole = _rimmed(_centred(turned, take.size))
    return art.noted(whole, art.reading_of(body))


def _group(names: list[str], prompt: str, take: Take, rng: Random) -> Image.Image:
    """The things side by side, each a little in front of the one before."""
    count, unit = len(names), min(take.size)
    side = round(unit * (0.8, 0.52, 0.42, 0.36)[count - 1])
    group = Image.new("RGBA", take.size)
    for number, name in enumerate(names):
        thing = stamp(name, side, tone_of(name, prompt), rng)
        part = (number + 0.5) / count
        x = take.size[0] * (0.5 + (part - 0.5) * 0.8) - thing.width / 2
        y = take.size[1] * (0.5 + 0.06 * (number % 2)) - thing.height / 2
        layer = Image.new("RGBA", take.size)
        layer.paste(thing, (round(x), round(y)))
        group.alpha_composite(layer)
    return group


def _dressed(body: Image.Image, style: str, rng: Random) -> Image.Image:
    """An RGBA thing in a style, its outline kept."""
    alpha, flat = body.getchannel("A"), Image.new("RGBA", body.size, (255, 255, 255))
    flat.alpha_composite(body)
    plain = flat.convert("RGB")
    if style in {"3D", "eCommerce", "game"}:
        blown = rounded(body).convert("RGB")
        plain = ImageEnhance.Contrast(blown).enhance(1.3) if style == "game" else blown
    elif style == "pictureBook":
        plain = Image.blend(plain, strokes.crayon(plain, rng, 1.0), 0.6)
    elif style == "photo":
        plain = Image.blend(rounded(body).convert("RGB"), strokes.oil(plain, rng, 0.5), 0.4)
    elif style in {"anime", "logo"}:
        lines = edges(plain).point(curve(lambda v: (v - 0.08) * 5)).filter(ImageFilter.MaxFilter(3))
        plain = ImageEnhance.Color(plain).enhance(1.4)
        plain.paste((30, 24, 44), (0, 0), lines.filter(ImageFilter.BoxBlur(0.8)))
    elif style == "illustration":
        speck = noise(rng, plain.size, (160, 160), 2).point(curve(lambda v: 0.82 + v * 0.3))
        plain = ImageChops.multiply(plain, speck.convert("RGB"))
    plain.putalpha(alpha)
    return plain


def _vignette(prompt: str, take: Take, style: str, rng: Random) -> Image.Image:
    """The scene of a prompt as a round cloud."""
    scene = art.draw(prompt, seed=take.seed, index=take.index, size=take.size)
    known = art.reading_of(scene)
    scene = in_manner(scene, style if style not in {"eCommerce", "logo"} else COMMON, prompt, rng)
    size = (take.size[0] * 2, take.size[1] * 2)
    mask, unit = Image.new("L", size), min(size)
    pen = ImageDraw.Draw(mask)
    middle = (size[0] / 2, size[1] / 2)
    discs = [(middle, unit / 4)]
    for x, y in ellipse(middle, unit * 0.2, unit * 0.17, 9):
        discs.append(((x, y), unit * rng.uniform(0.17, 0.23)))
    for (x, y), r in discs:
        pen.ellipse((x - r, y - r, x + r, y + r), fill=255)
    scene.putalpha(mask.reduce(2))
    return art.noted(scene, known)


def _centred(body: Image.Image, size: tuple[int, int]) -> Image.Image:
    """An RGBA picture, trimmed, in the middle of a transparent one, with room for a rim."""
    bounds = body.getchannel("A").point([0] * 16 + [255] * 240).getbbox()
    body = body.crop(bounds) if bounds else body
    part = min(size[0] * 0.86 / body.width, size[1] * 0.86 / body.height)
    fitted = (max(1, round(body.width * part)), max(1, round(body.height * part)))
    whole = Image.new("RGBA", size)
    at = ((size[0] - fitted[0]) // 2, (size[1] - fitted[1]) // 2)
    whole.paste(body.resize(fitted, Image.Resampling.LANCZOS), at)
    return whole


def _rimmed(body: Image.Image) -> Image.Image:
    """An RGBA thing with a white outline and the shadow of its edge."""
    reach = max(1, min(body.size) // 48)
    alpha = body.getchannel("A")
    wide = alpha.filter(ImageFilter.GaussianBlur(reach)).point(curve(lambda v: v * 9 - 0.2))
    wide = wide.filter(ImageFilter.GaussianBlur(max(0.6, reach / 6))).point(
        curve(lambda v: (v - 0.5) * 3 + 0.5)
    )
    cast = ImageChops.offset(wide, 0, max(1, reach // 3)).filter(ImageFilter.BoxBlur(reach / 2))
    whole = Image.new("RGBA", body.size, (40, 34, 50))
    whole.putalpha(cast.point(curve(lambda v: v * 0.3)))
    rim = Image.new("RGBA", body.size, (255, 255, 255))
    rim.putalpha(wide)
    whole.alpha_composite(rim)
    whole.alpha_composite(body)
    return whole
