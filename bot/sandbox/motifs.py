"""What a prompt asks the sandbox's painter for: colours, motifs and a style."""

import re
from dataclasses import dataclass

WORDS = {
    "red": "red crimson scarlet ruby lava fire rose 红 赤 绯 火 玫瑰",
    "blue": "blue azure cobalt sapphire indigo 蓝 靛",
    "green": "green emerald jade spring meadow 绿 翠 春",
    "purple": "purple violet lavender 紫",
    "pink": "pink sakura blossom cherry pastel dawn 粉 樱 桃花 晨",
    "neon": "neon cyberpunk synthwave vaporwave cyber 霓虹 赛博",
    "gold": "gold golden yellow amber autumn fall orange 金 黄 秋 橙",
    "grey": "grey gray black white monochrome noir fog mist 灰 黑 白 雾",
    "sunset": "sunset dusk sunrise evening twilight 日落 夕阳 黄昏 日出 晚霞",
    "night": "night midnight dark moon moonlight starry stars space galaxy 夜 月 星 宇宙 银河",
    "forest": "forest jungle wood pine 森林 树林 竹",
    "ocean": "ocean sea lake river beach wave underwater water 海 湖 江 河 浪 水面",
    "snow": "snow snowy winter ice frozen arctic 雪 冬 冰",
    "desert": "desert dune sahara canyon sand 沙漠 沙 峡谷",
}
MOTIFS = {
    "mountain": "mountain mountains peak alps cliff hill canyon volcano 山 峰 岭",
    "sea": "ocean sea lake river beach wave harbor water underwater boat ship 海 湖 江 河 浪 船 舟",
    "sun": "sun sunset sunrise sunlight summer desert 太阳 日落 夕阳 日出 夏",
    "moon": "moon moonlight night lunar 月 夜",
    "stars": "star stars starry space galaxy night planet cosmos universe 星 夜 宇宙 太空 银河",
    "city": "city skyline street town tokyo cyberpunk building downtown 城 街 都市 楼",
    "forest": "forest jungle wood woods tree pine bamboo 森林 树 林 竹",
    "cat": "cat kitten kitty feline 猫",
    "boat": "boat ship sail sailboat yacht 船 舟 帆",
    "birds": "bird eagle crane gull flock 鸟 鹤 鹰 雁",
    "snow": "snow snowy winter blizzard 雪",
    "rain": "rain rainy storm 雨",
}
STYLES = {
    "ink": "ink sumi calligraphy 水墨 墨 国画",
    "pixel": "pixel 8bit 16bit voxel 像素",
    "watercolour": "watercolor watercolour aquarelle gouache painting 水彩 油画",
    "neon": "neon cyberpunk synthwave glowing 霓虹 赛博",
}


@dataclass(frozen=True)
class Reading:
    """What a prompt was understood to ask for, as keys of the tables above."""

    palettes: tuple[str, ...]
    motifs: frozenset[str]
    style: str

    def note(self) -> str:
        """The reading as words that `recalled` understands."""
        return " ".join((*sorted(self.motifs), self.style)).strip()


def recalled(note: str) -> Reading:
    """The motifs and the style of an earlier reading's note."""
    words = note[:400].split()
    style = next((word for word in words if word in STYLES), "")
    return Reading((), frozenset(words) & MOTIFS.keys(), style)


def read(prompt: str) -> Reading:
    """What the words of a prompt ask for, without its parameters and links."""
    text = re.sub(r"https?://\S+", " ", prompt.lower()).split(" --")[0]
    tokens = set(re.findall(r"[a-z0-9]+", text))
    tokens |= {token.removesuffix("s") for token in tokens}

    def hits(table: dict[str, str]) -> list[str]:
        return [
            name
            for name, words in table.items()
            if any(w in tokens if w.isascii() else w in text for w in words.split())
        ]

    return Reading(tuple(hits(WORDS)[:3]), frozenset(hits(MOTIFS)), next(iter(hits(STYLES)), ""))
