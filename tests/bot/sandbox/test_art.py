"""The emulator's pictures: what a demo, and the stories told with it, may rely on."""

import io

import pytest
from PIL import Image, ImageChops, ImageStat

from bot.sandbox import art
from bot.sandbox.motifs import MOTIFS, STYLES

SIZE = (256, 160)


def paint(prompt="a mountain lake at sunset", *, seed=7, index=0, size=SIZE):
    return art.draw(prompt, seed=seed, index=index, size=size)


def difference(one, other):
    """The mean distance of two pictures' pixels, 0 to 255."""
    return sum(ImageStat.Stat(ImageChops.difference(one, other)).mean) / 3


def middle(image, size):
    left, top = (image.width - size[0]) // 2, (image.height - size[1]) // 2
    return image.crop((left, top, left + size[0], top + size[1]))


def test_the_same_words_and_seed_give_the_same_picture():
    assert paint().tobytes() == paint().tobytes()
    assert paint().tobytes() != paint(seed=8).tobytes()


@pytest.mark.parametrize("prompt", ["a mountain lake at sunset", "水墨 山 舟", "neon city", "hope"])
def test_four_indices_give_four_clearly_different_pictures(prompt):
    pictures = [paint(prompt, index=index) for index in range(4)]

    for number, one in enumerate(pictures):
        for other in pictures[number + 1 :]:
            assert difference(one, other) > 10


@pytest.mark.parametrize(("red", "blue"), [("red", "blue"), ("红色的山", "蓝色的山")])
def test_a_colour_word_sets_the_palette(red, blue):
    for index in range(4):
        warm = ImageStat.Stat(paint(red, index=index)).mean
        cold = ImageStat.Stat(paint(blue, index=index)).mean

        assert warm[0] > warm[2] + 30
        assert cold[2] > cold[0] + 30


@pytest.mark.parametrize("motif", sorted(MOTIFS))
def test_every_motif_shows_in_english_and_chinese(motif):
    words = MOTIFS[motif].split()
    chinese = next(word for word in words if not word.isascii())
    bare = paint("grey", size=(160, 160))

    for word in (words[0], chinese):
        assert difference(paint(f"grey {word}", size=(160, 160)), bare) > 4


@pytest.mark.parametrize("style", sorted(STYLES))
def test_every_style_changes_the_same_scene(style):
    word = STYLES[style].split()[0]

    assert difference(paint(f"gold mountain {word}"), paint("gold mountain")) > 5


@pytest.mark.parametrize(
    "prompt",
    ["", "   ", "x" * 9000, "海" * 9000, "🌊🐱🎨", "\ud800 half", "\x00\n--ar 16:9", "{0} %s \\"],
)
def test_a_hostile_prompt_is_only_a_prompt(prompt):
    assert paint(prompt).size == SIZE
    assert art.remix(paint(), prompt, mode=1, seed=1, index=1).size == SIZE


def test_parameters_and_links_are_not_read_as_words():
    plain = paint("blue", seed=1)
    marked = paint("https://a.example/red.png blue --sref red", seed=1)

    assert abs(ImageStat.Stat(plain).mean[0] - ImageStat.Stat(marked).mean[0]) < 25


def test_a_subtle_variation_stays_nearer_than_a_strong_one():
    source = paint()

    subtle = art.vary(source, strength="subtle", seed=1, index=0)
    strong = art.vary(source, strength="strong", seed=1, index=0)

    assert subtle.size == strong.size == source.size
    assert 1 < difference(source, subtle) < difference(source, strong)


def test_a_strong_variation_keeps_the_palette():
    red, blue = (
        ImageStat.Stat(art.vary(paint(word), strength="strong", seed=1, index=0)).mean
        for word in ("red mountain", "blue mountain")
    )

    assert red[0] > red[2]
    assert blue[2] > blue[0]


def test_a_file_remembers_what_was_painted():
    source = paint("a cat and the moon")
    stored = Image.open(io.BytesIO(art.encode(source)))

    again = art.vary(stored, strength="strong", seed=1, index=0)

    assert again.tobytes() == art.vary(source, strength="strong", seed=1, index=0).tobytes()


@pytest.mark.parametrize("creative", [False, True])
def test_an_enlargement_is_the_same_picture_at_the_exact_size(creative):
    source = paint()

    large = art.enlarge(source, factor=4, creative=creative)

    assert large.size == (1024, 640)
    assert difference(large.resize(source.size, Image.Resampling.BOX), source) < 12


def test_creative_enlargement_adds_detail():
    source = paint()
    plain, creative = (art.enlarge(source, factor=2, creative=flag) for flag in (False, True))

    assert difference(plain, creative) > 1


def test_an_enlargement_stops_at_the_longest_side():
    assert art.enlarge(paint(), factor=100, creative=False).size == (2048, 1280)


@pytest.mark.parametrize(
    ("direction", "size", "corner"),
    [
        (0, (256, 240), (0, 0)),
        (1, (384, 160), (0, 0)),
        (2, (256, 240), (0, 80)),
        (3, (384, 160), (128, 0)),
    ],
)
def test_pan_grows_one_side_and_keeps_the_old_pixels(direction, size, corner):
    source = paint()

    wide = art.pan(source, direction=direction, scale=1.5, seed=1, index=0)

    assert wide.size == size
    old = wide.crop((*corner, corner[0] + source.width, corner[1] + source.height))
    assert old.tobytes() == source.tobytes()


def test_pan_continues_the_edge_without_a_seam():
    source = paint()

    wide = art.pan(source, direction=1, scale=1.5, seed=1, index=0)

    edge, beyond = wide.crop((255, 0, 256, 160)), wide.crop((256, 0, 257, 160))
    assert difference(edge, beyond) < 12


@pytest.mark.parametrize("scale", [1.1, 1.5, 2.0])
def test_the_middle_of_an_outpaint_is_the_shrunk_source(scale):
    source = paint()
    inner = (round(source.width / scale), round(source.height / scale))

    wide = art.outpaint(source, scale=scale, seed=1, index=0)

    assert wide.size == source.size
    shrunk = source.resize(inner, Image.Resampling.LANCZOS)
    assert middle(wide, inner).tobytes() == shrunk.tobytes()


def test_a_strong_remix_goes_further_than_a_subtle_one():
    source = paint("blue sea")

    strong, subtle = (
        art.remix(source, "red mountain", mode=mode, seed=1, index=0) for mode in (0, 1)
    )

    assert difference(source, subtle) < difference(source, strong)
    assert ImageStat.Stat(subtle).mean[0] > ImageStat.Stat(source).mean[0] + 15


def test_enhance_gives_a_draft_twice_the_size():
    assert art.enhance(paint()).size == (512, 320)


@pytest.mark.parametrize(
    "aspect", ["1:1", "16:9", "9:16", "2:3", "3:2", "4:3", "21:9", "7:5", "4:1", "19:17"]
)
@pytest.mark.parametrize("kind", [{}, {"hd": True}, {"draft": True}])
def test_sizes_keep_the_ratio(aspect, kind):
    wide, high = map(int, aspect.split(":"))

    width, height = art.size_of(aspect, **kind)

    assert width / height == pytest.approx(wide / high, rel=0.03)
    assert width % 8 == height % 8 == 0
    assert max(width, height) <= 2048


def test_hd_is_larger_and_a_draft_smaller():
    areas = [w * h for w, h in (art.size_of("16:9", draft=True), art.size_of("16:9"))]
    w, h = art.size_of("16:9", hd=True)

    assert areas[0] < areas[1] < w * h
    assert 500_000 < areas[1] < 700_000


def test_a_tiny_picture_can_be_worked_on():
    tiny = Image.new("RGB", (1, 1))

    for direction in range(4):
        art.pan(tiny, direction=direction, scale=3, seed=1, index=0)
    art.vary(tiny, strength="subtle", seed=1, index=0)

    assert art.enhance(tiny).size == (2, 2)


@pytest.mark.parametrize("aspect", [None, "1:99999", "99999:1"])
def test_an_extreme_aspect_still_gives_a_size(aspect):
    width, height = art.size_of(aspect)

    assert 64 <= width <= 2048
    assert 64 <= height <= 2048


def test_a_file_is_a_png():
    opened = Image.open(io.BytesIO(art.encode(paint())))

    assert opened.format == "PNG"
    assert opened.size == SIZE
