"""The places of a result: which is a picture, a document, a mask, and what each is called."""

from bot.media.clips import CLIPS
from bot.media.images import PICTURES
from bot.text import _
from cogs.words import place_of
from storage.assets import PREVIEW
from storage.models import Asset, Job

_MASK = 1  # where a masked result has its mask


def is_picture(job: Job, asset: Asset) -> bool:
    """Whether it is a picture of its own, which can be gone on from."""
    return asset.extension in PICTURES and not asset.note and not is_mask(job, asset)


def is_mask(job: Job, asset: Asset) -> bool:
    """Whether it only says which part of the picture beside it is meant."""
    return "masked" in job.traits and asset.position == _MASK


def is_preview(asset: Asset) -> bool:
    """Whether it only shows what stands in a document."""
    return asset.role == PREVIEW


def name_of(job: Job, asset: Asset) -> str:
    """What a file of a result is called: “Image 2”, “Clip 1”, “Mask”, “PSD file”, “Preview”."""
    if is_preview(asset):
        return _("Preview")
    if is_mask(job, asset):
        return _("Mask")
    if asset.extension in PICTURES | CLIPS:
        return place_of(job, asset.position)
    return _("{kind} file", kind=asset.extension.upper())
