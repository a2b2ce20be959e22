"""``/config word``: the words that are refused or replaced in prompts."""

import contextlib
from collections.abc import Sequence

from discord import app_commands

from bot import policy
from bot.banned import check_pattern
from bot.errors import InvalidRequestError, NotAllowedError
from bot.rules import MOST_WORDS, BannedWord, Rules
from bot.text import N_, _, clip, plural
from cogs.config_changes import decide, guild_of, servers_of
from cogs.errors import tell
from cogs.replies import Interaction, person_of
from cogs.words import harmless
from storage.errors import StorageError

LONGEST_REPLACEMENT = 200
_OFFERED, _LONGEST_CHOICE = 25, 100
_LONGEST_SHOWN = 60


async def set_word(
    interaction: Interaction, pattern: str, replacement: str | None, *, remove: bool
) -> None:
    """Ban a word, change what takes its place, or allow it again."""
    normal = pattern.strip() if remove else check_pattern(pattern)
    new = None if replacement is None else " ".join(replacement.split())
    if remove:
        rules = await decide(interaction, "words", lambda rules: _without(rules.words, normal))
        said = _("“{word}” is allowed again.", word=harmless(normal, _LONGEST_SHOWN))
    else:
        word = BannedWord(pattern=normal, replacement=new)
        rules = await decide(interaction, "words", lambda rules: _with(rules.words, word))
        said = _said(word)
    count = plural(
        "There is {n} banned word now.", "There are {n} banned words now.", len(rules.words)
    )
    await tell(interaction, f"{said} {count}")


async def suggest_words(interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
    """The banned words that fit what was typed, for admins only."""
    typed = current.strip().casefold()
    rules = Rules()
    with contextlib.suppress(StorageError, NotAllowedError, InvalidRequestError):
        policy.check_admin(person_of(interaction))
        rules = await servers_of(interaction).rules(guild_of(interaction))
    fitting = [word for word in rules.words if typed in word.pattern.casefold()]
    return [
        app_commands.Choice(name=clip(shown(word), _LONGEST_CHOICE), value=word.pattern)
        for word in fitting[:_OFFERED]
    ]


def shown(word: BannedWord) -> str:
    """A banned word and what takes its place."""
    if word.replacement is None:
        return word.pattern
    nothing = _("(nothing)")
    return f"{word.pattern} → {word.replacement or nothing}"


def _said(word: BannedWord) -> str:
    pattern = harmless(word.pattern, _LONGEST_SHOWN)
    if word.replacement is None:
        return _("Prompts with “{word}” are refused.", word=pattern)
    if not word.replacement:
        return _("“{word}” is taken out of prompts.", word=pattern)
    new = harmless(word.replacement, LONGEST_REPLACEMENT)
    return _("“{word}” in prompts becomes “{new}”.", word=pattern, new=new)


def _with(words: Sequence[BannedWord], word: BannedWord) -> tuple[BannedWord, ...]:
    if any(each.pattern == word.pattern for each in words):
        return tuple(word if each.pattern == word.pattern else each for each in words)
    if len(words) >= MOST_WORDS:
        raise InvalidRequestError(
            N_(
                "There are {most} banned words already, and no more are possible. Remove some, or "
                "say several of them with * and ?."
            ),
            most=MOST_WORDS,
        )
    return (*words, word)


def _without(words: Sequence[BannedWord], pattern: str) -> tuple[BannedWord, ...]:
    wanted = {pattern}
    with contextlib.suppress(InvalidRequestError):
        wanted.add(check_pattern(pattern))
    left = tuple(each for each in words if each.pattern not in wanted)
    if len(left) == len(words):
        raise InvalidRequestError(
            N_("“{word}” is not among the banned words; choose one from the list."),
            word=harmless(pattern, _LONGEST_SHOWN),
        )
    return left
