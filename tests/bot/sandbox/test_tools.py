"""Pictures from words, from characters and in another style; and what all the tools bear."""

import subprocess
import sys

import pytest
from PIL import Image, ImageChops

from bot.sandbox import (
    art,
    backdrops,
    captions,
    documents,
    enlargements,
    erasures,
    expansions,
    lettering,
    likenesses,
    lines,
    mattes,
    prints,
    stickers,
    tiles,
    tools,
    vectors,
)
from bot.sandbox.manners import MANNERS
from bot.sandbox.takes import Take
from tests.bot.sandbox.pictures import (
    all_differ,
    difference,
    goods,
    odd_pictures,
    portrait,
    same,
    scene,
    take,
)

STYLES = sorted(MANNERS)


def test_the_common_style_is_as_it_was_painted():
    painted = art.draw("a boat on the sea", seed=5, index=2, size=(192, 192))

    assert same(tools.text2img("a boat on the sea", take(2)), painted)


def test_each_style_gives_another_picture():
    assert all_differ([tools.text2img("a boat on the sea", take(), style) for style in STYLES], 6)


def test_things_that_scenes_do_not_know_are_put_into_them():
    plain = art.draw("a red balloon", seed=5, index=0, size=(192, 192))

    assert difference(tools.text2img("a red balloon", take()), plain) > 2


@pytest.mark.parametrize("make", [tools.text2img, tools.text2img_pro])
def test_the_pictures_of_a_request_differ(make):
    assert all_differ([make("a mountain lake", take(index)) for index in range(4)], 8)


def test_the_pro_picture_is_painted_by_hand():
    plain = tools.text2img("a mountain lake", take())
    artful = tools.text2img_pro("a mountain lake", take())

    assert difference(artful, plain) > 10
    assert art.reading_of(artful).motifs == art.reading_of(plain).motifs


@pytest.mark.parametrize("style", STYLES)
def test_a_picture_has_the_size_that_was_asked_for_and_is_the_same_again(style):
    wide = take(size=(240, 136))

    assert tools.text2img("a fox", wide, style).size == (240, 136)
    assert same(tools.text2img("a fox", wide, style), tools.text2img("a fox", wide, style))


@pytest.mark.parametrize("style", STYLES)
def test_a_scene_is_noted_where_it_can_be_seen(style):
    made = tools.text2img("a cat under the moon", take(), style)

    staged = style in {"eCommerce", "logo"}
    assert art.reading_of(made).motifs == (frozenset() if staged else {"cat", "moon"})


def test_a_character_stands_in_the_picture():
    ground = tools.text2img("a green forest", take())
    made = tools.img2img("a green forest", [goods()], take())

    assert difference(made.crop((0, 0, 192, 30)), ground.crop((0, 0, 192, 30))) < 2
    assert difference(made.crop((60, 90, 130, 180)), ground.crop((60, 90, 130, 180))) > 25


def test_the_weight_makes_a_character_larger_and_truer():
    ground = tools.text2img("a city at night", take())
    faint, strong = (
        tools.img2img("a city at night", [portrait()], take(), weight=weight) for weight in (0, 1)
    )

    assert difference(strong, ground) > 1.5 * difference(faint, ground) > 4


def test_the_weight_is_the_characters_size():
    ground = tools.text2img("a green forest", take())
    tops = []
    for weight in (0, 0.5, 1):
        made = tools.img2img("a green forest", [goods()], take(), weight=weight)
        changed = ImageChops.difference(made, ground).convert("L").point([0] * 60 + [255] * 196)
        tops.append(changed.getbbox()[1])

    assert tops[0] > tops[1] + 10 > tops[2] + 20


def test_up_to_four_characters_stand_side_by_side():
    colours = ((200, 40, 40), (40, 160, 60), (50, 70, 200), (230, 190, 40))
    characters = []
    for colour in colours:
        character = Image.new("RGBA", (60, 90))
        character.paste((*colour, 255), (5, 5, 55, 85))
        characters.append(character)

    made = tools.img2img("snow", characters, take(size=(400, 200)), weight=1)

    found = {
        min(colours, key=lambda each: _apart(each, made.getpixel((x, 150)))) for x in range(400)
    }
    assert found == set(colours)
    assert all(min(_apart(c, made.getpixel((x, 150))) for x in range(400)) < 90 for c in colours)


def _apart(one, other):
    return sum(abs(a - b) for a, b in zip(one, other, strict=True))


def test_a_style_is_laid_over_the_character_too():
    plain, comic = (
        tools.img2img("a forest", [portrait()], take(), style=style)
        for style in ("common", "anime")
    )

    assert difference(comic, plain) > 8


STYLE_CODES = (
    "oil",
    "anime",
    "clay",
    "watercolor",
    "pixel_art",
    "marble-statue",
    "水墨",
    "style_17",
)


@pytest.mark.parametrize("code", ["oilPainting", "oil_painting"])
def test_a_code_is_known_by_its_words(code):
    image = portrait(120)
    meant, oil, crayon = (
        tools.style_transfer(image, tools.PET, each)[0] for each in (code, "oil", "crayon")
    )

    assert difference(meant, oil) < 0.5 * difference(meant, crayon)


def test_a_portrait_is_restyled_and_masked():
    image = portrait()
    restyled, mask = tools.style_transfer(image, tools.PORTRAIT, "oil")

    assert restyled.size == mask.size == image.size
    assert restyled.mode == "RGB"
    assert mask.mode == "L"
    assert sum(mask.histogram()[1:255]) == 0
    assert mask.getpixel((128, 110)) == 255
    assert mask.getpixel((240, 20)) == 0
    assert 6 < difference(restyled, image) < 60


def test_each_style_restyles_in_another_way():
    image = portrait(200)

    assert all_differ([tools.style_transfer(image, 2, code)[0] for code in STYLE_CODES], 4)


def test_a_pet_and_a_portrait_are_restyled_differently():
    image = portrait(200)
    pet, person = (tools.style_transfer(image, kind, "oil")[0] for kind in (1, 2))

    assert difference(pet, person) > 1


def test_a_persons_face_can_still_be_told():
    image, face = portrait(), (100, 80, 160, 160)
    pet, person = (tools.style_transfer(image, kind, "oil")[0].crop(face) for kind in (1, 2))

    assert difference(person, image.crop(face)) < difference(pet, image.crop(face))


def test_a_style_gives_the_same_again():
    one, other = (tools.style_transfer(portrait(150), 1, "style_3") for _ in range(2))

    assert same(one[0], other[0])
    assert same(one[1], other[1])


SIZE = (70, 50)
ON_PICTURES = {
    "img2img": lambda image: tools.img2img("a cat", [image, image], take(size=SIZE)),
    "style_transfer": lambda image: tools.style_transfer(image, 1, "paper")[0],
    "style_transfer logo": lambda image: tools.style_transfer(image, 2, "logo")[0],
    "similar": lambda image: likenesses.similar(image, take(size=SIZE), weight=0, prompt="gold"),
    "similar seamless": lambda image: likenesses.similar(image, take(size=SIZE), seamless=True),
    "similar_pro": lambda image: likenesses.similar_pro(
        image, take(size=SIZE), likenesses.Likeness(only_pattern=True, circle=True, similarity=0.1)
    ),
    "similar_pro ground": lambda image: likenesses.similar_pro(
        image, take(1, size=SIZE), likenesses.Likeness(ground="black", similarity=0.2)
    ),
    "continuous": tiles.continuous,
    "two_way": lambda image: tiles.two_way(image, SIZE),
    "matted": mattes.matted,
    "head_matted": mattes.head_matted,
    "psd": lambda image: Image.new("L", (len(documents.matte_psd(image, mattes.matted(image))), 1)),
    "lineart": lambda image: lines.lineart(image, "bold"),
    "upscaled": lambda image: enlargements.upscaled(image, 4, denoise=True),
    "clarified": lambda image: enlargements.clarified(image, 1),
    "erased": lambda image: erasures.erased(image, image),
    "erased wholly": lambda image: erasures.erased(image, Image.new("L", image.size, 255)),
    "svg": lambda image: Image.new("L", (len(vectors.svg_of(vectors.traced(image))), 1)),
    "eps": lambda image: Image.new("L", (len(vectors.eps_of(vectors.traced(image))), 1)),
    "background": lambda image: backdrops.change_background(
        image, image, take(size=SIZE), backdrops.Stage(box=(9, 9, 40, 40), loose=image)
    ),
    "by_factor": lambda image: expansions.by_factor(image, 1.4),
    "detected": prints.detected,
    "pattern": prints.pattern,
    "describe": lambda image: Image.new("L", (len(captions.describe(image)), 1)),
}
# What comes out as large as the picture that went in.
KEEP_SIZE = {"continuous", "matted", "head_matted", "lineart", "erased", "erased wholly"}


@pytest.mark.parametrize("name", ON_PICTURES)
def test_no_picture_is_too_odd_for_a_tool(name):
    for image in odd_pictures().values():
        before = image.copy()

        made = ON_PICTURES[name](image)

        assert min(made.size) > 0
        assert max(made.size) <= 4096 or made.height == 1
        assert made.size == image.size or name not in KEEP_SIZE
        assert image.tobytes() == before.tobytes()


@pytest.mark.parametrize("size", [(1, 1), (5, 9), (90, 20)])
@pytest.mark.parametrize("make", [tools.text2img, stickers.sticker, tiles.seamless])
def test_no_size_is_too_small_for_words(make, size):
    for style in STYLES:
        for prompt in ("a cat and a fox", "\ud800"):
            assert make(prompt, Take(size, 1, 3), style).size == size


def test_a_scene_of_ours_is_no_photograph():
    assert art.reading_of(scene()).motifs
    assert not art.reading_of(portrait()).motifs


def test_nothing_heavy_is_loaded_before_it_is_needed():
    modules = (backdrops, captions, documents, enlargements, erasures, expansions, lettering)
    modules += (likenesses, lines, mattes, prints, stickers, tiles, tools, vectors)
    heavy = ("numpy", "vtracer", "psd_tools", "matplotlib")
    script = (
        f"import sys, {', '.join(module.__name__ for module in modules)}\n"
        f"print([name for name in {heavy} if name in sys.modules])"
    )

    printed = subprocess.run(  # noqa: S603
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True
    )

    assert printed.stdout.strip() == "[]"
