"""What stands on the ground or flies: a boat, birds, a cat."""

from bot.sandbox.canvas import Canvas
from bot.sandbox.colours import mix
from bot.sandbox.shapes import ellipse, points, spline, waves

# Smooth outlines; a corner is a point given twice.
BOAT = [
    points(".02,-1 .02,-1 .2,-.62 .4,-.17 .4,-.17 .02,-.15 .02,-.15 .02,-1"),
    points("-.03,-.9 -.03,-.9 -.2,-.5 -.42,-.16 -.42,-.16 -.03,-.17 -.03,-.17 -.03,-.9"),
    points("-.5,-.1 -.5,-.1 0,-.08 .52,-.13 .52,-.13 .36,.01 .36,.01 -.34,.01 -.34,.01 -.5,-.1"),
    points("-.012,0 -.012,0 0,-1.04 0,-1.04 .012,0 .012,0"),
]
CAT = [
    points(
        "0,-.86 .06,-.87 .17,-1 .17,-1 .2,-.84 .225,-.73 .19,-.63 .15,-.57 .2,-.46 .28,-.27"
        " .31,-.1 .27,.03"
    ),
    points(".2,-.02 .42,0 .56,-.08 .58,-.22 .49,-.29 .43,-.22"),
]


def boat(canvas: Canvas, level: float) -> None:
    """A sailing boat on the water line."""
    p, size = canvas.palette, canvas.unit * (0.2 + 0.4 * canvas.view.radius)
    x = canvas.width * canvas.view.subject
    main, jib, hull, mast = (canvas.placed(spline(shape), (x, level), size) for shape in BOAT)
    sail = mix(p.light, (255, 255, 255), 0.3)
    canvas.fill([main], sail, mix(sail, p.horizon, 0.55))
    canvas.fill([jib], mix(sail, p.horizon, 0.35), mix(sail, p.far, 0.5))
    canvas.fill([mast, hull], mix(p.near, p.far, 0.12))


def birds(canvas: Canvas) -> None:
    """A loose flock in flight."""
    for _ in range(9):
        size = canvas.unit * canvas.rng.uniform(0.015, 0.04)
        x = canvas.width * (canvas.view.subject + canvas.rng.gauss(0, 0.14))
        y = canvas.height * (0.26 + canvas.rng.gauss(0, 0.08))
        lift = canvas.rng.uniform(0.25, 0.6)
        over = spline([(-1, -lift), (-0.5, -lift * 0.9), (0, 0), (0.5, -lift * 0.9), (1, -lift)])
        under = [(a * 0.97, b + 0.16 * (1 - abs(a))) for a, b in reversed(over)]
        canvas.fill(
            [[(x + a * size, y + b * size) for a, b in (*over, *under)]], canvas.palette.near
        )


def cat(canvas: Canvas) -> None:
    """A cat that sits with its back to us and watches the light."""
    p, size = canvas.palette, canvas.unit * (0.40 + 0.45 * canvas.view.radius)
    x, y = canvas.width * canvas.view.subject, canvas.height * 0.965
    mound = [y - size * 0.02 + v for v in waves(canvas.rng, canvas.height * 0.02, 60)]
    canvas.band(mound, mix(p.near, p.far, 0.1), p.near)
    half = CAT[0]
    body = canvas.placed(spline([*((-a, b) for a, b in reversed(half)), *half]), (x, y), size)
    tail = canvas.placed(spline(CAT[1]), (x, y), size)
    canvas.fill([[(a + size * 0.008, b - size * 0.008) for a, b in body]], p.light, opacity=0.7)
    dark = mix(p.near, (0, 0, 0), 0.35)
    stroke = [ellipse(at, size * 0.045, size * 0.045, 20) for at in tail]
    canvas.fill([body, *stroke], mix(dark, p.far, 0.12), dark)
