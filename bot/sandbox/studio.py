"""Draws what the emulator's jobs ask for. Synchronous: it runs in a thread.

Clips are made in `films`.
"""

from collections.abc import Callable, Mapping
from typing import Any, Literal

from PIL import Image

from bot.sandbox import art, films, retouch
from bot.sandbox.commissions import Commission
from bot.sandbox.envelopes import INVALID
from bot.sandbox.inputs import BadInputError, linked
from bot.sandbox.works import write

_GRID = 4
_SINGLE = frozenset({"youchuan.enhance", "youchuan.remove_background"})
_CUT_OUT = frozenset({"PNG", "JPEG", "MPO"})  # what can be cut out (manual: 移除背景)


def count_of(commission: Commission) -> int:
    """How many results a job yields: an upscale one, but on v8.1 four (see its manual)."""
    work = commission.work
    if "video" in work.traits:
        return films.count_of(commission)
    if work.operation == "youchuan.upscale":
        return _GRID if "v8.1" in work.traits else 1
    return 1 if work.operation in _SINGLE else _GRID


def paint(commission: Commission, index: int) -> str:
    """Draw one result of a job; the name of its file.

    BadInputError when a picture that was given does not fit.
    """
    work = commission.work
    if "video" in work.traits:
        name = f"{work.id}-{index}.mp4"
        films.shoot(commission, index, commission.folder / name)
    else:
        name = f"{work.id}-{index}.png"
        image = _PAINTERS[work.operation](commission, index)
        write(commission.folder / name, art.encode(image))
    return name


def _diffusion(commission: Commission, index: int) -> Image.Image:
    prompt, seed = commission.prompt, commission.work.seed
    size = art.size_of(
        str(prompt.values["aspect"]) if "aspect" in prompt.values else None,
        hd="hd" in prompt.values,
        draft="draft" in prompt.values,
    )
    images = [commission.picture(address) for address in prompt.images]
    image = art.draw(prompt.text, seed=seed, index=index, size=size)
    if len(images) > 1:
        sources = [*images, image] if prompt.text else images
        image = retouch.blend(sources, prompt.text, seed=seed, index=index, size=size)
    elif images:
        image = _influenced(
            image, images[0], float(str(prompt.values.get("image_weight", 1))), index
        )
    return _referring(commission, image, index)


def _influenced(image: Image.Image, other: Image.Image, weight: float, index: int) -> Image.Image:
    """The picture with the light and the subject of another; the weight is that of ``--iw``."""
    if not weight:
        return image
    return retouch.featuring(retouch.styled_after(image, other, 100 * weight), other, index=index)


def _referring(commission: Commission, image: Image.Image, index: int) -> Image.Image:
    """The picture with the subjects and in the styles that its prompt refers to."""
    prompt, given = commission.prompt, commission.given
    subjects = [*linked(prompt, "oref"), *linked(prompt, "cref")]
    for address in filter(given.__contains__, subjects):
        image = retouch.featuring(image, given[address].image, index=index)
    weight = float(str(prompt.values.get("style_weight", 100)))
    styles = [*linked(prompt, "sref"), *commission.board]
    for address in filter(given.__contains__, styles):
        image = retouch.styled_after(image, given[address].image, weight)
    return image


def _variation(commission: Commission, index: int) -> Image.Image:
    strong = commission.work.body["type"] == 1
    if commission.work.body.get("remixPrompt"):
        return _remixed(commission, index, mode=0 if strong else 1)
    strength: Literal["subtle", "strong"] = "strong" if strong else "subtle"
    return art.vary(commission.source(), strength=strength, seed=commission.work.seed, index=index)


def _upscale(commission: Commission, index: int) -> Image.Image:
    source, kind = commission.source(), commission.work.body["type"]
    if index:
        source = art.vary(source, strength="subtle", seed=commission.work.seed, index=index)
    return art.enlarge(source, factor=4 if kind == 3 else 2, creative=kind == 1)


def _pan(commission: Commission, index: int) -> Image.Image:
    body = commission.work.body
    return art.pan(
        _reprompted(commission, index),
        direction=body["direction"],
        scale=body["scale"],
        seed=commission.work.seed,
        index=index,
    )


def _outpaint(commission: Commission, index: int) -> Image.Image:
    scale, seed = commission.work.body["scale"], commission.work.seed
    return art.outpaint(_reprompted(commission, index), scale=scale, seed=seed, index=index)


def _remix(commission: Commission, index: int) -> Image.Image:
    return _remixed(commission, index, mode=commission.work.body.get("mode") or 0)


def _enhance(commission: Commission, index: int) -> Image.Image:
    return art.enhance(commission.source())


def _inpaint(commission: Commission, index: int) -> Image.Image:
    source, text = commission.source(), commission.prompt.text
    mask = commission.mask(source.size)
    if mask is None:
        raise LookupError(commission.work.id)
    return retouch.inpaint(source, mask, text, seed=commission.work.seed, index=index)


def _edit(commission: Commission, index: int) -> Image.Image:
    source = commission.source()
    return _on_canvas(commission, source, commission.mask(source.size), index)


def _upload_paint(commission: Commission, index: int) -> Image.Image:
    given = commission.given[commission.work.body["imgUrl"]]
    return _on_canvas(commission, given.image, commission.mask(given.size), index)


def _on_canvas(
    commission: Commission, source: Image.Image, mask: Image.Image | None, index: int
) -> Image.Image:
    body: dict[str, Any] = commission.work.body
    canvas, box = body["canvas"], body["imgPos"]
    return retouch.edit(
        source,
        canvas=(canvas["width"], canvas["height"]),
        box=(box.get("x", 0), box.get("y", 0), box["width"], box["height"]),
        mask=mask,
        prompt=commission.prompt.text,
        seed=commission.work.seed,
        index=index,
    )


def _retexture(commission: Commission, index: int) -> Image.Image:
    source = commission.picture(commission.work.body["imgUrl"])
    text = commission.prompt.text
    return retouch.retexture(source, text, seed=commission.work.seed, index=index)


def _remove_background(commission: Commission, index: int) -> Image.Image:
    given = commission.given[commission.work.body["imgUrl"]]
    if given.kind not in _CUT_OUT:
        raise BadInputError(INVALID, "无效参数：图片格式仅支持jpg/jpeg/png")
    return retouch.cutout(given.image)


def _reprompted(commission: Commission, index: int) -> Image.Image:
    if commission.work.body.get("remixPrompt"):
        return _remixed(commission, index, mode=1)
    return commission.source()


def _remixed(commission: Commission, index: int, *, mode: int) -> Image.Image:
    seed, text = commission.work.seed, commission.prompt.text
    image = art.remix(commission.source(), text, mode=mode, seed=seed, index=index)
    return _referring(commission, image, index)


_Painter = Callable[[Commission, int], Image.Image]
_PAINTERS: Mapping[str, _Painter] = {
    "youchuan.diffusion": _diffusion,
    "youchuan.variation": _variation,
    "youchuan.upscale": _upscale,
    "youchuan.pan": _pan,
    "youchuan.outpaint": _outpaint,
    "youchuan.inpaint": _inpaint,
    "youchuan.remix": _remix,
    "youchuan.edit": _edit,
    "youchuan.upload_paint": _upload_paint,
    "youchuan.retexture": _retexture,
    "youchuan.remove_background": _remove_background,
    "youchuan.enhance": _enhance,
}
