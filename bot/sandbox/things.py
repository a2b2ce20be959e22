"""Single things that can be put into a picture: a balloon, a house, a tree, a person …"""

import math
from collections.abc import Callable, Mapping, Sequence

from bot.sandbox.canvas import Canvas
from bot.sandbox.colours import Colour, mix, turned_hue
from bot.sandbox.figures import BOAT, CAT
from bot.sandbox.scenery import moon as moon_disc
from bot.sandbox.shapes import Point, ellipse, points, spline

NAMES = {
    "balloon": "balloon airship 气球 飞艇",
    "lighthouse": "lighthouse tower castle 灯塔 塔 城堡",
    "tree": "tree oak 树",
    "flowers": "flower rose tulip bouquet garden sakura blossom 花 玫瑰 樱",
    "house": "house cabin hut cottage home temple 房 屋 庙",
    "person": "person man woman girl boy people child traveler 人 女孩 男孩 孩子",
    "lantern": "lantern lamp light orb planet 灯笼 路灯 星球",
    "cloud": "cloud clouds 云",
    "bird": "bird eagle crane gull flock 鸟 鹤 鹰 雁",
    "boat": "boat ship sail sailboat yacht 船 舟 帆",
    "cat": "cat kitten kitty feline 猫",
    "moon": "moon moonlight lunar 月",
    "sun": "sun sunlight 太阳",
}
FLOATING = {"balloon", "cloud", "lantern", "bird", "moon", "sun"}
ANYTHING = ("balloon", "lantern", "tree", "lighthouse")  # for words that name nothing we know

_ENVELOPE = points("0,-1 .19,-.97 .33,-.84 .37,-.67 .31,-.49 .17,-.32 .07,-.2 .07,-.2")
_TOWER = points("-.14,0 -.09,-.74 .09,-.74 .14,0")
_PERSON = points(
    ".055,-.82 .07,-.8 .15,-.76 .18,-.6 .2,-.42 .2,-.42 .15,-.42 .15,-.42 .12,-.6 .12,-.4"
    " .11,-.2 .1,0 .1,0 .02,0 .02,0 .015,-.36 .015,-.36 0,-.38"
)
_WING = points("0,0 .15,-.16 .36,-.3 .62,-.33 1,-.24 1,-.24 .66,-.2 .4,-.1 .2,.06 0,.14")


def put(canvas: Canvas, name: str, foot: Point, size: float, tone: Colour) -> None:
    """Paints a thing that stands (or hangs) on `foot`, `size` pixels high, in a main colour."""
    _THINGS[name](canvas, foot, size, tone)


def width_of(name: str) -> float:
    """How wide a thing is, its height being 1."""
    return {
        "balloon": 0.75,
        "person": 0.45,
        "lighthouse": 0.5,
        "bird": 1.9,
        "cloud": 2.0,
        "house": 1.1,
    }.get(name, 1.0)


def _mirrored(half: Sequence[Point]) -> list[Point]:
    """A closed outline from its right half."""
    curve = spline(half)
    return [*curve, *((-x, y) for x, y in reversed(curve))]


def _lit(canvas: Canvas, shape: Sequence[Point], size: float, strength: float = 0.55) -> None:
    """A rim of light on the side that faces the light."""
    side = 1 if canvas.light[0] > sum(x for x, _ in shape) / len(shape) else -1
    moved = [(x + side * size * 0.012, y - size * 0.008) for x, y in shape]
    canvas.fill([moved], mix(canvas.palette.light, (255, 255, 255), 0.2), opacity=strength)


def _shade(canvas: Canvas, foot: Point, wide: float) -> None:
    """A soft shadow on the ground."""
    canvas.fill([ellipse(foot, wide, wide * 0.16)], (0, 0, 0), opacity=0.35, blur=wide * 0.09)


def _balloon(canvas: Canvas, foot: Point, size: float, tone: Colour) -> None:
    p = canvas.palette
    outline = _mirrored(_ENVELOPE)
    pale = mix(mix(tone, (255, 255, 255), 0.62), p.light, 0.35)
    _lit(canvas, canvas.placed(outline, foot, size), size)
    for number, wide in enumerate((1.0, 0.78, 0.5, 0.2)):
        gore = [(x * wide, y) for x, y in outline]
        colour = tone if number % 2 == 0 else pale
        shape = canvas.placed(gore, foot, size)
        canvas.fill([shape], mix(colour, (255, 255, 255), 0.12), mix(colour, p.near, 0.45))
    shine = canvas.placed(ellipse((-0.13, -0.78), 0.1, 0.14), foot, size)
    canvas.fill([shine], (255, 255, 255), opacity=0.3, blur=size * 0.025)
    ropes = [[(-0.066, -0.2), (-0.056, -0.2), (-0.04, -0.1), (-0.05, -0.1)]]
    ropes.append([(-x, y) for x, y in ropes[0]])
    canvas.fill([canvas.placed(rope, foot, size) for rope in ropes], p.near)
    basket = canvas.placed(points("-.055,-.11 .055,-.11 .042,-.01 -.042,-.01"), foot, size)
    canvas.fill([basket], (150, 98, 54), (84, 50, 28))


def _lighthouse(canvas: Canvas, foot: Point, size: float, tone: Colour) -> None:
    p, (x, y) = canvas.palette, foot
    white = mix((250, 246, 238), p.horizon, 0.18)
    rock = points("-.26,.01 -.23,-.05 -.12,-.09 0,-.1 .12,-.08 .22,-.05 .26,.01")
    canvas.fill([canvas.placed(spline(rock), foot, size)], mix(p.near, p.far, 0.4), p.near)
    canvas.fill([canvas.placed(_TOWER, foot, size)], white, mix(white, p.near, 0.4))
    for low, high in ((0.12, 0.26), (0.4, 0.53)):
        half = [0.14 - 0.05 * part / 0.74 for part in (low, high)]
        band = [(-half[0], -low), (-half[1], -high), (half[1], -high), (half[0], -low)]
        canvas.fill([canvas.placed(band, foot, size)], tone, mix(tone, p.near, 0.25))
    shade = points("0,0 0,-.74 .09,-.74 .14,0")
    canvas.fill([canvas.placed(shade, foot, size)], p.near, opacity=0.25)
    glass = points("-.06,-.74 -.06,-.85 .06,-.85 .06,-.74")
    lamp = (x, y - size * 0.8)
    beam = points("0,-.8 1.4,-.98 1.4,-.7")
    canvas.fill([canvas.placed(beam, foot, size)], (255, 246, 200), opacity=0.28, blur=size * 0.012)
    canvas.glow(lamp, size * 0.32, (255, 236, 170), 0.9)
    canvas.fill([canvas.placed(glass, foot, size)], (255, 250, 214))
    dark = mix(tone, p.near, 0.6)
    roof = points("-.09,-.85 0,-.97 .09,-.85")
    deck = points("-.11,-.72 -.11,-.755 .11,-.755 .11,-.72")
    canvas.fill([canvas.placed(roof, foot, size), canvas.placed(deck, foot, size)], dark)


def _tree(canvas: Canvas, foot: Point, size: float, tone: Colour) -> None:
    p, rng = canvas.palette, canvas.rng
    _shade(canvas, foot, size * 0.34)
    trunk = points("-.06,0 -.035,-.2 -.05,-.5 -.02,-.55 .03,-.55 .045,-.5 .035,-.2 .07,0")
    wood = mix((92, 62, 44), p.near, 0.4)
    canvas.fill([canvas.placed(spline(trunk), foot, size)], wood, mix(wood, p.near, 0.5))
    for layer in range(3):
        blobs = []
        for _ in range(34):
            turn, far = rng.uniform(0, math.tau), math.sqrt(rng.random())
            at = (math.cos(turn) * far * 0.32, -0.66 + math.sin(turn) * far * 0.25 - layer * 0.03)
            r = rng.uniform(0.035, 0.085) * (1.25 - 0.3 * layer)
            blobs.append(canvas.placed(ellipse((at[0] - layer * 0.02, at[1]), r, r), foot, size))
        leaf = mix(tone, p.near, 0.5 - 0.3 * layer)
        canvas.fill(blobs, mix(leaf, p.light, 0.16 * layer), leaf)


def _flowers(canvas: Canvas, foot: Point, size: float, tone: Colour) -> None:
    p, rng = canvas.palette, canvas.rng
    green = mix((64, 130, 66), p.near, 0.25)
    for lean, high in ((-0.3, 0.7), (0.3, 0.78), (-0.12, 0.52), (0.14, 0.5), (0.0, 0.94)):
        head = (lean, -high + 0.13)
        stem = [(0.0, 0.0), (lean * 0.25, -high * 0.4), head]
        line = [*((x - 0.011, y) for x, y in spline(stem))]
        line += [(x + 0.022, y) for x, y in reversed(line)]
        leaf = [(lean * 0.2, -0.16), (lean * 0.2 + 0.16, -0.3), (lean * 0.2 + 0.03, -0.24)]
        shapes = [line, spline(leaf)]
        canvas.fill([canvas.placed(shape, foot, size) for shape in shapes], green)
        colour, petals = turned_hue(tone, rng.uniform(-0.04, 0.04)), []
        for number in range(7):
            turn = number * math.tau / 7
            at = (head[0] + math.cos(turn) * 0.085, head[1] + math.sin(turn) * 0.085)
            petals.append(canvas.placed(ellipse(at, 0.062, 0.062, 24), foot, size))
        canvas.fill(petals, mix(colour, (255, 255, 255), 0.3), colour)
        canvas.fill([canvas.placed(ellipse(head, 0.05, 0.05, 24), foot, size)], (250, 206, 90))


def _house(canvas: Canvas, foot: Point, size: float, tone: Colour) -> None:
    p = canvas.palette
    _shade(canvas, foot, size * 0.62)
    wall = mix(mix(tone, (255, 250, 240), 0.72), p.horizon, 0.2)
    dark = mix(tone, p.near, 0.35)
    shapes = {
        "wall": points("-.46,0 -.46,-.5 .46,-.5 .46,0"),
        "chimney": points(".2,-.6 .2,-.98 .33,-.98 .33,-.6"),
        "roof": points("-.56,-.46 -.3,-.9 .3,-.9 .56,-.46"),
        "door": points("-.07,0 -.07,-.32 .09,-.32 .09,0"),
    }
    placed = {name: canvas.placed(shape, foot, size) for name, shape in shapes.items()}
    _lit(canvas, placed["roof"], size)
    canvas.fill([placed["chimney"]], mix(wall, p.near, 0.45))
    canvas.fill([placed["wall"]], wall, mix(wall, p.near, 0.35))
    canvas.fill([placed["roof"]], tone, dark)
    canvas.fill([placed["door"]], dark)
    for x in (-0.3, 0.28):
        pane = [(x - 0.09, -0.2), (x - 0.09, -0.38), (x + 0.09, -0.38), (x + 0.09, -0.2)]
        at = (foot[0] + x * size, foot[1] - 0.29 * size)
        canvas.glow(at, size * 0.24, (255, 206, 120), 0.55)
        canvas.fill([canvas.placed(pane, foot, size)], (255, 232, 160), (255, 200, 100))
        bars = [[(x - 0.006, -0.2), (x - 0.006, -0.38), (x + 0.006, -0.38), (x + 0.006, -0.2)]]
        canvas.fill([canvas.placed(bar, foot, size) for bar in bars], dark)


def _person(canvas: Canvas, foot: Point, size: float, tone: Colour) -> None:
    p = canvas.palette
    _shade(canvas, foot, size * 0.2)
    body = canvas.placed(_mirrored(_PERSON), foot, size)
    head = canvas.placed(ellipse((0, -0.905), 0.068, 0.085), foot, size)
    _lit(canvas, body, size, 0.8)
    _lit(canvas, head, size, 0.8)
    coat = mix(tone, p.near, 0.12)
    canvas.fill([body], coat, mix(p.near, (0, 0, 0), 0.3))
    canvas.fill([head], mix((60, 42, 34), p.near, 0.4))
    scarf = points("-.07,-.83 .07,-.83 .075,-.78 .02,-.77 .05,-.55 0,-.55 -.03,-.77 -.075,-.78")
    canvas.fill([canvas.placed(scarf, foot, size)], turned_hue(mix(tone, p.light, 0.55), 0.45))


def _lantern(canvas: Canvas, foot: Point, size: float, tone: Colour) -> None:
    at, r = (foot[0], foot[1] - size / 2), size * 0.3
    warm = mix(tone, (255, 236, 180), 0.45)
    canvas.glow(at, size * 0.75, warm, 0.9)
    canvas.disc(at, r, mix(warm, (255, 255, 255), 0.35), tone)
    for wide, part in ((0.82, 0.28), (0.45, 0.4)):
        rib = ellipse(at, r * wide, r)
        canvas.fill([rib], mix(warm, (255, 255, 255), part), opacity=0.35, blur=r * 0.05)
    caps = [points("-.1,-.2 -.1,-.26 .1,-.26 .1,-.2"), points("-.1,.2 -.1,.26 .1,.26 .1,.2")]
    dark = mix(tone, canvas.palette.near, 0.7)
    canvas.fill([canvas.placed([(x, y * 1.2) for x, y in cap], at, size) for cap in caps], dark)
    thread = points("-.006,-.5 .006,-.5 .006,-.3 -.006,-.3")
    tassel = points("-.03,.3 .03,.3 .045,.5 -.045,.5")
    canvas.fill([canvas.placed(shape, at, size) for shape in (thread, tassel)], dark)


def _cloud(canvas: Canvas, foot: Point, size: float, tone: Colour) -> None:
    rng, shapes = canvas.rng, []
    for number in range(26):
        part = number / 25 * 2 - 1
        high = 0.34 * (1 - part * part) + 0.1
        r = rng.uniform(0.5, 1.0) * high
        at = (part * 0.85, -0.25 - rng.uniform(0.2, 1.0) * (high - r * 0.6))
        shapes.append(canvas.placed(ellipse(at, r * 1.3, r, 32), foot, size))
    pale = mix(tone, (255, 255, 255), 0.35)
    canvas.fill(shapes, tone, tone, opacity=0.5, blur=size * 0.05)
    canvas.fill(shapes, pale, mix(tone, canvas.palette.middle, 0.45), blur=size * 0.012)


def _bird(canvas: Canvas, foot: Point, size: float, tone: Colour) -> None:
    p, rng = canvas.palette, canvas.rng
    dark = mix(mix(tone, p.near, 0.55), (0, 0, 0), 0.2)
    for x, y, wide in ((0, -0.5, 0.8), (-0.5, -0.85, 0.34), (0.62, -0.8, 0.4), (0.42, -0.2, 0.3)):
        lift = rng.uniform(0.8, 1.5)
        wing = [(a, b * lift) for a, b in spline(_WING)]
        both = [*wing, *((-a, b) for a, b in reversed(wing))]
        at = (foot[0] + x * size, foot[1] + y * size)
        shape = canvas.placed(both, at, size * wide)
        _lit(canvas, shape, size * wide, 0.6)
        canvas.fill([shape], dark)


def _boat(canvas: Canvas, foot: Point, size: float, tone: Colour) -> None:
    p = canvas.palette
    main, jib, hull, mast = (
        canvas.placed(spline(shape), (foot[0], foot[1] - size * 0.06), size * 0.9) for shape in BOAT
    )
    ripple = ellipse((foot[0], foot[1] - size * 0.05), size * 0.55, size * 0.03)
    canvas.fill([ripple], p.light, opacity=0.35, blur=size * 0.012)
    sail = mix(tone, (255, 255, 255), 0.18)
    _lit(canvas, main, size)
    canvas.fill([main], sail, mix(tone, p.near, 0.2))
    canvas.fill([jib], mix(sail, p.light, 0.5), mix(tone, p.far, 0.3))
    canvas.fill([mast, hull], mix(p.near, p.far, 0.15))


def _cat(canvas: Canvas, foot: Point, size: float, tone: Colour) -> None:
    p, half = canvas.palette, CAT[0]
    _shade(canvas, foot, size * 0.42)
    outline = spline([*((-a, b) for a, b in reversed(half)), *half])
    body = canvas.placed(outline, foot, size * 0.96)
    tail = [
        ellipse(at, size * 0.043, size * 0.043, 20)
        for at in canvas.placed(spline(CAT[1]), foot, size * 0.96)
    ]
    _lit(canvas, body, size, 0.85)
    fur = mix(tone, p.near, 0.3)
    canvas.fill(tail, mix(fur, (0, 0, 0), 0.25))
    canvas.fill([body], fur, mix(fur, (0, 0, 0), 0.5))


def _moon(canvas: Canvas, foot: Point, size: float, tone: Colour) -> None:
    canvas.light, canvas.radius = (foot[0], foot[1] - size / 2), size * 0.36
    pale = mix(canvas.palette.light, (255, 252, 238), 0.7)
    canvas.palette = canvas.palette._replace(light=mix(pale, tone, 0.15))
    canvas.glow(canvas.light, size * 0.95, canvas.palette.light, 0.75)
    moon_disc(canvas)


def _sun(canvas: Canvas, foot: Point, size: float, tone: Colour) -> None:
    at = (foot[0], foot[1] - size / 2)
    warm = mix((255, 206, 96), tone, 0.2)
    canvas.glow(at, size * 0.95, warm, 0.9)
    canvas.disc(at, size * 0.33, mix(warm, (255, 255, 255), 0.5), warm)


_Painter = Callable[[Canvas, Point, float, Colour], None]
_THINGS: Mapping[str, _Painter] = {
    "balloon": _balloon,
    "lighthouse": _lighthouse,
    "tree": _tree,
    "flowers": _flowers,
    "house": _house,
    "person": _person,
    "lantern": _lantern,
    "cloud": _cloud,
    "bird": _bird,
    "boat": _boat,
    "cat": _cat,
    "moon": _moon,
    "sun": _sun,
}
