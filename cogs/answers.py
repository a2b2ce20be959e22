"""Tongyi's answers as a message shows them: their markdown, made harmless, in parts that fit.

Pure text. Programs read markdown a little differently from one another, so what is shown is
written in a way that all of them read alike: code between fences of its own lines, kept as it
was, and outside of it no fence, no mention, and no link that hides where it leads.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

LONGEST_SHOWN = 3000  # characters; the rest of a message's 4000 says what it answers
_LONGEST_PART = 1500
_MOST_READ = 4 * LONGEST_SHOWN  # of what a message can show only the beginning, no more matters
_OPENS = re.compile(r"(?P<before>(?!\s*>)[^`]*)(?P<ticks>`{3,})(?P<info>[^`]*)")
_CLOSES = re.compile(r"(?P<last>[^`]*)(?P<ticks>`{3,})\s*")
_LANGUAGE = re.compile(r"[\w+#.-]{1,20}", re.ASCII)
_FENCE = re.compile("`{3,}")
# An escaped sign, a span of code, or backticks that belong to nothing.
_TICKS = re.compile(r"\\[^0-9A-Za-z\s]|(?P<run>`+)(?!`)(?P<code>.*?[^`])(?P=run)(?!`)|`+")
_INVISIBLE = re.compile(
    "[\u00ad\u115f\u1160\u180e\u200b\u2060-\u2064\u206a-\u206f\u3164\ufeff\uffa0"
    "\U000e0000-\U000e007f]"
)
_MENTION = re.compile(r"@(?=everyone|here)|<(?=[@#]|id:|/[^<>\n]*:\d)")
# Where a text may be cut, the best places first.
_ENDS = tuple(map(re.compile, ("(?=\n)", r"[。！？；]|[.!?;](?=\s)", r"\s")))


@dataclass(frozen=True)
class Piece:
    """A paragraph; or code in a `language`, which is empty where none was named."""

    text: str
    language: str | None = None

    @property
    def shown(self) -> str:
        """How it is written in a message."""
        if self.language is None:
            return self.text
        return f"```{self.language}\n{self.text}\n```"


@dataclass(frozen=True)
class Answer:
    """What a message shows of an answer: texts of at most `LONGEST_SHOWN` characters together."""

    parts: tuple[str, ...]
    is_whole: bool


def shown(text: str) -> Answer:
    """An answer, or its beginning up to the end of a paragraph where the whole has no room."""
    pieces = list(pieces_of(text[:_MOST_READ]))
    kept = _beginning(pieces)
    is_whole = bool(kept) and kept == pieces and len(text) <= _MOST_READ
    return Answer(parts=tuple(_parts(kept)), is_whole=is_whole)


def pieces_of(text: str) -> Iterator[Piece]:
    """The paragraphs and blocks of code of an answer, made harmless; empty ones are left out."""
    for opening, lines in _segments(text):
        if opening is not None:
            yield from _block(opening, lines)
            continue
        for is_said, paragraph in groupby(lines, key=lambda line: bool(line.strip())):
            if is_said and (said := _harmless("\n".join(paragraph))).strip():
                yield Piece(said)


def _segments(text: str) -> Iterator[tuple[re.Match[str] | None, list[str]]]:
    """The lines between fences, and those within, with the fence that opened them."""
    opening: re.Match[str] | None = None
    lines: list[str] = []
    for line in text.split("\n"):
        found = (_CLOSES if opening else _OPENS).fullmatch(line)
        if found and opening and len(found["ticks"]) >= len(opening["ticks"]):
            yield opening, [*lines, *filter(str.strip, [found["last"]])]
            opening, lines = None, []
        elif found and not opening and _is_opening(found):
            yield None, [*lines, *filter(str.strip, [found["before"].rstrip()])]
            opening, lines = found, []
        else:
            lines.append(line)
    yield opening, lines  # a model that was cut off leaves its fence open


def _is_opening(found: re.Match[str]) -> bool:
    info = found["info"].strip()
    return not found["before"].strip() or not info or _LANGUAGE.fullmatch(info) is not None


def _block(opening: re.Match[str], lines: Sequence[str]) -> Iterator[Piece]:
    indent = 0 if opening["before"].strip() else len(opening["before"])
    body = [line[min(indent, len(line) - len(line.lstrip())) :] for line in lines]
    info = opening["info"].strip()
    is_language = _LANGUAGE.fullmatch(info) is not None and any(map(str.strip, body))
    code = "\n".join(body if is_language else [info, *body]).strip("\n")
    if code.strip():
        inside = _FENCE.sub(lambda ticks: "ˋ" * len(ticks[0]), code)
        yield Piece(inside, info if is_language else "")


def _harmless(paragraph: str) -> str:
    text = _INVISIBLE.sub("", paragraph)
    text = "\n".join(_TICKS.sub(_paired, line) for line in text.split("\n"))
    return _MENTION.sub("\\g<0>\u200b", text.replace("](", "] ("))


def _paired(found: re.Match[str]) -> str:
    """Code within its line; a backtick without a partner could end the code of another line."""
    run, code = found["run"], found["code"]
    if run is None:
        is_escape = found[0].startswith("\\") and found[0] != "\\`"
        return found[0] if is_escape else "ˋ" * found[0].count("`")
    return found[0] if len(run) < 3 else "`" + code.replace("`", "ˋ") + "`"


def _gap(before: Piece, piece: Piece) -> str:
    return "\n\n" if before.language is None and piece.language is None else "\n"


def _beginning(pieces: Sequence[Piece]) -> list[Piece]:
    kept, room = list[Piece](), LONGEST_SHOWN
    for piece in pieces:
        needed = len(piece.shown) + (len(_gap(kept[-1], piece)) if kept else 0)
        if needed > room:
            if room > LONGEST_SHOWN // 2:  # else the end of the last paragraph is a good end
                kept.append(_cut(piece, room - 2))
            break
        kept.append(piece)
        room -= needed
    return kept


def _cut(piece: Piece, most: int) -> Piece:
    """The beginning of a piece that takes at most so many characters in a message."""
    ellipsis = "…" if piece.language is None else "\n…"
    room = most - (len(piece.shown) - len(piece.text)) - len(ellipsis)
    ends = ([found.end() for found in end.finditer(piece.text, 0, room)] for end in _ENDS)
    good = (at[-1] for at in ends if at and at[-1] > room // 2)
    head = piece.text[: next(good, room)].rstrip()
    if piece.language is None:
        head = _harmless(head)  # a span of code may have lost its end
    return replace(piece, text=head + ellipsis)


def _parts(pieces: Sequence[Piece]) -> list[str]:
    """Paragraphs together as far as a part takes them; a long one is a part of its own."""
    parts, before = list[str](), Piece("")
    for piece in pieces:
        joined = f"{parts[-1]}{_gap(before, piece)}{piece.shown}" if parts else piece.shown
        if parts and len(joined) <= _LONGEST_PART:
            parts[-1] = joined
        else:
            parts.append(piece.shown)
        before = piece
    return parts
