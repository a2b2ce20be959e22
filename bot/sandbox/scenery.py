"""What a landscape is made of: sky, mountains, city, forest, water, weather."""

import math
from collections.abc import Sequence

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

from bot.sandbox.canvas import Canvas
from bot.sandbox.colours import Colour, gradient, mix
from bot.sandbox.figures import boat
from bot.sandbox.filters import curve, noise, rippled
from bot.sandbox.shapes import Point, conifer, ellipse, ridgeline, snowcap, waves

Box = tuple[float, float, float, float]


def sky(canvas: Canvas, motifs: frozenset[str]) -> None:
    """The gradient, the stars, the sun or moon, the clouds."""
    p = canvas.palette
    stops = (p.top, mix(p.top, p.middle, 0.6), p.middle, p.horizon)
    canvas.image.paste(gradient((canvas.width, canvas.horizon + 2), stops), (0, 0))
    canvas.image.paste(p.horizon, (0, canvas.horizon, canvas.width, canvas.height))
    if motifs & {"stars", "moon"}:
        stars(canvas, 220 if "stars" in motifs else 90)
    canvas.glow(canvas.light, min(canvas.radius * 5.5, canvas.unit * 0.9), p.light, 0.75)
    if "moon" in motifs:
        moon(canvas)
    else:
        canvas.disc(canvas.light, canvas.radius, canvas.sun, mix(canvas.sun, p.horizon, 0.35))
    clouds(canvas, 0.25 if "stars" in motifs else 0.6)


def stars(canvas: Canvas, count: int) -> None:
    """Points of light, a few of them with a glow."""
    pen = ImageDraw.Draw(canvas.image, "RGBA")
    for number in range(count):
        x = canvas.rng.uniform(0, canvas.width)
        y = canvas.rng.uniform(0, 1) ** 1.4 * canvas.horizon
        bright = canvas.rng.randint(70, 255)
        size = canvas.unit * canvas.rng.choice((0.0006, 0.0009, 0.0016))
        pen.ellipse((x - size, y - size, x + size, y + size), (255, 252, 238, bright))
        if number % 30 == 0:
            canvas.glow((x, y), canvas.unit * 0.022, canvas.palette.light, 0.8)


def moon(canvas: Canvas) -> None:
    """A full moon with maria."""
    (x, y), r, p = canvas.light, canvas.radius, canvas.palette
    canvas.disc(canvas.light, r, p.light, mix(p.light, p.middle, 0.18))
    seas = [(-0.3, -0.3, 0.3), (0.2, -0.15, 0.22), (-0.1, 0.3, 0.26), (0.45, 0.3, 0.14)]
    shapes = [ellipse((x + a * r, y + b * r), c * r, c * r * 0.85) for a, b, c in seas]
    canvas.fill(shapes, p.middle, opacity=0.22, blur=r * 0.06)


def clouds(canvas: Canvas, opacity: float) -> None:
    """Thin wind-drawn clouds over the upper part of the canvas."""
    box = (canvas.width, max(8, canvas.horizon))
    field = noise(canvas.rng, box, (5, 9), octaves=4)
    mask = field.point([round(min(1.0, max(0, v - 118) / 85) * 255 * opacity) for v in range(256)])
    fade = Image.linear_gradient("L").resize(box).point(curve(lambda v: 1 - abs(v - 0.55) * 1.5))
    tone = mix(canvas.palette.light, canvas.palette.horizon, 0.4)
    canvas.image.paste(tone, (0, 0), ImageChops.multiply(mask, fade))


def mountains(canvas: Canvas) -> None:
    """Ranges that darken towards the viewer, with light on one slope."""
    p, layers = canvas.palette, 4
    for layer in range(layers):
        depth = layer / (layers - 1)
        base = canvas.horizon - canvas.height * (0.16 - 0.17 * depth)
        reach = canvas.height * (0.30 - 0.17 * depth)
        ridge = [base - v * reach for v in ridgeline(canvas.rng, 0.62 - 0.08 * depth)]
        tone = mix(mix(p.horizon, p.far, 0.45), p.near, depth * 0.78)
        canvas.band(ridge, tone, mix(tone, p.horizon, 0.55 * (1 - depth)))
        if layer < 2:
            facets(canvas, ridge, mix(p.light, tone, 0.35 + 0.3 * layer))


def facets(canvas: Canvas, ridge: Sequence[float], tone: Colour) -> None:
    """Snow or sunlight on the slopes that face the light."""
    step = canvas.width / (len(ridge) - 1)
    low = sum(ridge) / len(ridge)
    shapes = []
    for n in range(2, len(ridge) - 2):
        if ridge[n] < low and ridge[n] <= min(ridge[n - 2 : n + 3]):
            shapes.append(snowcap(canvas.rng, ridge, n, step, (low - ridge[n]) * 0.6))
    canvas.fill(shapes, tone, opacity=0.8)


def hills(canvas: Canvas, layers: int) -> None:
    """Soft near ground."""
    p = canvas.palette
    for layer in range(layers):
        base = canvas.horizon + (canvas.height - canvas.horizon) * (0.12 + 0.38 * layer / layers)
        ridge = [base - v for v in waves(canvas.rng, canvas.height * 0.035, 90)]
        tone = mix(mix(p.far, p.near, 0.35 + 0.4 * layer), p.horizon, 0.12)
        canvas.band(ridge, tone, mix(tone, p.near, 0.75))


def city(canvas: Canvas) -> None:
    """Three rows of towers with lit windows, mirrored in wet ground."""
    p = canvas.palette
    for layer in range(3):
        depth = layer / 2
        ground = canvas.horizon + canvas.height * (0.02 + 0.03 * layer)
        tone = mix(mix(p.horizon, p.far, 0.55), p.near, depth * 0.9)
        row = towers(canvas, depth, ground)
        shapes = [outline for outline, _ in row]
        canvas.fill(shapes, tone, mix(tone, p.horizon, 0.3 * (1 - depth)))
        if layer:
            windows(canvas, [box for _, box in row], depth)
    shore = round(canvas.horizon + canvas.height * 0.09)
    canvas.glow((canvas.width / 2, shore), canvas.width * 0.5, p.horizon, 0.3)
    water(canvas, shore)


def towers(canvas: Canvas, depth: float, ground: float) -> list[tuple[list[Point], Box]]:
    """The outlines and the boxes of one row of towers."""
    rng, x = canvas.rng, -canvas.width * 0.03
    found: list[tuple[list[Point], Box]] = []
    while x < canvas.width:
        wide = canvas.unit * rng.uniform(0.05, 0.11) * (0.7 + 0.5 * depth)
        middle = 1 - abs((x + wide / 2) / canvas.width - canvas.view.subject)
        high = canvas.height * rng.uniform(0.16, 0.42) * middle * (1.25 - 0.45 * depth)
        top, right = ground - high, x + wide
        outline = [(x, canvas.height), (x, top), (right, top), (right, canvas.height)]
        roof, centre = rng.random(), x + wide / 2
        if roof < 0.3:
            outline[2:2] = [(centre - 2, top), (centre, top - high * 0.2), (centre + 2, top)]
        elif roof < 0.5:
            outline[1] = (x, top + wide * 0.5)
        found.append((outline, (x, top, right, ground + canvas.height * 0.1)))
        x += wide * rng.uniform(0.82, 1.15)
    return found


def windows(canvas: Canvas, boxes: Sequence[Box], depth: float) -> None:
    """Lit panes in towers, with some colour variety."""
    pen, rng, p = ImageDraw.Draw(canvas.image, "RGBA"), canvas.rng, canvas.palette
    pane = max(1.5, canvas.unit * 0.0055 * (0.6 + 0.6 * depth))
    for left, top, right, bottom in boxes:
        tone = rng.choice((p.light, mix(p.light, p.horizon, 0.5), (255, 214, 140)))
        share = rng.uniform(0.15, 0.6)
        y = top + pane * 2.5
        while y < bottom:
            x = left + pane * 1.6
            while x < right - pane * 1.8:
                if rng.random() < share:
                    pen.rectangle((x, y, x + pane, y + pane * 1.4), (*tone, rng.randint(110, 235)))
                x += pane * 2.2
            y += pane * 3.1


def forest(canvas: Canvas) -> None:
    """Rows of conifers with mist between them."""
    p = canvas.palette
    for layer in range(4):
        depth = layer / 3
        ground = canvas.horizon + (canvas.height - canvas.horizon) * (0.05 + 0.75 * depth**1.4)
        tall = canvas.height * (0.14 + 0.34 * depth**1.5)
        tone = mix(mix(p.horizon, p.far, 0.5), p.near, depth)
        trees, x = [], -tall * 0.2
        while x < canvas.width + tall * 0.2:
            high = tall * canvas.rng.uniform(0.6, 1.15)
            clear = abs(x / canvas.width - canvas.view.light[0]) < 0.17 * depth
            if not clear or layer < 2:
                trees.append(conifer(canvas.rng, (x, ground + high * 0.04), high))
            x += tall * canvas.rng.uniform(0.13, 0.34)
        ridge = [ground - v for v in waves(canvas.rng, canvas.height * 0.012, 60)]
        canvas.fill(trees, tone, mix(tone, p.horizon, 0.25 * (1 - depth)))
        canvas.band(ridge, tone, mix(tone, p.horizon, 0.35 * (1 - depth)))
        if layer < 3:
            mist(canvas, ground, canvas.height * 0.16, 0.5 - 0.12 * layer)


def mist(canvas: Canvas, level: float, reach: float, opacity: float) -> None:
    """A bank of fog around a height."""
    box = (canvas.width, max(4, round(reach)))
    bank = noise(canvas.rng, box, (4, 3), octaves=2)
    fade = Image.linear_gradient("L").resize(box)
    fade = fade.point(curve(lambda v: math.sin(v * math.pi) * opacity))
    tone = mix(canvas.palette.horizon, canvas.palette.light, 0.3)
    canvas.image.paste(tone, (0, round(level - reach * 0.45)), ImageChops.multiply(bank, fade))


def sea(canvas: Canvas, motifs: frozenset[str]) -> None:
    """Open water, with a boat if there is one and glitter under the light."""
    if "boat" in motifs:
        boat(canvas, canvas.horizon)
    water(canvas, canvas.horizon)
    pen, depth = ImageDraw.Draw(canvas.image, "RGBA"), canvas.height - canvas.horizon
    for _ in range(260):
        part = canvas.rng.random() ** 1.5
        y = canvas.horizon + 2 + part * depth
        x = canvas.light[0] + canvas.rng.gauss(0, 1) * canvas.radius * (0.55 + part)
        wide = canvas.unit * (0.006 + 0.03 * part) * canvas.rng.uniform(0.4, 1.4)
        thick = max(1, canvas.unit * 0.0035 * part)
        tone = (*canvas.sun, canvas.rng.randint(50, 170))
        pen.ellipse((x - wide, y - thick / 2, x + wide, y + thick / 2), tone)


def water(canvas: Canvas, level: int) -> None:
    """A rippled surface from `level` down that mirrors what stands above it."""
    p, depth = canvas.palette, canvas.height - level
    if depth < 2:
        return
    above = canvas.image.crop((0, 0, canvas.width, level))
    mirror = ImageOps.flip(above).resize((canvas.width, max(depth, round(level * 0.8))))
    mirror = mirror.crop((0, 0, canvas.width, depth))
    mirror = mirror.filter(ImageFilter.BoxBlur(canvas.unit / 400))
    tones = (mix(p.horizon, p.far, 0.5), p.far, mix(p.far, p.near, 0.8))
    mirror = Image.blend(mirror, gradient((canvas.width, depth), tones), 0.45)
    canvas.image.paste(rippled(mirror, canvas.rng), (0, level))


def snow(canvas: Canvas) -> None:
    """Falling flakes, the near ones out of focus."""
    for count, size, blur in ((260, 0.0022, 0.0), (70, 0.005, 0.6), (16, 0.013, 3.0)):
        flakes = []
        for _ in range(count):
            r = canvas.unit * size * canvas.rng.uniform(0.6, 1.4)
            at = (canvas.rng.uniform(0, canvas.width), canvas.rng.uniform(0, canvas.height))
            flakes.append(ellipse(at, r, r, 10))
        canvas.fill(flakes, (255, 255, 255), opacity=0.85 if blur < 1 else 0.5, blur=blur)


def rain(canvas: Canvas) -> None:
    """Slanting streaks."""
    pen = ImageDraw.Draw(canvas.image, "RGBA")
    for _ in range(240):
        x = canvas.rng.uniform(-0.1, 1.05) * canvas.width
        y = canvas.rng.uniform(-0.1, 1) * canvas.height
        long = canvas.unit * canvas.rng.uniform(0.03, 0.08)
        tone = (*mix(canvas.palette.light, (255, 255, 255), 0.4), canvas.rng.randint(30, 95))
        pen.line((x, y, x + long * 0.22, y + long), tone, width=1 + (canvas.unit > 900))


def motes(canvas: Canvas, count: int) -> None:
    """Drifting specks of light."""
    for _ in range(count):
        at = (canvas.rng.uniform(0, canvas.width), canvas.rng.uniform(0, canvas.height))
        canvas.glow(at, canvas.unit * canvas.rng.uniform(0.006, 0.022), canvas.palette.light, 0.7)
