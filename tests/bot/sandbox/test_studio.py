"""The pictures that come of a request, asked of the emulator on real HTTP."""

import pytest
from PIL import Image, ImageChops, ImageDraw, ImageOps, ImageStat

from tests.bot.sandbox.desk import encoded

pytestmark = pytest.mark.usefixtures("small_results")

MAGENTA, GREEN = (230, 20, 200), (20, 160, 60)
NIGHT = "a mountain lake at night --v 7"
REGION = (20, 20, 60, 70)
EDGE = 6  # pixels over which a picture may run into what is new around it


def plain(colour, size=(120, 120)):
    return Image.new("RGB", size, colour)


def subject(colour=MAGENTA, size=(120, 120)):
    """Something that stands out from its background."""
    image = plain("white", size)
    ImageDraw.Draw(image).ellipse((30, 20, size[0] - 30, size[1] - 10), fill=colour)
    return image


def share(image, colour, reach=80):
    """How much of a picture has about this colour, 0 to 1."""
    difference = ImageChops.difference(image.convert("RGB"), Image.new("RGB", image.size, colour))
    red, green, blue = difference.split()
    far = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    return sum(far.histogram()[:reach]) / (image.width * image.height)


def differing(one, other, margin=0):
    """The box in which two pictures differ at all, apart from a margin at their edges."""
    difference = ImageChops.difference(one.convert("RGB"), other.convert("RGB"))
    within = Image.new("RGB", one.size)
    within.paste(ImageOps.crop(difference, margin), (margin, margin))
    return within.getbbox()


def inside(box, outer):
    return all(a >= b for a, b in zip(box[:2], outer[:2], strict=True)) and all(
        a <= b for a, b in zip(box[2:], outer[2:], strict=True)
    )


def region(size, box=REGION):
    left, top, right, bottom = box[0], box[1], box[2] - 1, box[3] - 1  # corners belong to it
    points = [left, top, right, top, right, bottom, left, bottom]
    return {"areas": [{"width": size[0], "height": size[1], "points": points}]}


def greenness(image):
    red, green, blue = ImageStat.Stat(image.convert("RGB")).mean
    return green - (red + blue) / 2


async def drawn(desk, text, **body):
    return await desk.pictures(await desk.submit(text=text, **body))


@pytest.mark.parametrize(("aspect", "ratio"), [("16:9", 16 / 9), ("1:2", 1 / 2)])
async def test_pictures_have_the_aspect_that_was_asked_for(desk, aspect, ratio):
    pictures = await drawn(desk, f"a cat --ar {aspect} --v 7")

    assert all(abs(each.width / each.height / ratio - 1) < 0.1 for each in pictures)


@pytest.mark.parametrize(("kind", "factor"), [(0, 2), (1, 2), (2, 2), (3, 4)])
async def test_an_upscaled_picture_is_as_much_larger_as_its_type_says(desk, kind, factor):
    parent = await desk.drawn(text="a cat --v 5.2")
    source = (await desk.pictures(parent))[1]

    job_id = await desk.submit("upscale", jobId=parent, imageNo=1, type=kind)

    (large,) = await desk.pictures(job_id)
    assert large.size == (source.width * factor, source.height * factor)


async def test_only_the_marked_region_of_a_picture_is_repainted(desk):
    parent = await desk.drawn()
    source = (await desk.pictures(parent))[2]
    body = {"mask": region(source.size), "remixPrompt": "a red balloon"}

    job_id = await desk.submit("inpaint", jobId=parent, imageNo=2, **body)

    for picture in await desk.pictures(job_id):
        assert inside(differing(picture, source), REGION)


async def test_a_mask_from_an_address_marks_the_region_too(desk, home):
    parent = await desk.drawn()
    source = (await desk.pictures(parent))[0]
    mask = Image.new("1", source.size)
    mask.paste(1, REGION)

    job_id = await desk.submit(
        "inpaint", jobId=parent, imageNo=0, mask={"url": home.show("mask.png", mask)}
    )

    assert inside(differing((await desk.pictures(job_id))[0], source), REGION)


async def test_a_reroll_repaints_the_same_region_of_the_same_picture(desk):
    parent = await desk.drawn()
    source = (await desk.pictures(parent))[1]
    body = {"mask": region(source.size), "remixPrompt": "a forest"}
    first = await desk.drawn("inpaint", jobId=parent, imageNo=1, **body)

    again = await desk.drawn("reroll", jobId=await desk.drawn("reroll", jobId=first))

    for one, other in zip(await desk.pictures(first), await desk.pictures(again), strict=True):
        assert inside(differing(other, source), REGION)
        assert one.tobytes() != other.tobytes()


async def test_an_edited_picture_stands_on_its_canvas_as_it_was(desk):
    parent = await desk.drawn()
    source = (await desk.pictures(parent))[0]
    left, top = 40, 24
    canvas = {"width": source.width + 64, "height": source.height + 96}
    box = {"width": source.width, "height": source.height, "x": left, "y": top}

    job_id = await desk.submit(
        "edit", jobId=parent, imageNo=0, canvas=canvas, imgPos=box, remixPrompt="a forest"
    )

    for picture in await desk.pictures(job_id):
        inner = picture.crop((left, top, left + source.width, top + source.height))
        assert picture.size == (canvas["width"], canvas["height"])
        assert differing(inner, source, EDGE) is None


async def test_an_uploaded_picture_is_repainted_on_its_canvas_where_its_mask_says(desk, home):
    source = subject(size=(128, 128))

    job_id = await desk.submit(
        "upload_paint",
        imgUrl=home.show("picture.png", source),
        mask=region(source.size),
        canvas={"width": 200, "height": 160},
        imgPos={"width": 128, "height": 128, "x": 36, "y": 16},
        remixPrompt="a forest",
    )

    for picture in await desk.pictures(job_id):
        inner = picture.crop((36, 16, 164, 144))
        assert picture.size == (200, 160)
        assert inside(differing(inner, source, EDGE), REGION)


async def test_a_retextured_picture_keeps_its_shapes(desk, home):
    address = home.show("picture.png", subject())

    job_id = await desk.submit("retexture", imgUrl=address, remixPrompt="oil painting")

    for picture in await desk.pictures(job_id):
        middle, corner = picture.crop((45, 45, 75, 75)), picture.crop((0, 0, 15, 15))
        apart = ImageStat.Stat(corner).mean[1] - ImageStat.Stat(middle).mean[1]
        assert picture.size == (120, 120)
        assert differing(picture, subject())
        assert apart > 60


async def test_a_cut_out_picture_is_transparent_around_its_subject(desk, home):
    address = home.show("picture.jpg", encoded(subject(), "JPEG"))

    (picture,) = await desk.pictures(await desk.submit("remove_background", imgUrl=address))

    alpha = picture.getchannel("A")
    assert picture.mode == "RGBA"
    assert (alpha.getpixel((2, 2)), alpha.getpixel((60, 60))) == (0, 255)
    assert share(picture.crop((50, 50, 70, 70)), MAGENTA) == 1


async def test_two_pictures_without_a_text_are_blended(desk, home):
    one, other = home.show("a.png", plain(MAGENTA)), home.show("b.png", plain(GREEN))

    for picture in await drawn(desk, f"{one} {other} --v 7"):
        assert share(picture, MAGENTA) > 0.05
        assert share(picture, GREEN) > 0.05


async def test_a_picture_beside_a_text_shows_in_the_result(desk, home):
    address = home.show("a.png", subject())

    for picture in await drawn(desk, f"{address} {NIGHT}"):
        assert share(picture, MAGENTA) > 0.02


async def test_a_picture_of_no_weight_does_not_show(desk, home):
    address = home.show("a.png", subject())

    for picture in await drawn(desk, f"{address} {NIGHT} --iw 0"):
        assert share(picture, MAGENTA) < 0.01


async def test_an_omni_reference_shows_in_the_result(desk, home):
    address = home.show("a.png", subject())

    for picture in await drawn(desk, f"{NIGHT} --oref {address}"):
        assert share(picture, MAGENTA) > 0.02


async def test_a_style_reference_gives_its_colours_as_far_as_it_weighs(desk, home):
    address = home.show("a.png", plain(GREEN))

    styled = await drawn(desk, f"{NIGHT} --sref {address} --sw 800")
    hardly = await drawn(desk, f"{NIGHT} --sref {address} 4711 --sw 0")

    assert min(map(greenness, styled)) > max(map(greenness, hardly)) + 20


async def test_a_moodboard_gives_its_colours_and_what_is_gone_from_it_is_left_out(desk, home):
    gone, broken = f"{home.address}/pictures/missing.png", home.show("b.png", b"<html>")
    images = [gone, broken, home.show("a.png", plain(GREEN))]
    created = await desk.ask("POST", "/v1/tob/moodboard", {"name": "Green", "images": images})

    styled = await drawn(desk, f"{NIGHT} --p {created.json()['id']}")
    usual = await drawn(desk, f"{NIGHT} --p 4711")

    assert min(map(greenness, styled)) > max(map(greenness, usual)) + 15


async def test_a_prompt_of_a_follow_up_refers_to_pictures_too(desk, home):
    parent = await desk.drawn(text=NIGHT)
    address = home.show("a.png", subject())
    prompt = f"a lake at night --oref {address}"

    job_id = await desk.submit("remix", jobId=parent, imageNo=0, remixPrompt=prompt)

    for picture in await desk.pictures(job_id):
        assert share(picture, MAGENTA) > 0.02
