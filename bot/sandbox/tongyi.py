"""What Tongyi answers in the emulator: better prompts, and polite talk that remembers. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from bot.sandbox.lexicon import is_chinese, translated
from bot.sandbox.motifs import read

_LONG = 6000  # characters, so that it takes several messages
_QUOTED = 300
_REMEMBERED = 3

_TURN = re.compile(r"(?:^|\n\n)(User|Assistant): ?")
# How an instruction about a prompt is told from talk; the prompt stands behind it.
_ASKED = re.compile(r"\bprompt\b|提示词", re.IGNORECASE)
_LABEL = re.compile(r"\A(?:prompt|提示词)\s*[:：]\s*", re.IGNORECASE)
_TO_TRANSLATE = re.compile(r"\btranslat|翻译|译成", re.IGNORECASE)
_TO_IMPROVE = re.compile(r"\b(?:improv|rewrit|enhanc|polish)|改进|改写|润色|优化", re.IGNORECASE)
# What stands before the thing that somebody asks about.
_LEAD = re.compile(
    r"\A(?:please\s+|can you\s+|could you\s+|请)*"
    r"(?:tell me (?:more )?about|what(?:'s| is| are| about)|who (?:is|was)|explain|describe|"
    r"write (?:me )?(?:about )?|告诉我|什么是|说说|介绍(?:一下)?|讲(?:一下|讲)?)\s*",
    re.IGNORECASE,
)
_TAIL = re.compile(r"(?:(?:是什么|怎么样|吗|呢)?[ ?？!！.。]*)\Z")

# What makes a picture of a motif richer, and of any picture.
_DETAILS: Mapping[str, str] = {
    "cat": "soft fur catching the light",
    "boat": "weathered planks and full sails",
    "city": "lit windows and wet streets",
    "mountain": "layers of ridges fading into haze",
    "forest": "shafts of light between the trunks",
    "sea": "gentle waves with long reflections",
    "birds": "wings caught in mid-beat",
    "sun": "warm golden-hour light",
    "moon": "cool moonlight on every edge",
    "stars": "a sky full of stars",
    "snow": "fine snow drifting through the air",
    "rain": "rain streaks and puddles",
}
_ALWAYS = ("balanced composition", "rich texture and fine detail", "cinematic lighting")
_STYLED = "clean, consistent style"


class Heard(NamedTuple):
    """What a prompt was understood to say; `earlier` is what the same person said before."""

    said: str
    earlier: Sequence[str] = ()


def heard(prompt: str) -> Heard:
    """What is said last in a prompt, which may be a whole conversation."""
    if not (prompt.startswith("User: ") and prompt.endswith("\n\nAssistant:")):
        return Heard(prompt)
    parts = _TURN.split(prompt)[1:]
    said = [text for who, text in zip(parts[::2], parts[1::2], strict=True) if who == "User"]
    return Heard(said[-1], said[:-1])


def answered(prompt: str) -> str:
    """What Tongyi says to a prompt: the wanted prompt alone, or several paragraphs."""
    said, earlier = heard(prompt)
    wanted = _wanted(said)
    if wanted is not None:
        return wanted
    return "\n\n".join(_talk(said.strip(), earlier))


def improved(prompt: str) -> str:
    """A prompt in English, with what makes its picture richer; its parameters stay at the end."""
    words, dashes, rest = translated(prompt).partition(" --")
    reading = read(prompt)
    details = [text for motif, text in _DETAILS.items() if motif in reading.motifs][:3]
    details += [_STYLED] if reading.style else []
    new = ", ".join(text for text in (*details, *_ALWAYS) if text not in words)
    words = words.rstrip(" ,.;，。")
    # A comma behind an address would become a part of it.
    return words + (" " if "://" in words.rpartition(" ")[2] else ", ") + new + dashes + rest


def _wanted(said: str) -> str | None:
    """The better prompt that an instruction asks for; None where it asks for none."""
    for between in ("\n\n", "\n", ": ", "："):
        asked, found, text = said.partition(between)
        text = _LABEL.sub("", text.strip())
        if not (found and text and _ASKED.search(asked)):
            continue
        if _TO_IMPROVE.search(asked):
            return improved(text)
        if _TO_TRANSLATE.search(asked):
            return translated(text)
    return None


def _talk(said: str, earlier: Sequence[str]) -> Iterator[str]:
    lines = _CHINESE if is_chinese(said) else _ENGLISH
    yield lines.opening.format(said=_short(said))
    if earlier:
        quotes = "\n".join(
            lines.earlier.format(said=_short(each)) for each in earlier[-_REMEMBERED:]
        )
        yield f"{quotes}\n{lines.together}"
    yield lines.picture.format(prompt=improved(_short(_topic(said))))
    if re.search(r"\bcode\b|代码", said, re.IGNORECASE):
        code = _CODE.format(words=repr(_short(said)))
        yield f"{lines.code}\n\n```python\n{code}\n```"
    if re.search(r"\blong\b|很长|长篇|详细", said, re.IGNORECASE):
        yield from _paragraphs(lines)
    yield lines.closing


def _topic(said: str) -> str:
    return _TAIL.sub("", _LEAD.sub("", said)) or said


def _paragraphs(lines: "_Lines") -> Iterator[str]:
    """Numbered paragraphs that make an answer about `_LONG` characters long."""
    size, number = 0, 1
    while size < _LONG:
        sentences = [lines.filling[(number + step) % len(lines.filling)] for step in range(4)]
        paragraph = f"**{number}.** {lines.joint.join(sentences)}"
        size, number = size + len(paragraph) + 2, number + 1
        yield paragraph


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= _QUOTED else f"{plain[: _QUOTED - 1]}…"


class _Lines(NamedTuple):
    """What is said in a language."""

    opening: str
    earlier: str
    together: str
    picture: str
    code: str
    closing: str
    joint: str
    filling: Sequence[str]


_ENGLISH = _Lines(
    opening="Thank you for asking about “{said}”. This is the sandbox's Tongyi, so it can only "
    "tell you what it makes of your words, but it does so without an account.",
    earlier="Earlier you said: “{said}”.",
    together="I keep that in mind, as far back as you see it here.",
    picture="If you would like to see it, a prompt for a picture could be:\n> {prompt}",
    code="Here is a little code for it:",
    closing="Would you like to go on? Just tell me what matters most to you.",
    joint=" ",
    filling=(
        "Begin with what should be seen first, and name it in plain words.",
        "Then say where it stands, what time of day it is and where the light comes from.",
        "Colours work best when there are two or three of them and one of them leads.",
        "A single style that is named clearly does more than five that contradict each other.",
        "What is left out leaves room, and room lets the eye rest.",
        "Look at the result, change one thing only, and compare the two.",
        "Short prompts give surprises, long ones give control; both have their hour.",
    ),
)
_CHINESE = _Lines(
    opening="谢谢你问起“{said}”。这里是沙盒里的通义，只能说说它从你的话里看出了什么，不过它不需要账号。",
    earlier="你之前说过：“{said}”。",
    together="这些我都记得，能记到这里为止。",
    picture="如果想把它画出来，可以用这样的提示词：\n> {prompt}",
    code="下面是一小段代码：",
    closing="还想继续吗？告诉我你最在意的是什么。",
    joint="",
    filling=(
        "先说最该被看见的是什么，用最平常的词叫出它的名字。",
        "再说它在哪里、是什么时辰、光从哪一边照过来。",
        "颜色有两三种就够，其中一种要领头。",
        "说清楚一种风格，胜过五种互相矛盾的风格。",
        "没有说出来的地方会留白，留白让眼睛得到休息。",
        "看看结果，只改一处，再把两张放在一起比较。",
        "短的提示词带来惊喜，长的提示词带来把握，各有各的时候。",
    ),
)
_CODE = """words = {words}.split()


def longest(words: list[str]) -> str:
    return max(words, key=len)


print(longest(words))"""
