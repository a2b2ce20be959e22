"""Draws what the emulator's jobs ask for. Synchronous: it runs in a thread."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

from PIL import Image

from bot.providers import prompt as mj
from bot.sandbox import art
from bot.sandbox.envelopes import Work

_GRID = 4
_UNNAMED = mj.MODEL_BY_KEY["v6.1"]  # what the provider takes where a prompt names no model


def paint(work: Work, parent: Work | None, folder: Path) -> list[str]:
    """Draw all pictures of a job into `folder`; their file names in order."""
    draw = _PAINTERS[work.operation]
    names = []
    for index in range(count_of(work)):
        name = f"{work.id}-{index}.png"
        write(folder / name, art.encode(draw(work, parent, folder, index)))
        names.append(name)
    return names


def write(path: Path, data: bytes) -> None:
    """Write a file so that nobody ever sees half of it."""
    unfinished = path.with_name(f"{path.name}.part")
    unfinished.write_bytes(data)
    unfinished.replace(path)


def count_of(work: Work) -> int:
    """How many pictures a job yields: an upscale one, but on v8.1 four (see its manual)."""
    if work.operation == "youchuan.enhance":
        return 1
    if work.operation == "youchuan.upscale":
        model = mj.parse(work.prompt).model
        return _GRID if model and model.key == "v8.1" else 1
    return _GRID


def _diffusion(work: Work, parent: Work | None, folder: Path, index: int) -> Image.Image:
    parsed = mj.parse(work.prompt)
    size = art.size_of(
        str(parsed.values["aspect"]) if "aspect" in parsed.values else None,
        hd="hd" in parsed.values,
        draft="draft" in parsed.values,
    )
    return art.draw(parsed.text, seed=work.seed, index=index, size=size)


def _reroll(work: Work, parent: Work | None, folder: Path, index: int) -> Image.Image:
    if parent is not None and parent.operation != "youchuan.diffusion":
        kept = [number for number, name in enumerate(parent.pictures) if name]
        source = _source(parent, kept[index % len(kept)], folder)
        return art.vary(source, strength="strong", seed=work.seed, index=index)
    return _diffusion(work, parent, folder, index)


def _variation(work: Work, parent: Work | None, folder: Path, index: int) -> Image.Image:
    strong = work.body["type"] == 1
    if work.body.get("remixPrompt"):
        return _remixed(work, parent, folder, index, mode=0 if strong else 1)
    source = _chosen(work, parent, folder)
    strength: Literal["subtle", "strong"] = "strong" if strong else "subtle"
    return art.vary(source, strength=strength, seed=work.seed, index=index)


def _upscale(work: Work, parent: Work | None, folder: Path, index: int) -> Image.Image:
    source, kind = _chosen(work, parent, folder), work.body["type"]
    if index:
        source = art.vary(source, strength="subtle", seed=work.seed, index=index)
    return art.enlarge(source, factor=4 if kind == 3 else 2, creative=kind == 1)


def _pan(work: Work, parent: Work | None, folder: Path, index: int) -> Image.Image:
    return art.pan(
        _reprompted(work, parent, folder, index),
        direction=work.body["direction"],
        scale=work.body["scale"],
        seed=work.seed,
        index=index,
    )


def _outpaint(work: Work, parent: Work | None, folder: Path, index: int) -> Image.Image:
    source = _reprompted(work, parent, folder, index)
    return art.outpaint(source, scale=work.body["scale"], seed=work.seed, index=index)


def _remix(work: Work, parent: Work | None, folder: Path, index: int) -> Image.Image:
    return _remixed(work, parent, folder, index, mode=work.body.get("mode") or 0)


def _enhance(work: Work, parent: Work | None, folder: Path, index: int) -> Image.Image:
    return art.enhance(_chosen(work, parent, folder))


def _reprompted(work: Work, parent: Work | None, folder: Path, index: int) -> Image.Image:
    if work.body.get("remixPrompt"):
        return _remixed(work, parent, folder, index, mode=1)
    return _chosen(work, parent, folder)


def _remixed(
    work: Work, parent: Work | None, folder: Path, index: int, *, mode: int
) -> Image.Image:
    text = mj.parse(work.body["remixPrompt"]).text
    source = _chosen(work, parent, folder)
    return art.remix(source, text, mode=mode, seed=work.seed, index=index)


def _chosen(work: Work, parent: Work | None, folder: Path) -> Image.Image:
    if parent is None:
        raise LookupError(work.id)
    return _source(parent, work.body["imageNo"], folder)


def _source(parent: Work, index: int, folder: Path) -> Image.Image:
    with Image.open(folder / parent.pictures[index]) as image:
        image.load()
        return image


_Painter = Callable[[Work, Work | None, Path, int], Image.Image]
_PAINTERS: Mapping[str, _Painter] = {
    "youchuan.diffusion": _diffusion,
    "youchuan.variation": _variation,
    "youchuan.upscale": _upscale,
    "youchuan.reroll": _reroll,
    "youchuan.pan": _pan,
    "youchuan.outpaint": _outpaint,
    "youchuan.remix": _remix,
    "youchuan.enhance": _enhance,
}


def prompt_of(body: Mapping[str, Any], parent: Work | None) -> str:
    """The prompt a job runs under: its own, else that of the job it follows.

    InvalidRequestError: its parameters do not fit its model.
    """
    inherited = parent.prompt if parent else ""
    own = str(body.get("text") or body.get("remixPrompt") or "")
    if not own:
        return inherited
    parsed, former = mj.parse(own), mj.parse(inherited).model
    check = mj.validate_follow_up if parent else mj.validate
    check(parsed, parsed.model or former or _UNNAMED)
    return own if parsed.model or not former else f"{own} {former.flag}"
