"""The emulator's editing: what a person who marks, moves, cuts or mixes pictures may rely on."""

import math
from itertools import pairwise

import pytest
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps, ImageStat

from bot.sandbox import art, retouch
from bot.sandbox.canvas import VIEWS
from bot.sandbox.masks import mask_of, parts
from bot.sandbox.surfaces import SURFACES
from bot.sandbox.things import NAMES

SIZE = (256, 160)
SQUARE = {"width": 256, "height": 160, "points": [40, 30, 140, 30, 140, 130, 40, 130]}


def paint(prompt="a mountain lake at sunset", *, seed=7, index=0, size=SIZE):
    return art.draw(prompt, seed=seed, index=index, size=size)


def difference(one, other, mask=None):
    """The mean distance of two pictures' pixels, 0 to 255."""
    apart = ImageChops.difference(one.convert("RGB"), other.convert("RGB"))
    return sum(ImageStat.Stat(apart, mask).mean) / 3


def inverted(mask):
    return mask.point([255 - level for level in range(256)])


def same_under(one, other, mask):
    """Whether two pictures are equal wherever a mask is not black."""
    black = Image.new("RGB", one.size)
    return (
        Image.composite(one, black, mask).tobytes() == Image.composite(other, black, mask).tobytes()
    )


def inpaint(source, mask, prompt="a red balloon", *, seed=1, index=0):
    return retouch.inpaint(source, mask, prompt, seed=seed, index=index)


def edit(source, canvas, box, *, mask=None, prompt="calm", index=0):
    return retouch.edit(
        source, canvas=canvas, box=box, mask=mask, prompt=prompt, seed=1, index=index
    )


def portrait(colour=(190, 40, 30), ground=(120, 160, 210)):
    """A photograph of sorts: a disc on shoulders before a wall that is not quite even."""
    image = Image.linear_gradient("L").resize((200, 200)).point([v // 6 for v in range(256)])
    image = ImageChops.add(Image.new("RGB", (200, 200), ground), image.convert("RGB"))
    pen = ImageDraw.Draw(image)
    pen.ellipse((65, 40, 135, 120), fill=colour)
    pen.ellipse((40, 115, 160, 320), fill=colour)
    return image.filter(ImageFilter.GaussianBlur(1))


def shape_of(image):
    """A picture's light and its edges, coarsely."""
    grey = image.convert("L")
    bands = [
        ImageOps.equalize(band.crop((2, 2, 254, 158)).resize((32, 20), Image.Resampling.BOX))
        for band in (grey, grey.filter(ImageFilter.FIND_EDGES))
    ]
    return Image.merge("RGB", (*bands, bands[1]))


def four_differ(pictures, least):
    return all(
        difference(one, other) > least
        for number, one in enumerate(pictures)
        for other in pictures[number + 1 :]
    )


def test_an_area_is_scaled_to_the_picture():
    small = mask_of([SQUARE], SIZE)
    large = mask_of([SQUARE], (512, 320))

    assert small.getbbox() == (40, 30, 141, 131)
    assert large.getbbox() == (80, 60, 281, 261)
    assert large.size == (512, 320)


def test_several_areas_make_one_mask():
    other = {"width": 256, "height": 160, "points": [200, 100, 240, 100, 240, 150, 200, 150]}

    mask = mask_of([SQUARE, other], SIZE)

    assert mask.getpixel((90, 80)) == mask.getpixel((220, 120)) == 255
    assert mask.getpixel((170, 80)) == 0
    assert len(parts(mask)) == 2


def test_overlapping_areas_do_not_cancel_each_other():
    shifted = {**SQUARE, "points": [p + 20 for p in SQUARE["points"]]}

    assert mask_of([SQUARE, shifted], SIZE).getpixel((100, 100)) == 255


@pytest.mark.parametrize(
    "area",
    [
        {"width": 256, "height": 160, "points": []},
        {"width": 256, "height": 160, "points": [5, 5]},
        {"width": 256, "height": 160, "points": [5, 5, 9, 9]},
        {"width": 256, "height": 160, "points": [5, 5, 9, 9, 7]},
    ],
)
def test_an_area_without_a_surface_marks_nothing(area):
    assert mask_of([area], SIZE).getbbox() is None


def test_points_outside_mark_what_they_enclose_inside():
    far = {"width": 256, "height": 160, "points": [-(10**9), 80, 10**9, 80, 10**9, 999, -999, 999]}

    mask = mask_of([far], SIZE)

    assert mask.getpixel((128, 150)) == 255
    assert mask.getpixel((128, 10)) == 0


def test_ten_thousand_points_are_a_polygon_too():
    turns = [n * math.tau / 10_000 for n in range(10_000)]
    points = [v for t in turns for v in (128 + 50 * math.cos(t), 80 + 50 * math.sin(t))]

    mask = mask_of([{"width": 256, "height": 160, "points": points}], SIZE)

    assert mask.histogram()[255] == pytest.approx(math.pi * 50**2, rel=0.05)


@pytest.mark.parametrize("mode", ["1", "L", "RGB", "RGBA", "P"])
def test_a_black_and_white_picture_is_a_mask_in_any_mode(mode):
    marked = mask_of([SQUARE], SIZE)

    assert mask_of(marked.convert(mode), SIZE).tobytes() == marked.tobytes()


def test_a_mask_picture_of_another_size_is_fitted():
    mask = mask_of(mask_of([SQUARE], SIZE), (512, 320))

    assert mask.size == (512, 320)
    assert set(mask.get_flattened_data()) == {0, 255}
    assert mask.getpixel((180, 160)) == 255


def test_what_is_transparent_in_a_mask_picture_is_kept():
    marked = Image.new("RGBA", SIZE, (255, 255, 255, 0))
    marked.paste((255, 255, 255, 255), (10, 10, 60, 60))

    assert mask_of(marked, SIZE).getbbox() == (10, 10, 60, 60)


@pytest.mark.parametrize("prompt", ["a red balloon", "forest", "make it blue", "snow", "neon", ""])
def test_nothing_outside_the_mask_changes(prompt):
    source, mask = paint(), mask_of([SQUARE], SIZE)

    result = inpaint(source, mask, prompt)

    assert same_under(result, source, inverted(mask))
    assert difference(result, source, mask) > 3


@pytest.mark.parametrize("name", sorted(NAMES))
def test_every_thing_shows_in_english_and_chinese(name):
    source, mask = paint("grey mountain"), mask_of([SQUARE], SIZE)
    words = NAMES[name].split()
    other = inpaint(source, mask, "house" if name != "house" else "cat")

    for word in (words[0], next(word for word in words if not word.isascii())):
        result = inpaint(source, mask, word)
        assert difference(result, source, mask) > 5
        assert difference(result, other, mask) > 5


@pytest.mark.parametrize("prompt", ["balloon", "a city", "make it green", "夜", "xyzzy", ""])
def test_four_repaintings_differ(prompt):
    source, mask = paint(), mask_of([SQUARE], SIZE)
    pictures = [inpaint(source, mask, prompt, index=index) for index in range(4)]

    boxes = [picture.crop((40, 30, 141, 131)) for picture in pictures]

    assert four_differ(boxes, 2)


def test_a_repainting_is_the_same_for_the_same_arguments():
    source, mask = paint(), mask_of([SQUARE], SIZE)

    one, other = (inpaint(source, mask, "a forest").tobytes() for _ in range(2))

    assert one == other
    assert one != inpaint(source, mask, "a forest", seed=2).tobytes()


def test_a_colour_belongs_to_the_thing_that_is_named():
    source, mask = paint("grey sea"), mask_of([SQUARE], SIZE)

    red, blue = (
        ImageStat.Stat(inpaint(source, mask, f"a {word} balloon"), mask).mean
        for word in ("red", "blue")
    )

    assert red[0] > blue[0] + 10
    assert blue[2] > red[2] + 10


def test_only_colours_recolour_what_is_there():
    source, mask = paint("a boat on the sea"), mask_of([SQUARE], SIZE)

    result = inpaint(source, mask, "make it green")

    mean = ImageStat.Stat(result, mask).mean
    assert mean[1] > max(mean[0], mean[2])
    alike = ImageStat.Stat(
        ImageChops.difference(
            result.convert("L").filter(ImageFilter.FIND_EDGES).crop((45, 35, 135, 125)),
            source.convert("L").filter(ImageFilter.FIND_EDGES).crop((45, 35, 135, 125)),
        )
    ).mean[0]
    assert alike < 16


def test_every_part_of_a_mask_is_repainted():
    areas = [
        {"width": 256, "height": 160, "points": [x, 20, x + 50, 20, x + 50, 90, x, 90]}
        for x in (10, 100, 190)
    ]
    source, mask = paint(), mask_of(areas, SIZE)

    result = inpaint(source, mask, "a red balloon")

    for area in areas:
        assert difference(result, source, mask_of([area], SIZE)) > 5
    assert same_under(result, source, inverted(mask))


def test_the_seam_is_soft():
    source = Image.new("RGB", (640, 640), (90, 120, 160))
    mask = Image.new("L", source.size)
    mask.paste(255, (200, 200, 440, 440))

    result = inpaint(source, mask, "make it red")

    row = [result.getpixel((x, 320))[0] for x in range(198, 216)]
    assert row[0] == 90
    assert 2 < len(set(row)) < 18
    assert max(abs(a - b) for a, b in pairwise(row)) < max(row) - min(row)


def test_an_empty_mask_changes_nothing():
    source = paint()

    assert inpaint(source, Image.new("L", SIZE)).tobytes() == source.tobytes()


def test_a_line_one_pixel_wide_is_repainted_too():
    source, mask = paint(), Image.new("L", SIZE)
    mask.paste(255, (100, 20, 101, 140))

    result = inpaint(source, mask, "make it green")

    assert difference(result, source, mask) > 3
    assert same_under(result, source, inverted(mask))


def test_the_whole_picture_may_be_masked():
    source = paint()

    assert difference(inpaint(source, Image.new("L", SIZE, 255), "a city"), source) > 10


def test_the_picture_lies_in_its_box_on_the_canvas():
    source = paint(size=(200, 200))

    result = edit(source, (400, 300), (120, 80, 100, 100))

    assert result.size == (400, 300)
    inner = source.resize((100, 100), Image.Resampling.LANCZOS)
    assert result.crop((120, 80, 220, 180)).tobytes() == inner.tobytes()


def test_all_around_the_picture_is_painted():
    result = edit(paint(size=(200, 200)), (400, 300), (120, 80, 100, 100))

    for box in ((0, 0, 400, 70), (0, 190, 400, 300), (0, 0, 110, 300), (230, 0, 400, 300)):
        assert sum(ImageStat.Stat(result.crop(box)).stddev) > 5
        assert sum(ImageStat.Stat(result.crop(box)).mean) > 30


def test_four_edits_differ_around_the_picture():
    source = paint(size=(200, 200))

    pictures = [edit(source, (400, 300), (120, 80, 100, 100), index=index) for index in range(4)]

    assert four_differ(pictures, 2)


def test_the_canvas_shows_what_the_prompt_adds():
    source = paint("grey sea", size=(200, 200))
    box = (150, 20, 200, 200)

    bare, added = (
        edit(source, (500, 400), box, prompt=prompt) for prompt in ("calm", "a red house")
    )

    assert difference(bare, added) > 2
    assert same_under(
        bare.crop((150, 20, 350, 220)),
        added.crop((150, 20, 350, 220)),
        Image.new("L", (200, 200), 255),
    )


def test_a_large_canvas_is_made_smaller_as_a_whole():
    result = edit(paint(size=(200, 200)), (4096, 2048), (1024, 0, 2048, 2048))

    assert result.size == (2048, 1024)
    inner = paint(size=(200, 200)).resize((1024, 1024), Image.Resampling.LANCZOS)
    assert result.crop((512, 0, 1536, 1024)).tobytes() == inner.tobytes()


def test_a_picture_larger_than_the_canvas_is_cut():
    source = paint(size=(200, 200))

    result = edit(source, (100, 100), (-50, -50, 200, 200))

    assert result.tobytes() == source.crop((50, 50, 150, 150)).tobytes()


def test_a_picture_beside_the_canvas_leaves_a_new_scene():
    result = edit(paint(size=(200, 200)), (160, 120), (500, 500, 100, 100), prompt="blue sea")

    assert result.size == (160, 120)
    assert ImageStat.Stat(result).mean[2] > ImageStat.Stat(result).mean[0]


def test_a_mask_on_the_canvas_is_one_of_the_source():
    source = paint(size=(200, 200))
    mask = mask_of(
        [{"width": 200, "height": 200, "points": [0, 0, 99, 0, 99, 199, 0, 199]}], (200,) * 2
    )
    box = (200, 100, 100, 100)

    bare = edit(source, (500, 300), box, prompt="a red house")
    result = edit(source, (500, 300), box, mask=mask, prompt="a red house")

    right = (251, 100, 300, 200)
    inner = source.resize((100, 100), Image.Resampling.LANCZOS)
    assert result.crop(right).tobytes() == inner.crop((51, 0, 100, 100)).tobytes()
    assert difference(result.crop((200, 100, 250, 200)), bare.crop((200, 100, 250, 200))) > 5


@pytest.mark.parametrize("surface", sorted(SURFACES))
def test_every_surface_keeps_the_composition(surface):
    source = paint("a cat and the moon", index=2)
    words = SURFACES[surface].split()

    for word in (words[0], next(word for word in words if not word.isascii())):
        result = retouch.retexture(source, word, seed=1, index=0)

        assert result.size == source.size
        assert difference(result, source) > 4
        assert difference(shape_of(result), shape_of(source)) < difference(
            shape_of(result), ImageOps.mirror(shape_of(source))
        )


def test_every_surface_differs_from_the_others():
    source = paint()
    names = [name for name in sorted(SURFACES) if name != "painting"]

    pictures = [
        retouch.retexture(source, SURFACES[name].split()[0], seed=1, index=0) for name in names
    ]

    assert four_differ(pictures, 4)


@pytest.mark.parametrize("prompt", ["oil painting", "像素", "marble", "a fairy tale", "水墨", ""])
def test_four_retextures_differ(prompt):
    source = paint()

    pictures = [retouch.retexture(source, prompt, seed=1, index=index) for index in range(4)]

    assert four_differ(pictures, 2)


def test_a_retexture_takes_the_colours_of_its_words():
    source = paint("green forest")

    red = ImageStat.Stat(retouch.retexture(source, "red clay", seed=1, index=0)).mean
    blue = ImageStat.Stat(retouch.retexture(source, "blue clay", seed=1, index=0)).mean

    assert red[0] > red[2] + 20
    assert blue[2] > blue[0] + 20


@pytest.mark.parametrize("colour", [(190, 40, 30), (20, 20, 30), (250, 240, 230)])
def test_the_subject_of_a_photograph_is_cut_out(colour):
    source = portrait(colour)

    alpha = retouch.cutout(source).getchannel("A")

    for inside in ((100, 60), (100, 110), (100, 190), (70, 195)):
        assert alpha.getpixel(inside) == 255
    for outside in ((3, 3), (196, 3), (20, 100), (180, 90), (3, 120)):
        assert alpha.getpixel(outside) == 0


def test_the_edge_of_a_cutout_is_soft_and_free_of_the_old_background():
    source = portrait((190, 40, 30), (20, 220, 40))

    cut = retouch.cutout(source)

    soft = [p for p in cut.get_flattened_data() if 60 < p[3] < 200]
    assert len(soft) > 40
    assert sum(red for red, *_ in soft) > sum(green for _, green, *_ in soft)


@pytest.mark.parametrize(
    "prompt",
    ["a mountain lake", "neon city", "a cat at night", "boat", "forest", "水墨 山", "desert"],
)
def test_a_cutout_of_a_scene_is_neither_empty_nor_all_of_it(prompt):
    for index in range(4):
        alpha = retouch.cutout(paint(prompt, index=index)).getchannel("A")

        assert 0.005 < ImageStat.Stat(alpha).mean[0] / 255 < 0.93
        assert alpha.getextrema() == (0, 255)


@pytest.mark.parametrize("colour", ["white", "black", (120, 90, 60)])
def test_a_cutout_of_nothing_is_neither_empty_nor_full(colour):
    alpha = retouch.cutout(Image.new("RGB", SIZE, colour)).getchannel("A")

    assert alpha.getextrema() == (0, 255)


@pytest.mark.parametrize("index", range(4))
@pytest.mark.parametrize(("prompt", "high"), [("a sailing boat at sunset", 0.5), ("a cat", 0.7)])
def test_a_figure_is_cut_out_of_its_scene_where_it_was_painted(prompt, high, index):
    view = VIEWS[index]

    alpha = retouch.cutout(paint(prompt, index=index, size=(384, 256))).getchannel("A")

    left, top, right, bottom = alpha.point([0] * 128 + [255] * 128).getbbox()
    middle = 1 - view.subject if view.mirrored else view.subject
    assert (left + right) / 2 / 384 == pytest.approx(middle, abs=0.08)
    assert right - left < 192
    assert bottom - top < 256 * high


def test_what_is_transparent_already_stays_so():
    source = portrait().convert("RGBA")
    source.putalpha(mask_of([{"width": 9, "height": 9, "points": [2, 2, 7, 2, 7, 7]}], source.size))

    assert retouch.cutout(source).tobytes() == source.tobytes()


COLOURS = {"red": 0, "green": 1, "blue": 2}


@pytest.mark.parametrize("index", [0, 1, 2])
def test_each_picture_of_a_blend_can_still_be_told(index):
    sources = [paint(word, seed=3, size=(200, 200)) for word in COLOURS]

    image = retouch.blend(sources, "", seed=1, index=index, size=(300, 200))

    assert image.size == (300, 200)
    tiny = image.resize((30, 20), Image.Resampling.BOX)
    for band in COLOURS.values():
        strongest = sum(pixel[band] == max(pixel) for pixel in tiny.get_flattened_data())
        assert strongest > 20


def test_the_subjects_of_a_blend_stand_in_one_place():
    sources = [portrait((200, 30, 30)), portrait((30, 30, 200), (210, 200, 120))]

    image = retouch.blend(sources, "", seed=1, index=3, size=(300, 200))

    hues = [
        max(range(3), key=p.__getitem__) for p in image.get_flattened_data() if max(p) - min(p) > 80
    ]
    assert hues.count(0) > 500
    assert hues.count(2) > 500


@pytest.mark.parametrize("count", [2, 3, 4, 5])
def test_four_blends_differ(count):
    words = ("red mountain", "blue sea boat", "green forest", "night city", "a cat")[:count]
    sources = [paint(word, size=(160, 160)) for word in words]

    pictures = [
        retouch.blend(sources, "", seed=1, index=index, size=(160, 160)) for index in range(4)
    ]

    assert four_differ(pictures, 8)
    again = retouch.blend(sources, "", seed=1, index=3, size=(160, 160))
    assert again.tobytes() == pictures[3].tobytes()


def test_a_blend_hears_its_prompt():
    sources = [paint("green forest"), paint("green sea")]

    bare, red = (
        ImageStat.Stat(retouch.blend(sources, prompt, seed=1, index=0, size=SIZE)).mean
        for prompt in ("", "red clay")
    )

    assert red[0] - red[1] > bare[0] - bare[1] + 30


def test_a_style_moves_its_colours_onto_the_picture_by_its_weight():
    image, style = paint("blue sea"), paint("red desert", seed=2)
    wanted = ImageStat.Stat(style).mean

    away = [
        sum(
            abs(a - b)
            for a, b in zip(
                ImageStat.Stat(retouch.styled_after(image, style, weight)).mean, wanted, strict=True
            )
        )
        for weight in (0, 50, 300, 1000)
    ]

    assert away == sorted(away, reverse=True)
    assert away[-1] < away[0] / 3


def test_a_style_of_no_weight_changes_nothing():
    image = paint()

    assert retouch.styled_after(image, paint("red"), 0).tobytes() == image.tobytes()


def test_the_style_of_a_painting_of_ours_comes_along():
    image = paint("blue sea")
    inked = paint("grey mountain ink")
    pretending = inked.copy()
    pretending.info["painted"] = "mountain"

    assert (
        difference(
            retouch.styled_after(image, inked, 1000), retouch.styled_after(image, pretending, 1000)
        )
        > 3
    )


@pytest.mark.parametrize("index", range(4))
def test_a_thing_stands_in_the_picture(index):
    image = paint("blue sea", size=(300, 200))

    result = retouch.featuring(image, portrait((230, 20, 20)), index=index)

    reds = [p for p in result.get_flattened_data() if p[0] > 150 > 90 > p[2]]
    assert len(reds) > 2000
    assert result.crop((0, 0, 20, 20)).tobytes() == image.crop((0, 0, 20, 20)).tobytes()


def test_a_thing_casts_a_shadow_on_the_ground():
    image = Image.new("RGB", (300, 300), (200, 200, 200))
    thing = Image.new("RGBA", (100, 100))
    ImageDraw.Draw(thing).rectangle((30, 20, 70, 80), fill=(220, 30, 30))

    result = retouch.featuring(image, thing)

    grey = [p for p in result.get_flattened_data() if max(p) - min(p) < 12 and p[0] < 170]
    assert len(grey) > 50


def test_every_result_knows_what_was_painted():
    source, mask = paint("a cat by the sea"), mask_of([SQUARE], SIZE)

    results = [
        inpaint(source, mask, "moon"),
        edit(source, (300, 300), (10, 10, 100, 100), prompt="moon"),
        retouch.blend([source, paint("moon")], "", seed=1, index=0, size=SIZE),
        retouch.featuring(source, paint("moon")),
    ]

    for result in results:
        assert art.reading_of(result).motifs >= {"cat", "sea", "moon"}
    for kept in (
        retouch.retexture(source, "clay", seed=1, index=0),
        retouch.cutout(source),
        retouch.styled_after(source, paint("red")),
    ):
        assert art.reading_of(kept).motifs == art.reading_of(source).motifs


@pytest.mark.parametrize("size", [(1, 1), (2, 2), (1, 40), (40, 1), (7, 9), (9, 300)])
def test_tiny_pictures_can_be_worked_on(size):
    tiny, scene = Image.new("RGB", size, (90, 120, 30)), paint(size=(60, 40))
    scene.info["painted"] = tiny.info["painted"] = "cat boat sea"

    for level in (0, 255):
        inpaint(tiny, Image.new("L", size, level), "a cat, a house, stars in the forest")
    for surface in SURFACES.values():
        assert retouch.retexture(tiny, surface.split()[0], seed=1, index=1).size == size
    assert retouch.cutout(tiny).mode == "RGBA"
    for index in range(4):
        edit(tiny, (30, 20), (5, 5, 1, 1), mask=Image.new("L", size, 255), index=index)
        edit(scene, size, (-3, -3, 30, 30), prompt="a cat", index=index)
        retouch.blend([tiny, scene], "", seed=1, index=index, size=(50, 30))
        retouch.blend([tiny, scene], "", seed=1, index=index, size=size)
    for one, other in ((tiny, scene), (scene, tiny)):
        assert retouch.styled_after(one, other).size == one.size
        assert retouch.featuring(one, other).size == one.size


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGBA", "1", "CMYK", "I;16", "F"])
def test_a_picture_in_any_mode_can_be_worked_on(mode):
    source = portrait().convert("L").convert(mode)
    mask = mask_of([SQUARE], source.size)

    assert inpaint(source, mask, "cat").mode == "RGB"
    assert edit(source, (99, 99), (9, 9, 60, 60), mask=mask).size == (99, 99)
    assert sum(ImageStat.Stat(edit(source, (99, 99), (9, 9, 60, 60))).mean) > 60
    assert retouch.retexture(source, "clay", seed=1, index=0).mode == "RGB"
    assert retouch.cutout(source).mode == "RGBA"
    assert retouch.featuring(source, source).size == source.size


@pytest.mark.parametrize(
    "prompt", ["   ", "海" * 9000, "🌊🐱", "\ud800 half", "\x00\n--ar 16:9", "{0} %s"]
)
def test_a_hostile_prompt_is_only_a_prompt(prompt):
    source, mask = paint(), mask_of([SQUARE], SIZE)

    assert inpaint(source, mask, prompt).size == SIZE
    assert edit(source, (90, 90), (5, 5, 50, 50), prompt=prompt).size == (90, 90)
    assert retouch.retexture(source, prompt, seed=1, index=0).size == SIZE
    assert retouch.blend([source, source], prompt, seed=1, index=0, size=SIZE).size == SIZE
