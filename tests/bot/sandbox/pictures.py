"""Pictures that the tests of the emulator's tools work on, and ways to compare them."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageStat

from bot.sandbox import art, stamps
from bot.sandbox.art import random_of
from bot.sandbox.takes import Take

SMALL = (192, 192)


def take(index=0, *, size=SMALL, seed=5):
    return Take(size, seed, index)


@cache
def _hopper():
    folder = Path(find_spec("matplotlib").origin).parent / "mpl-data" / "sample_data"
    with Image.open(folder / "grace_hopper.jpg") as image:
        return image.convert("RGB")


def portrait(longest=300):
    """A real photograph: a person, head and shoulders, before a flag and a blue wall."""
    image = _hopper().copy()
    image.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    return image


def scene(prompt="a boat on the sea", size=(256, 192)):
    return art.draw(prompt, seed=1, index=0, size=size)


def goods():
    """A cup on a transparent ground, trimmed."""
    return stamps.stamp("coffee", 120, stamps.tone_of("coffee", ""), random_of(1))


def shirt(cloth=(236, 236, 232)):
    """A T-shirt before a brown wall, with a star and a heart printed on it, and where they are."""
    image = Image.new("RGB", (320, 320), (150, 120, 96))
    corners = [(100, 44), (160, 54), (220, 44), (288, 100), (256, 140), (236, 120)]
    corners += [(240, 296), (80, 296), (84, 120), (64, 140), (32, 100)]
    ImageDraw.Draw(image).polygon(corners, fill=cloth)
    for name, at in (("star", (130, 110)), ("heart", (136, 180))):
        thing = stamps.stamp(name, 60, stamps.tone_of(name, ""), random_of(1))
        image.paste(thing, at, thing)
    speck = Image.frombytes("L", image.size, random_of(2).randbytes(320 * 320))
    speck = speck.point([122 + level // 20 for level in range(256)]).convert("RGB")
    image = ImageChops.add(image.filter(ImageFilter.GaussianBlur(0.8)), speck, 1, -128)
    return image, (130, 110, 196, 236)


def odd_pictures():
    """Pictures of every mode and of the strangest sizes."""
    found = {}
    for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16"):
        for size in ((1, 1), (9, 40), (70, 5)):
            if mode == "I;16":
                image = Image.new(mode, size, 200)
            else:
                noise = Image.frombytes("RGB", size, random_of(1).randbytes(3 * size[0] * size[1]))
                image = noise.convert(mode)
            found[f"{mode} {size[0]}x{size[1]}"] = image
    hollow = Image.new("P", (40, 30))
    hollow.putpalette([0, 0, 0, 255, 0, 0])
    hollow.info["transparency"] = 0
    hollow.paste(1, (10, 5, 30, 25))
    found["P with a transparent colour"] = hollow
    found["all transparent"] = Image.new("RGBA", (50, 40))
    found["all of one colour"] = Image.new("RGB", (90, 70), (9, 200, 30))
    return found


def difference(one, other, mask=None):
    """The mean distance of two pictures' pixels, 0 to 255."""
    apart = ImageChops.difference(one.convert("RGB"), other.convert("RGB"))
    return sum(ImageStat.Stat(apart, mask).mean) / 3


def same(one, other):
    return one.mode == other.mode and one.tobytes() == other.tobytes()


def all_differ(images, least):
    return all(
        difference(one, other) > least
        for number, one in enumerate(images)
        for other in images[number + 1 :]
    )


def opaque_share(image):
    """How much of a picture is opaque, 0 to 1."""
    return ImageStat.Stat(image.getchannel("A")).mean[0] / 255


def seam_of(image, *, down=False):
    """How much larger the step from the last column to the first is than the steps inside.

    `down`: of the rows. Steps are means over the whole edge, the larger ones of those inside.
    """
    image = image.convert("RGB")
    if down:
        image = image.transpose(Image.Transpose.ROTATE_90)
    width, height = image.size
    columns = [image.crop((x, 0, x + 1, height)) for x in range(width)]
    steps = sorted(difference(columns[x], columns[x + 1]) for x in range(width - 1))
    return difference(columns[-1], columns[0]) / max(1.0, steps[len(steps) * 9 // 10])
