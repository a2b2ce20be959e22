"""Options that several commands share: their words, their choices, what is offered while typing."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from discord import app_commands

from bot.errors import InvalidRequestError
from bot.operations import Params
from bot.providers.lingtu_choices import ASPECTS, STYLES
from bot.text import N_, _, clip, reading

_Code = TypeVar("_Code", str, int)

PICTURE = N_("The picture (PNG, JPEG or WebP; of an animation the first frame).")
RATIOS = ("1:1", "3:2", "2:3", "4:3", "3:4", "16:9", "9:16", "5:4", "4:5", "2:1", "1:2", "21:9")
_LONGEST_CHOICE, _MOST_CHOICES = 100, 25


def choices_of(named: Iterable[tuple[_Code, str]]) -> list[app_commands.Choice[_Code]]:
    """A choice for each code, under the name that people read."""
    return [app_commands.Choice(name=name, value=code) for code, name in named]


STYLE_CHOICES = choices_of(STYLES)
ASPECT_CHOICES = choices_of((ratio, ratio) for ratio in ASPECTS)


def help_of(params: type[Params], **fields: str) -> dict[str, str]:
    """What a command's options say of themselves: the words of the fields that they fill."""
    found = {option: params.model_fields[name].description for option, name in fields.items()}
    return {option: words for option, words in found.items() if words}


def refuse_given(sentence: str, options: Mapping[str, object]) -> None:
    """InvalidRequestError when one of these was given; the sentence names it as ``{option}``."""
    for name, value in options.items():
        if value is not None:
            raise InvalidRequestError(sentence, option=name)


def suggest_ratios(typed: str, ratios: Sequence[str] = RATIOS) -> list[app_commands.Choice[str]]:
    """The usual ratios that begin so, and what was typed itself."""
    typed = typed.strip().replace("：", ":")[:_LONGEST_CHOICE]
    fitting = [ratio for ratio in ratios if ratio.startswith(typed)]
    offered = fitting if not typed or typed in fitting else [typed, *fitting]
    return [app_commands.Choice(name=ratio, value=ratio) for ratio in offered]


def suggest_named(typed: str, named: Iterable[tuple[str, str]]) -> list[app_commands.Choice[str]]:
    """The codes whose name, in the reader's language or in English, holds what was typed."""
    wanted = typed.strip().casefold()
    fitting = [
        app_commands.Choice(name=clip(_(name), _LONGEST_CHOICE), value=code)
        for code, name in named
        if any(wanted in words.casefold() for words in (code, name, _(name)))
    ]
    return fitting[:_MOST_CHOICES]


def code_of(typed: str, named: Iterable[tuple[str, str]]) -> str:
    """The code of what was typed: a code, a name in any language, or the beginning of a single one.

    What fits none of them stays as it is.
    """
    wanted = typed.strip().casefold()
    names = [(code, [words.casefold() for words in _names(code, name)]) for code, name in named]
    whole = [code for code, words in names if wanted in words]
    begun = {code for code, words in names if any(each.startswith(wanted) for each in words)}
    if whole:
        return whole[0]
    return begun.pop() if len(begun) == 1 and len(wanted) > 1 else typed.strip()


def _names(code: str, name: str) -> tuple[str, ...]:
    with reading("zh-CN"):
        chinese = _(name)
    return code, name, chinese, _(name)
