"""Makes the clips that the emulator's jobs ask for. Synchronous: it runs in a thread."""

from collections.abc import Callable, Mapping
from pathlib import Path

from PIL import Image

from bot.sandbox import art, clips
from bot.sandbox.commissions import Commission
from bot.sandbox.inputs import linked
from bot.sandbox.motion import Motion

_BATCH = 4  # clips, unless the prompt says otherwise
_WIDE = "16:9"  # the shape of a clip that starts from no picture
_UPSCALE = "youchuan.video_upscale"


def count_of(commission: Commission) -> int:
    """How many clips a job yields."""
    if commission.work.operation == _UPSCALE:
        return 1
    return int(str(commission.prompt.values.get("batch", _BATCH)))


def shoot(commission: Commission, index: int, out: Path) -> None:
    """Make one clip of a job."""
    _CREWS[commission.work.operation](commission, index, out)


def _begin(commission: Commission, index: int, out: Path) -> None:
    prompt = commission.prompt
    ends = linked(prompt, "end")
    clips.render(
        _start(commission, index),
        out,
        seed=commission.work.seed,
        index=index,
        size="720p" if "720p" in commission.work.traits else "480p",
        motion=_motion(commission),
        loop="loop" in prompt.values,
        end=commission.picture(ends[0]).convert("RGB") if ends else None,
    )


def _start(commission: Commission, index: int) -> Image.Image:
    prompt = commission.prompt
    if commission.parent:
        return commission.source()
    if prompt.images:
        return commission.picture(prompt.images[0])
    size = art.size_of(_WIDE)
    return art.draw(prompt.text, seed=commission.work.seed, index=index, size=size)


def _extend(commission: Commission, index: int, out: Path) -> None:
    seed, motion = commission.work.seed, _motion(commission)
    clips.extend(commission.clip(), out, seed=seed, index=index, motion=motion)


def _upscale(commission: Commission, index: int, out: Path) -> None:
    clips.enlarge(commission.clip(), out)


def _motion(commission: Commission) -> Motion:
    return "high" if commission.prompt.values.get("motion") == "high" else "low"


_Crew = Callable[[Commission, int, Path], None]
_CREWS: Mapping[str, _Crew] = {
    "youchuan.video_diffusion": _begin,
    "youchuan.extend_video": _extend,
    _UPSCALE: _upscale,
}
