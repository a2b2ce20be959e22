"""Gives a picture another surface: the material or the technique that a prompt names."""

from collections.abc import Callable, Mapping
from random import Random

from PIL import Image, ImageChops, ImageEnhance

from bot.sandbox import materials, strokes
from bot.sandbox.canvas import VIEWS, Canvas
from bot.sandbox.colours import mixed
from bot.sandbox.filters import styled, tilted, tinted
from bot.sandbox.keywords import named
from bot.sandbox.motifs import read
from bot.sandbox.scene import weather

# The first that a prompt names counts, so what is particular stands before what is general.
SURFACES = {
    "oil": "oil impasto impressionist impressionism 油画",
    "crayon": "crayon crayons pastels 彩铅 蜡笔 色粉",
    "pencil": "pencil sketch graphite charcoal drawing lineart 铅笔 素描 炭笔 线稿",
    "pixel": "pixel 8bit 16bit voxel 像素",
    "bricks": "lego brick bricks minecraft 乐高 积木",
    "clay": "clay claymation plasticine ceramic porcelain 粘土 黏土 陶 泥 瓷",
    "wool": "knitted knit wool woolen yarn crochet felt embroidery 针织 毛线 编织 羊毛 刺绣",
    "paper": "paper papercut origami cutout collage cardboard 纸",
    "marble": "marble stone statue sculpture plaster 大理石 石 雕塑 石膏",
    "gold": "gilded gold 黄金 金箔 鎏金",
    "bronze": "bronze copper brass patina rust 青铜 铜 锈",
    "metal": "metal metallic chrome steel silver iron robot 金属 铬 钢 银 铁",
    "wood": "wood wooden woodcut carved 木",
    "glass": "stained glass window 玻璃 彩窗",
    "mosaic": "mosaic tile tiles 马赛克 瓷砖",
    "facets": "crystal ice diamond lowpoly polygon geometric cubist 水晶 冰 多边形",
    "comic": "comic manga anime cartoon cel pop toon ghibli 漫画 动漫 动画 卡通 波普",
    "ink": "ink sumi calligraphy 水墨 墨 国画",
    "watercolour": "watercolor watercolour aquarelle gouache 水彩 水粉",
    "neon": "neon cyberpunk synthwave vaporwave glowing hologram 霓虹 赛博 全息",
    "painting": "painting painted canvas 绘画 画",
}
_Painter = Callable[[Image.Image, Random, float], Image.Image]
_PAINTERS: Mapping[str, _Painter] = {
    "oil": strokes.oil,
    "painting": strokes.oil,
    "crayon": strokes.crayon,
    "pencil": strokes.pencil,
    "bricks": materials.bricks,
    "clay": materials.clay,
    "wool": materials.wool,
    "paper": materials.paper,
    "marble": materials.marble,
    "gold": materials.gold,
    "bronze": materials.bronze,
    "metal": materials.metal,
    "wood": materials.wood,
    "glass": strokes.glass,
    "mosaic": strokes.mosaic,
    "facets": strokes.facets,
    "comic": strokes.comic,
}
# These give back little of the colours they are given.
_GREY = {"marble", "metal", "bronze", "wood", "pencil", "ink"}
# How large strokes and pieces are, and how warm and bright it is, in each of the four pictures.
_SCALES = (1.0, 1.25, 0.75, 1.1)
_WARMTHS = (0.0, 0.09, -0.1, 0.04)
_GAINS = (1.0, 1.1, 0.95, 0.82)


def in_style(image: Image.Image, style: str, rng: Random) -> Image.Image:
    """The RGB picture in a style of `filters`, which need room for what they look at."""
    return styled(image, style, rng) if min(image.size) > 15 else image


def resurfaced(image: Image.Image, prompt: str, rng: Random, index: int) -> Image.Image:
    """The RGB picture with the surface and the colours of a prompt; its shapes stay."""
    reading, number = read(prompt), index % 4
    found = named(prompt, SURFACES)
    surface, asked = found[0] if found else "painting", mixed(reading, rng)
    # Gold is a colour too, which its own surface has anyway.
    coloured = bool(reading.palettes) and surface != "gold"
    if coloured or not found:
        image = Image.blend(image, tinted(image, asked), 0.72 if coloured else 0.5)
    if surface in _PAINTERS:
        image = _PAINTERS[surface](image, rng, _SCALES[number])
    else:
        image = in_style(image, surface, rng)
    if coloured and surface in _GREY:
        image = Image.blend(image, ImageChops.soft_light(image, tinted(image, asked)), 0.8)
    image = tilted(ImageEnhance.Brightness(image).enhance(_GAINS[number]), _WARMTHS[number])
    canvas = Canvas(image, asked, VIEWS[number], rng)
    weather(canvas, reading.motifs)
    return canvas.image
