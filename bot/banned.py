"""Words that a server does not allow in prompts: which stand in a text, and what becomes of it.

They are found as they read: in any case and width, through invisible characters and marks, and
through what merely parts Chinese characters. What is kept of a text stays as it was written. Pure;
what of a request is text, `providers.wording` knows.
"""

import heapq
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple
from unicodedata import category, normalize

from bot.errors import InvalidRequestError, NotAllowedError
from bot.rules import LONGEST_WORD, BannedWord
from bot.text import N_, clip

MOST_WILDCARDS = 4
_QUOTED = 40  # characters of what a person wrote, for the sentence that refuses it
# Scripts whose words touch each other or their particles: Thai to Burmese, Khmer, Han, kana, Hangul
_IS_UNSPACED = re.compile(
    "[\u0e00-\u109f\u1100-\u11ff\u1780-\u17ff\u2e80-\u2fdf\u3005-\u9fff\ua960-\ua97f"
    "\uac00-\ud7ff\uf900-\ufaff\U0001b000-\U0001b16f\U00020000-\U0003ffff]"
)
# `re` tells none of these apart and takes a mark for no part of a word; so while being matched,
# what is written without spaces stands in one range, and what is in no word in another.
_TOUCHING, _OUTSIDE = 0x80000, 0xF0000
_SPACED = f"[^ {chr(_TOUCHING)}-{chr(0x10FFFF)}]"
_ANY = f"[^ {chr(_OUTSIDE)}-{chr(0x10FFFF)}]"
# Without spaces a run goes on for sentences; that far apart, two characters are no word any more.
_NEAR = f"{_ANY}{{0,8}}"
# In these scripts a mark is part of a letter: Thaana to Burmese, Tagalog to Vedic, kana, and more.
_IS_MARKED = re.compile(
    "[\u0780-\u07bf\u0900-\u109f\u1700-\u1cff\u3040-\u30ff\ua800-\uabff\U00010a00-\U0001efff]"
)
# These are of no script, and decorate all.
_DECORATES = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]")
_HAN = "\u3005\u3007\u3021\u3029\u3400\u9fff\uf900\ufaff\U00020000\U0003ffff"  # from, to, …
# Hyphens and dots; no punctuation that ends a part of a sentence.
_PARTING = "-\u2010\u2012\u2013\u2212~\u301c\u00b7\u2022\u2027\u2219\u22c5\u30fb"
_BLANK = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0]")


def _parted(han: Iterable[str], parting: Iterable[str]) -> re.Pattern[str]:
    """What merely parts two Chinese characters; white space alone may part two words."""
    ends = iter(han)
    one = "".join(f"{start}-{end}" for start, end in zip(ends, ends, strict=True))
    between = "".join(map(re.escape, parting))
    return re.compile(f"(?<=[{one}]) *[{between}][ {between}]*+(?=[{one}])")


_PARTED = _parted(_HAN, _PARTING)
# In a text, where it is no wildcard, an asterisk does, too.
_PARTED_MOVED = _parted(
    (chr(_TOUCHING + ord(each)) for each in _HAN),
    (chr(_OUTSIDE + ord(each)) for each in f"{_PARTING}*"),
)


class _Reading(NamedTuple):
    """A text as patterns see it; for each character the part of the text that it stands for.

    `bare` is the same without marks: é is e for a pattern that does not say é itself.
    """

    folded: str
    bare: str
    starts: list[int]
    ends: list[int]


class _Rule(NamedTuple):
    """A pattern as its list has it; `chunks` stand in every text that it matches."""

    normal: str
    chunks: tuple[str, ...]
    is_bare: bool
    replacement: str | None


def check_pattern(pattern: str) -> str:
    """The pattern as it is kept, equal for equal patterns; InvalidRequestError when it is none."""
    if any(category(character) == "Cc" for character in pattern):
        raise InvalidRequestError(N_("A banned word stands in one line. Remove the line breaks."))
    normal = _normal(pattern)
    if not normal:
        raise InvalidRequestError(N_("Write the word that is not allowed."))
    if not normal.strip("*? "):
        raise InvalidRequestError(
            N_("“{pattern}” would match everything. Add letters to * and ?."),
            pattern=clip(normal, _QUOTED),
        )
    if len(normal) > LONGEST_WORD:
        raise InvalidRequestError(
            N_("A banned word may have {most} characters at most, not {count}. Shorten it."),
            most=LONGEST_WORD,
            count=len(normal),
        )
    wildcards = normal.count("*") + normal.count("?")
    if wildcards > MOST_WILDCARDS:
        raise InvalidRequestError(
            N_(
                "A banned word may contain at most {most} wildcards (* or ?), not "
                "{count}. Remove some."
            ),
            most=MOST_WILDCARDS,
            count=wildcards,
        )
    return normal


class WordList:
    """The banned words of one place; cheap to make, because patterns are read once and kept."""

    def __init__(self, words: Iterable[BannedWord]) -> None:
        rules = [
            _Rule(*prepared, word.replacement)
            for word in words
            if (prepared := _prepared(word.pattern))[1]
        ]
        self._rules = sorted(
            rules, key=lambda rule: (-len(rule.normal), rule.replacement is not None)
        )

    def __bool__(self) -> bool:
        return bool(self._rules)

    def cleaned(self, text: str) -> str:
        """The text with its banned words replaced; NotAllowedError names one that is refused.

        Of several at one place the longest counts. What a replacement takes away as a whole is not
        refused any more, and what it brings is not looked at.
        """
        reading = _read(text)
        parts, kept, done = list[str](), 0, 0
        upcoming = [
            found for at in range(len(self._rules)) if (found := self._next(reading, at, 0))
        ]
        heapq.heapify(upcoming)
        while upcoming:
            start, at, end = heapq.heappop(upcoming)
            replacement = self._rules[at].replacement
            begin, stop = reading.starts[start], reading.ends[end - 1]
            if replacement is None and end > done:
                raise _refusal(text[begin:stop])
            if replacement is not None and start >= done:
                begin = max(begin, kept)
                parts += [text[kept:begin], replacement]
                kept = stop if replacement else _with_space(text, begin, stop)
                done = _behind(reading, end)
            # A refused word may begin in what was replaced and go on behind it.
            beyond = start + 1 if replacement is None else done
            if found := self._next(reading, at, beyond):
                heapq.heappush(upcoming, found)
        return "".join((*parts, text[kept:])) if parts else text

    def _next(self, reading: _Reading, at: int, start: int) -> tuple[int, int, int] | None:
        """Where the rule matches next: its start, the rule's rank, its end."""
        normal, chunks, is_bare, _ = self._rules[at]
        seen = reading.bare if is_bare else reading.folded
        place = start
        for chunk in chunks:
            place = seen.find(chunk, place)
            if place < 0:
                return None
            place += len(chunk)
        match = _expression(normal).search(seen, start)
        return (match.start(), at, match.end()) if match else None


def _refusal(written: str) -> NotAllowedError:
    return NotAllowedError(
        N_("“{word}” is not allowed in prompts on this server. Leave it out and try again."),
        word=clip(" ".join(written.split()), _QUOTED),
    )


def _with_space(text: str, begin: int, stop: int) -> int:
    """The end of what is removed: with one of the two spaces that would be left around nothing."""
    is_first = begin == 0 or text[begin - 1].isspace()
    return stop + 1 if is_first and text[stop : stop + 1].isspace() else stop


def _behind(reading: _Reading, end: int) -> int:
    """The first character behind a match that stands for another part of the text."""
    while end < len(reading.folded) and reading.starts[end] < reading.ends[end - 1]:
        end += 1
    return end


def _read(text: str) -> _Reading:
    parts, bare, starts, ends = list[str](), list[str](), list[int](), list[int]()
    for cluster, begin, stop in _clusters(text):
        folded, plain = _folded_one(cluster) if len(cluster) == 1 else _folded(cluster)
        if folded == " " and parts and parts[-1] == " ":
            ends[-1] = stop
        elif folded:
            parts.append(folded)
            bare.append(plain)
            starts += [begin] * len(folded)
            ends += [stop] * len(folded)
    return _joined(_Reading("".join(parts), "".join(bare), starts, ends))


def _joined(reading: _Reading) -> _Reading:
    """The same without what parts Chinese characters, which then stands for nothing."""
    spans, at = list[slice](), 0
    for gap in _PARTED_MOVED.finditer(reading.folded):
        spans.append(slice(at, gap.start()))
        at = gap.end()
    if not spans:
        return reading
    spans.append(slice(at, None))
    folded, bare = ("".join(text[span] for span in spans) for text in reading[:2])
    starts, ends = ([place for span in spans for place in all_[span]] for all_ in reading[2:])
    return _Reading(folded, bare, starts, ends)


def _clusters(text: str) -> Iterator[tuple[str, int, int]]:
    """The parts of a text that have to be folded together, with their places."""
    start = 0
    for at in range(1, len(text) + 1):
        if at == len(text) or not _joins(text[at]):
            yield text[start:at], start, at
            start = at


@lru_cache(maxsize=8192)
def _joins(character: str) -> bool:
    """Whether a character belongs to the one before: an accent, a part of a syllable, nothing."""
    first = normalize("NFKD", character)[0]
    return _is_unseen(character) or category(first)[0] == "M" or "\u1160" <= first <= "\u11ff"


@lru_cache(maxsize=8192)
def _is_unseen(character: str) -> bool:
    is_none = category(character) in ("Cc", "Cf", "Co") and not character.isspace()
    return is_none or bool(_BLANK.match(character)) or "\U000e0000" <= character <= "\U000e0fff"


def _plain(cluster: str) -> str:
    """One spelling for all that reads alike; an underscore separates words as a space does."""
    seen = "".join(each for each in cluster if not _is_unseen(each))
    folded = normalize("NFKC", normalize("NFKC", seen).casefold())
    if len(folded) > 1:
        folded = normalize("NFC", "".join(_undecorated(folded)))
    return "".join(" " if each.isspace() or each == "_" else each for each in folded)


def _undecorated(composed: str) -> Iterator[str]:
    """All but the marks that are no part of a letter, however it is written."""
    is_marked = False
    for each in composed:
        if category(each)[0] != "M":
            is_marked = bool(_IS_MARKED.match(each))
        elif not is_marked or _DECORATES.match(each):
            continue
        yield each


@lru_cache(maxsize=8192)
def _bare(character: str) -> str:
    apart = normalize("NFD", character)
    is_kept = _IS_MARKED.match(apart) or any(category(each)[0] != "M" for each in apart[1:])
    return character if is_kept else apart[0]


def _folded(cluster: str) -> tuple[str, str]:
    plain = _plain(cluster)
    return "".join(map(_moved, plain)), "".join(_moved(_bare(each)) for each in plain)


_folded_one = lru_cache(maxsize=8192)(_folded)


def _moved(character: str) -> str:
    if character == " ":
        return character
    if not _is_word(character):
        return chr(_OUTSIDE + ord(character) % 0x20000)
    return chr(_TOUCHING + ord(character)) if _IS_UNSPACED.match(character) else character


def _is_word(character: str) -> bool:
    return category(character)[0] in "LMN"


def _normal(pattern: str) -> str:
    plain = "".join(_plain(cluster) for cluster, *_ in _clusters(pattern))
    return _PARTED.sub("", " ".join(re.sub(r"\*+", "*", plain).split()))


@lru_cache(maxsize=16_384)
def _prepared(pattern: str) -> tuple[str, tuple[str, ...], bool]:
    """The pattern as it is kept, and what must stand in a text, in this order, for it to match.

    Last, whether it says no marks.
    """
    normal = _normal(pattern)
    chunks = re.split(r"[*?]+", normal) if normal.strip("*? ") else []
    moved = tuple("".join(map(_moved, chunk)) for chunk in chunks if chunk)
    return normal, moved, "".join(map(_bare, normal)) == normal


@lru_cache(maxsize=1024)
def _expression(normal: str) -> re.Pattern[str]:
    """What finds a pattern. A run is never tried at another length once what follows it is found.

    That misses nothing, as a glob's later parts fit all the better the earlier the former end.
    """
    core = normal.strip("*?")
    head, _, tail = normal.partition(core)
    is_mixed = bool(_IS_UNSPACED.search(core))
    one, run = (_ANY, _NEAR) if is_mixed else (_SPACED, f"{_SPACED}*")
    # A run beside an unspaced script would be its whole sentence; there it matches anywhere anyway.
    head = head.replace("*", "") if _IS_UNSPACED.match(core[0]) else head
    tail = tail.replace("*", "") if _IS_UNSPACED.match(core[-1]) else tail
    before = f"(?<!{_SPACED})" if _has_edge(core[0], head) else ""
    behind = f"(?!{_SPACED})" if _has_edge(core[-1], tail) else ""
    first, *rest = [
        "".join(one if each == "?" else re.escape(_moved(each)) for each in part)
        for part in f"{head}{core}{tail}".split("*")
    ]
    source = before + first + (behind if not rest else "")
    for at, part in enumerate(rest, 1):
        is_last = at == len(rest)
        if is_last and not part:
            source += f"{_SPACED}*+"
            break
        gap = f"{_SPACED}*" if at == 1 and not first else run
        source += f"(?>{gap}?{part}{behind if is_last else ''})"
    return re.compile(source)


def _has_edge(character: str, wildcards: str) -> bool:
    """Whether a word has to end at this end of a pattern, which has wildcards behind it."""
    if _IS_UNSPACED.match(character):
        return False
    return bool(wildcards) or _is_word(character)
