"""Takes things out of a picture."""

from PIL import Image

from bot.sandbox import art
from bot.sandbox.masks import flat, mask_of
from bot.sandbox.patches import healed


def erased(source: Image.Image, mask: Image.Image) -> Image.Image:
    """The RGB picture without what is white in the mask; all other pixels stay as they are."""
    image = flat(source)
    return art.noted(healed(image, mask_of(mask, image.size)), art.reading_of(source))
