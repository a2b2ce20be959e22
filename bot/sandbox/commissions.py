"""What a painter of the emulator needs to know about one job."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image

from bot.operations import Params
from bot.providers.prompt import Prompt
from bot.providers.youchuan_shapes import Mask
from bot.sandbox.envelopes import INVALID, Work
from bot.sandbox.inputs import BadInputError, Given
from bot.sandbox.masks import mask_of


@dataclass(frozen=True, kw_only=True)
class Commission:
    """A job with its request, the job it follows, and by their addresses the pictures it names.

    `board` are the addresses of its moodboard's pictures.
    """

    work: Work
    params: Params
    prompt: Prompt
    parent: Work | None
    folder: Path
    given: Mapping[str, Given] = field(default_factory=dict)
    board: Sequence[str] = ()

    def source(self) -> Image.Image:
        """The picture of the followed job that was chosen."""
        with Image.open(self._chosen("imageNo")) as image:
            image.load()
            return image

    def clip(self) -> Path:
        """The clip of the followed job that was chosen."""
        return self._chosen("videoNo")

    def picture(self, address: str) -> Image.Image:
        """A picture that the request names."""
        return self.given[address].image

    def mask(self, size: tuple[int, int]) -> Image.Image | None:
        """What is to be repainted (255) of a picture of this size, if that is said."""
        mask: Mask | None = getattr(self.params, "mask", None)
        if mask is None:
            return None
        if mask.url is None:
            return mask_of([area.model_dump() for area in mask.areas or ()], size)
        given = self.given[mask.url]
        if given.size != size:
            raise BadInputError(INVALID, "无效参数：mask图片宽高与原图不一致")
        return mask_of(given.image, given.image.size)

    def _chosen(self, field_name: str) -> Path:
        if self.parent is None:
            raise LookupError(self.work.id)
        number: int = self.work.body[field_name]
        return self.folder / self.parent.files[number]
