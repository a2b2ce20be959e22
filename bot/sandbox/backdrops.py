"""Puts goods on another background."""

from dataclasses import dataclass

from PIL import Image, ImageChops, ImageEnhance, ImageFilter, ImageStat

from bot.sandbox import art
from bot.sandbox.canvas import VIEWS, Canvas
from bot.sandbox.colours import palette_of
from bot.sandbox.filters import curve
from bot.sandbox.findings import brightest
from bot.sandbox.likenesses import similar
from bot.sandbox.masks import Box, flat, mask_of
from bot.sandbox.merging import toned_after
from bot.sandbox.patches import healed
from bot.sandbox.shapes import ellipse
from bot.sandbox.takes import Take


@dataclass(frozen=True, kw_only=True)
class Stage:
    """Where goods stand: their box (left, top, right, bottom) on the canvas.

    `smart_colour` gives them the light of the place, `strong` keeps the background as it is
    given, and `loose` is a mask of what of it does not matter (255).
    """

    box: Box
    smart_colour: bool = True
    strong: bool = True
    loose: Image.Image | None = None


def change_background(
    goods: Image.Image, background: Image.Image, take: Take, stage: Stage
) -> Image.Image:
    """The goods, which are transparent around themselves, on a background."""
    ground = _ground(background, take, stage)
    whole = _placed(goods.convert("RGBA"), stage.box, take.size)
    alpha = whole.getchannel("A")
    if alpha.getbbox() is None:
        return art.noted(ground, art.reading_of(ground))
    lit = _shadowed(ground, alpha)
    body = whole.convert("RGB")
    if stage.smart_colour:
        body = _coloured(body, alpha, ground)
    return art.noted(Image.composite(body, lit, alpha), art.reading_of(ground))


def _placed(goods: Image.Image, box: Box, size: tuple[int, int]) -> Image.Image:
    """The goods in their box on a transparent canvas; nothing beside the canvas is made."""
    left, top, right, bottom = box
    across, down = goods.width / max(1, right - left), goods.height / max(1, bottom - top)
    seen = (max(0, left), max(0, top), min(size[0], right), min(size[1], bottom))
    whole = Image.new("RGBA", size)
    if seen[0] >= seen[2] or seen[1] >= seen[3]:
        return whole
    part = (
        (seen[0] - left) * across,
        (seen[1] - top) * down,
        (seen[2] - left) * across,
        (seen[3] - top) * down,
    )
    shown = (seen[2] - seen[0], seen[3] - seen[1])
    whole.paste(goods.resize(shown, Image.Resampling.LANCZOS, box=part), seen[:2])
    return whole


def _ground(background: Image.Image, take: Take, stage: Stage) -> Image.Image:
    """The background of one of the pictures: the first nearest to what is given."""
    known = art.reading_of(background)
    image = flat(background)
    if image.size != take.size:
        image = image.resize(take.size, Image.Resampling.LANCZOS)
    if stage.loose is not None:
        image = healed(image, mask_of(stage.loose, image.size), seed=take.index)
    if not stage.strong:
        weight = (0.45, 0.35, 0.25, 0.15)[take.index % 4]
        return similar(art.noted(image, known), take, weight=weight)
    bright = (1.0, 1.08, 0.93, 1.02)[take.index % 4]
    image = ImageEnhance.Brightness(image).enhance(bright)
    if take.index % 4 > 1:
        image = image.filter(ImageFilter.GaussianBlur(min(take.size) / 220))
    return art.noted(image, known)


def _shadowed(ground: Image.Image, alpha: Image.Image) -> Image.Image:
    """The ground with the shadow of what stands on it: soft, away from the light."""
    left, top, right, bottom = alpha.point([0] * 96 + [255] * 160).getbbox() or (0, 0, 1, 1)
    wide, high = right - left, bottom - top
    canvas = Canvas(ground.copy(), palette_of(ground), VIEWS[0], art.random_of("shadow"))
    x, _ = brightest(ground)
    lean = max(-1.0, min(1.0, (left + wide / 2) / ground.width - x)) * wide * 0.3
    # Lying on the ground, the shadow is a flat image of the thing.
    cast = alpha.crop((left, top, right, bottom)).resize((wide, max(1, round(high * 0.22))))
    cast = cast.transform(
        (wide * 2, cast.height),
        Image.Transform.AFFINE,
        (1, lean / max(1, cast.height), -wide / 2 - lean, 0, 1, 0),
        Image.Resampling.BILINEAR,
    )
    shadow = Image.new("L", ground.size)
    shadow.paste(cast, (left - wide // 2, bottom - cast.height + max(1, high // 60)))
    shadow = shadow.filter(ImageFilter.GaussianBlur(max(1.0, wide / 40)))
    canvas.image.paste((10, 8, 16), (0, 0), shadow.point(curve(lambda v: v * 0.42)))
    foot = alpha.crop((left, bottom - max(1, high // 14), right, bottom)).getbbox()
    if foot:
        middle, half = left + (foot[0] + foot[2]) / 2, max(2.0, (foot[2] - foot[0]) / 2)
        contact = ellipse((middle, bottom - half * 0.03), half * 1.02, max(2.0, half * 0.09))
        canvas.fill([contact], (0, 0, 0), opacity=0.55, blur=max(1.0, half * 0.05))
    return canvas.image


def _coloured(body: Image.Image, alpha: Image.Image, ground: Image.Image) -> Image.Image:
    """The goods in the light of the place, which also shines in at their rim."""
    box = alpha.getbbox() or (0, 0, *ground.size)
    around = ground.crop(box)
    means = ImageStat.Stat(around.resize((16, 16), Image.Resampling.BOX)).mean
    light = Image.new("RGB", body.size, (round(means[0]), round(means[1]), round(means[2])))
    toned = Image.blend(body, ImageChops.soft_light(body, light), 0.5)
    toned = Image.blend(toned, toned_after(body, around), 0.12)
    reach = max(1, max(box[2] - box[0], box[3] - box[1]) // 60)
    inner = alpha.filter(ImageFilter.GaussianBlur(reach))
    rim = ImageChops.subtract(alpha, inner).point(curve(lambda v: v * 0.9))
    behind = ground.filter(ImageFilter.GaussianBlur(reach * 2))
    return Image.composite(Image.blend(toned, behind, 0.55), toned, rim)
