"""Rewriting a prompt's words and nothing else: what Tongyi is asked, and what of its answer counts.

Addresses at the start of a prompt and parameters at its end never reach Tongyi; weights, lists
and addresses among the words do, and have to come back. Pure.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from bot.errors import InvalidRequestError
from bot.providers.prompt_table import MOST_CHARACTERS
from bot.providers.prompt_text import is_address, starts_parameter, tokens_of
from bot.providers.prompt_vocabulary import SPELLINGS, quoted
from bot.text import N_

IMPROVE, TRANSLATE = "improve", "translate"
_ASKED = {
    IMPROVE: (
        "Rewrite the prompt below, which is for a model that draws pictures, as one vivid and "
        "concrete prompt. Keep its subject and all that it asks for; say what is to be seen: "
        "setting, light, colours, composition, style. Write it in English, whatever language it "
        "is in now."
    ),
    TRANSLATE: (
        "Translate the prompt below, which is for a model that draws pictures, into English. "
        "Add nothing, leave nothing out and explain nothing; what is English stays as it is."
    ),
}
_FORM = (
    "Answer with the prompt alone, in one paragraph of at most {most} characters: no introduction, "
    "no quotation marks, no list, no parameters such as --ar, no web addresses."
)
_COPY = "Copy these parts exactly as they are, where they belong: {parts}"
_WISHED = 900  # characters; longer prompts draw no better
_READ = 20_000  # characters of an answer
_BRACES = "{}｛｝"
_DASHES = "-–—―－"
_GROUP = re.compile(r"[{｛][^{}｛｝]*[}｝]")
# What stands among the words and is no word: a list, a brace that is meant, a weight.
_MARK = re.compile(
    rf"\\[{_BRACES}]|{_GROUP.pattern}|::(?:-?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?![0-9]))?"
)
# Also one without its scheme, and one that a word of Chinese touches.
_ADDRESS = re.compile(
    r"(?:[a-z][a-z0-9+.-]{0,20}://|(?<![a-z0-9@./-])www\.(?=[a-z0-9])"
    r"|(?<![a-z0-9@./-])(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24}(?::[0-9]{1,5})?/(?=[^\s/]))"
    r"[^\s，。、；！？）】」》]*",
    re.IGNORECASE,
)
_AFTER_ADDRESS = ".,;:!?)]'\""  # at the end of an address it belongs to the sentence
# "--ar" right behind a word; a single long dash is punctuation there.
_GLUED = re.compile(
    rf"(?<=[^{_DASHES}\s])[{_DASHES}]{{2,}}(?P<name>[a-z0-9]+)(?![\w-])", re.IGNORECASE | re.ASCII
)
_FENCED = re.compile(r"```(?:[\w+-]*\n)?(.*?)(?:```|\Z)", re.DOTALL)
_ANNOUNCED = re.compile(
    r"(?:(?:sure|certainly|of course|okay|here(?:['’]s| is| are))\b[^\n:：]{0,100}"
    r"|(?:[\w-]+ ){0,3}(?:prompt|translation|version)\s{0,3}"
    r"|[^\n:：]{0,30}(?:提示词|翻译|译文|如下|版本)[^\n:：]{0,10}"
    r"|[^\n:：]{0,100}(?=[:：][ \t]*\n))[:：]\s*",
    re.IGNORECASE,
)
_BULLET = re.compile(r"(?:[-*•]|[0-9]{1,2}[.)、])\s+")
_QUOTES = {'"': '"', "'": "'", "`": "`", "“": "”", "‘": "’", "「": "」", "『": "』", "«": "»"}
_NO_PROMPT = N_("Tongyi answered with no prompt. Keep yours, or have it try again.")
_LOST = N_("Tongyi lost “{part}”, which has to stay. Keep your prompt, or have it try again.")


_Span = tuple[int, int]


class Split(NamedTuple):
    """A prompt cut in three, which together are every byte of it."""

    before: str
    words: str
    after: str


class Kept(BaseModel):
    """What stays of a prompt around the words, and what it is for.

    Words may have `longest` characters. `operation` with `values`, the rest of its request, is that
    of the job under which help was asked for; without it `model` is the key of the chosen one.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    before: str = ""
    after: str = ""
    longest: int = Field(default=MOST_CHARACTERS, ge=1)
    model: str = ""
    operation: str = ""
    values: dict[str, Any] = Field(default_factory=dict)


def split(prompt: str) -> Split:
    """Tell the addresses at the start, the words, and the parameters at the end apart.

    A list in braces that holds one of them stays whole, on its side.
    """
    tokens = [match.span() for match in re.finditer(r"\S+", prompt)]
    groups = [match.span() for match in _GROUP.finditer(prompt)]
    begins = (_parameter_in(prompt, span, groups) for span in tokens)
    firsts = (begin for begin in begins if begin is not None)
    stop = _outside(next(firsts, len(prompt)), groups, tokens)
    start = 0
    for begin, end in tokens:
        token = _bare(prompt[begin:end])
        if end > stop or (token and not is_address(token)):
            break
        start = end if token else start
    start = min(_outside(start, groups, tokens), stop)
    words = prompt[start:stop].strip()
    at = prompt.index(words, start) if words else stop
    return Split(prompt[:at], words, prompt[at + len(words) :])


def instruction(purpose: str, words: str, longest: int) -> str:
    """What Tongyi is asked, for one of `IMPROVE` and `TRANSLATE`."""
    lines = [_ASKED[purpose], _FORM.format(most=min(longest, max(_WISHED, len(words))))]
    if parts := list(dict.fromkeys(_marks(words))):
        lines.append(_COPY.format(parts="  ".join(parts)))
    return "\n".join((*lines, "", "Prompt:", words))


def check_words(words: str) -> None:
    """InvalidRequestError when there is nothing to rewrite."""
    if not _says_something(words):
        raise InvalidRequestError(N_("This prompt has no words that could be rewritten."))


def rewritten(words: str, answer: str, longest: int) -> str:
    """The words that an answer suggests; InvalidRequestError where it holds none that can be used.

    Parameters, addresses, lists and weights are those of the `words`, whatever stands in it.
    """
    check_words(words)
    own = Counter(_marks(words))
    said = " ".join(tokens_of(_prompt_in(answer[:_READ].strip())))
    text = " ".join(_plain(_own_marks(said, own.copy()), own.copy()))
    # What was cut may look like a parameter now.
    text = " ".join(_plain(_clipped(text, longest), own.copy()))
    text = text.rstrip(f" {_DASHES}")  # a parameter may follow at once
    if not _says_something(text):
        raise InvalidRequestError(_NO_PROMPT)
    lost = own - Counter(_marks(text))
    if lost:
        raise InvalidRequestError(_LOST, part=quoted(next(iter(lost))))
    if Counter(_marks(text)) != own:
        raise InvalidRequestError(_NO_PROMPT)
    return text


def _says_something(words: str) -> bool:
    return any(map(str.isalnum, _ADDRESS.sub(" ", words)))


def _bare(token: str) -> str:
    """A word as `tokens_of` has it, without the braces that it begins with."""
    return "".join(tokens_of(token)).lstrip(_BRACES)


def _parameter_in(prompt: str, span: _Span, groups: Iterable[_Span]) -> int | None:
    """Where a word starts a parameter, or a list in it will; None where neither does."""
    token, (begin, end) = prompt[span[0] : span[1]], span
    if any(opening < end and begin < closing for opening, closing in groups):
        parts = re.split(f"[{_BRACES},，]", token)
        return begin if any(_starts(part) or _glued(part) is not None for part in parts) else None
    if _starts(token):
        return begin
    at = _glued(token)
    return None if at is None else begin + at


def _starts(token: str) -> bool:
    return bool(starts_parameter(_bare(token)))


def _glued(token: str) -> int | None:
    """Where a known parameter starts within a word; an address may hold what looks like one."""
    taken = [match.span() for match in _ADDRESS.finditer(token)]
    for match in _GLUED.finditer(token):
        is_free = not any(begin <= match.start() < end for begin, end in taken)
        if is_free and match["name"].lower() in SPELLINGS:
            return match.start()
    return None


def _outside(at: int, groups: Iterable[_Span], tokens: Iterable[_Span]) -> int:
    """The place, or where the list begins that it would cut, with the word that it stands in."""
    opening = next((begin for begin, end in groups if begin < at < end), None)
    if opening is None:
        return at
    return next((begin for begin, end in tokens if begin <= opening < end), opening)


def _marks(words: str) -> list[str]:
    """The parts of the words that must come back."""
    text = " ".join(tokens_of(words))
    return [*_MARK.findall(text), *_addresses(text)]


def _addresses(text: str) -> list[str]:
    return [match[0].rstrip(_AFTER_ADDRESS) for match in _ADDRESS.finditer(text)]


def _own_marks(text: str, own: Counter[str]) -> str:
    """The text without marks but those that are ours."""
    parts, end = list[str](), 0
    for match in _MARK.finditer(text):
        parts.append(_unmarked(text[end : match.start()]))
        if own[match[0]]:
            own[match[0]] -= 1
            # A dash before a list would make parameters of its choices.
            parts[-1] = re.sub(rf"(?<!\S)[{_DASHES}]+$", "", parts[-1])
            parts.append(match[0])
        else:
            inside = match[0] if match[0][0] in _BRACES else ""
            parts.append(f" {_unmarked(inside)} ")
        end = match.end()
    return "".join((*parts, _unmarked(text[end:])))


def _unmarked(text: str) -> str:
    return re.sub(":{2,}", ":", re.sub(f"[{_BRACES}]", " ", text))


def _plain(text: str, own: Counter[str]) -> Iterator[str]:
    """The words up to the first parameter; of addresses, those that are ours."""
    for token in text.split():
        if found := Counter(_addresses(token)):
            if found <= own:
                own -= found
                yield token
            continue
        name = starts_parameter(token)
        if name in SPELLINGS:
            return
        at = _glued(token)
        if at is not None:
            yield token[:at]
            return
        # A dash before any other word was never meant as a parameter.
        yield token.lstrip(_DASHES) if name else token


def _clipped(text: str, most: int) -> str:
    if len(text) <= most:
        return text
    head = text[:most]
    if text[most] != " " and " " in head:
        head = head.rpartition(" ")[0]
    return head.rstrip(" ,;:，、；：-")


def _prompt_in(answer: str) -> str:
    """The prompt in an answer, without what chat models put around one."""
    fenced = _FENCED.search(answer)
    text = (fenced[1] if fenced and fenced[1].strip() else answer).replace("**", "")
    text = text.strip().lstrip("#> ")
    announced = _ANNOUNCED.match(text)
    if announced and text[announced.end() :].strip():
        text = text[announced.end() :].strip()
    paragraph = re.split(r"\n\s*\n", text, maxsplit=1)[0].strip()
    if bullet := _BULLET.match(paragraph):
        paragraph = paragraph[bullet.end() :].partition("\n")[0].strip()
    return _unquoted(paragraph, introduced=bool(announced))


def _unquoted(text: str, *, introduced: bool) -> str:
    closing = _QUOTES.get(text[:1])
    if closing is None:
        return text
    end = text.find(closing, 1)
    # After an introduction a quotation is the prompt; else it must be all that was said.
    return text[1:end] if end == len(text) - 1 > 0 or (introduced and end > 1) else text
