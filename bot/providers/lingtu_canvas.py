"""What Lingtu takes to stand a product before a background (manual: 商品图换背景)."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bot.errors import InvalidRequestError
from bot.operations import EditorOnly
from bot.providers.lingtu_fields import Counted
from bot.text import N_

_LONGEST_ADDRESS = 1024
_LARGEST, _FARTHEST = 4096, 8192  # pixels; far more than any canvas has


class _Part(BaseModel):
    """A part of a request that is an object of its own."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Goods(_Part):
    """A product cut out to its edges, and its place on the canvas from the upper left corner."""

    # The manual limits no address in here, and its own sample's are longer than elsewhere.
    url: str = Field(min_length=1, max_length=_LONGEST_ADDRESS)
    x: int = Field(ge=-_FARTHEST, le=_FARTHEST)
    y: int = Field(ge=-_FARTHEST, le=_FARTHEST)
    width: int = Field(ge=1, le=_LARGEST)
    height: int = Field(ge=1, le=_LARGEST)


class Background(_Part):
    """What to stand before, and a mask of what not to mind there; both of the canvas's size."""

    url: str = Field(min_length=1, max_length=_LONGEST_ADDRESS)
    mask: str | None = Field(default=None, min_length=1, max_length=_LONGEST_ADDRESS)


class ChangeBackground(Counted):
    """Put a product before another background."""

    width: int = Field(ge=400, le=1280, description=N_("The result's width in pixels."))
    height: int = Field(ge=400, le=1280, description=N_("The result's height in pixels."))
    goods: Annotated[Goods, EditorOnly] = Field(
        description=N_("The cut-out product and where it stands.")
    )
    background: Annotated[Background, EditorOnly] = Field(
        description=N_("The background, of the result's size.")
    )
    product_smart_color: bool = Field(
        default=True, description=N_("Whether the product's colours are fitted in.")
    )
    reference_strong: bool = Field(
        default=True, description=N_("Whether to keep close to the background.")
    )

    @model_validator(mode="after")
    def _on_canvas(self) -> Self:
        goods = self.goods
        across = -goods.width < goods.x < self.width
        if not across or not -goods.height < goods.y < self.height:
            raise InvalidRequestError(
                N_("The product stands beside the picture; move it onto the background.")
            )
        return self
