"""Draws what the emulator's jobs ask for. Synchronous: it runs in a thread."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from PIL import Image

from bot.providers import prompt as mj
from bot.sandbox import art
from bot.sandbox.envelopes import Work

_GRID = 4


def paint(work: Work, parent: Work | None, folder: Path) -> list[str]:
    """Draw all pictures of a job into `folder`; their file names in order."""
    draw = _PAINTERS[work.operation]
    names = []
    for index in range(count_of(work)):
        picture = draw(work, parent, folder, index)
        name = f"{work.id}-{index}.png"
        (folder / name).write_bytes(art.encode(picture, "png"))
        names.append(name)
    return names


def count_of(work: Work) -> int:
    """How many pictures a job yields: an upscale one, but on v8.1 four (see its manual)."""
    if work.operation == "youchuan.enhance":
        return 1
    if work.operation == "youchuan.upscale":
        return _GRID if "--v 8.1" in work.prompt else 1
    return _GRID


def _diffusion(work: Work, parent: Work | None, folder: Path, index: int) -> Image.Image:
    parsed = mj.parse(work.prompt)
    size = art.size_of(
        str(parsed.values["ar"]) if "ar" in parsed.values else None,
        hd="hd" in parsed.values,
        draft="draft" in parsed.values,
    )
    return art.draw(parsed.text, seed=work.seed, index=index, size=size)


def _reroll(work: Work, parent: Work | None, folder: Path, index: int) -> Image.Image:
    if parent is not None and parent.operation != "youchuan.diffusion":
        return art.vary(
            _source(parent, min(index, len(parent.pictures) - 1), folder),
            strength="strong",
            seed=work.seed,
            index=index,
        )
    return _diffusion(work, parent, folder, index)


def _variation(work: Work, parent: Work | None, folder: Path, index: int) -> Image.Image:
    source = _chosen(work, parent, folder)
    if work.body.get("remixPrompt"):
        text = mj.parse(work.body["remixPrompt"]).text
        mode = 1 - int(work.body["type"])
        return art.remix(source, text, mode=mode, seed=work.seed, index=index)
    return art.vary(
        source,
        strength="strong" if work.body["type"] == 1 else "subtle",
        seed=work.seed,
        index=index,
    )


def _upscale(work: Work, parent: Work | None, folder: Path, index: int) -> Image.Image:
    source = _chosen(work, parent, folder)
    kind = work.body["type"]
    return art.enlarge(source, factor=4 if kind == 3 else 2, creative=kind == 1)


def _pan(work: Work, parent: Work | None, folder: Path, index: int) -> Image.Image:
    return art.pan(
        _chosen(work, parent, folder),
        direction=work.body["direction"],
        scale=float(work.body["scale"]),
        seed=work.seed,
        index=index,
    )


def _outpaint(work: Work, parent: Work | None, folder: Path, index: int) -> Image.Image:
    source = _chosen(work, parent, folder)
    return art.outpaint(source, scale=float(work.body["scale"]), seed=work.seed, index=index)


def _remix(work: Work, parent: Work | None, folder: Path, index: int) -> Image.Image:
    text, mode = mj.parse(work.body["remixPrompt"]).text, int(work.body.get("mode") or 0)
    source = _chosen(work, parent, folder)
    return art.remix(source, text, mode=mode, seed=work.seed, index=index)


def _enhance(work: Work, parent: Work | None, folder: Path, index: int) -> Image.Image:
    return art.enhance(_chosen(work, parent, folder))


def _chosen(work: Work, parent: Work | None, folder: Path) -> Image.Image:
    if parent is None:
        raise LookupError(work.id)
    return _source(parent, int(work.body["imageNo"]), folder)


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
    """The prompt a job runs under: its own, else the one of the job it follows."""
    own = body.get("text") or body.get("remixPrompt")
    inherited = parent.prompt if parent else ""
    if not own:
        return inherited
    if parent and "--v " not in own and "--niji " not in own:
        model = mj.parse(inherited).model
        return f"{own} {model.flag}" if model else str(own)
    return str(own)
