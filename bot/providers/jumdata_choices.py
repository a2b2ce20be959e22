"""What Jumdata's values mean: for each choice of its manual the value and a name people read."""

from collections.abc import Mapping

from bot.text import N_

STYLES = (
    ("探索无限", N_("Unlimited")),
    ("古风", N_("Ancient China")),
    ("二次元", N_("Anime")),
    ("写实风格", N_("Realistic")),
    ("浮世绘", N_("Ukiyo-e")),
    ("low poly", N_("Low poly")),
    ("未来主义", N_("Futurism")),
    ("像素风格", N_("Pixel art")),
    ("概念艺术", N_("Concept art")),
    ("赛博朋克", N_("Cyberpunk")),
    ("洛丽塔风格", N_("Lolita fashion")),
    ("巴洛克风格", N_("Baroque")),
    ("超现实主义", N_("Surrealism")),
    ("水彩画", N_("Watercolour")),
    ("蒸汽波艺术", N_("Vaporwave")),
    ("油画", N_("Oil painting")),
    ("卡通画", N_("Cartoon")),
)
DEFAULT_STYLE = STYLES[0][0]

# People choose an aspect, as with every other model.
RESOLUTIONS: Mapping[str, str] = {"1:1": "1024*1024", "2:3": "1024*1536", "3:2": "1536*1024"}
ASPECTS = tuple(RESOLUTIONS)
ASPECT_OF: Mapping[str, str] = {size: aspect for aspect, size in RESOLUTIONS.items()}

MOST_PICTURES = 6
MOST_CHARACTERS = 100  # of a text
