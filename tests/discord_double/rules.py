"""Discord's limits on what a program may send. Pure; a breach raises `RefusedError`."""

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

V2_TOP = frozenset({1, 9, 10, 12, 13, 14, 17})
SELECTS = frozenset({3, 5, 6, 7, 8})
IN_LABEL = SELECTS | {4, 19, 21, 22, 23}
MIB = 1024 * 1024
LOCALES = frozenset(
    {
        *("id", "da", "de", "en-GB", "en-US", "es-ES", "es-419", "fr", "hr", "it", "lt", "hu"),
        *("nl", "no", "pl", "pt-BR", "ro", "fi", "sv-SE", "vi", "tr", "cs", "el", "bg", "ru"),
        *("uk", "hi", "th", "zh-CN", "ja", "zh-TW", "ko"),
    }
)
Component = dict[str, Any]


class RefusedError(Exception):
    """An answer that is an error. `violation`: the program should never have asked this."""

    def __init__(
        self,
        status: int,
        code: int,
        message: str,
        *,
        at: str = "",
        detail: str = "",
        violation: bool = False,
    ) -> None:
        super().__init__(f"{status}/{code} {message} {at} {detail}".strip())
        self.status, self.code, self.message = status, code, message
        self.at, self.detail, self.violation = at, detail, violation

    def body(self) -> dict[str, Any]:
        """The JSON that Discord answers."""
        answer: dict[str, Any] = {"message": self.message, "code": self.code}
        if self.at:
            errors: dict[str, Any] = {"_errors": [{"code": "INVALID", "message": self.detail}]}
            for key in reversed(self.at.split(".")):
                errors = {key: errors}
            answer["errors"] = errors
        return answer


def need(condition: object, at: str, detail: str) -> None:
    """Refuse the form body unless the condition holds."""
    if not condition:
        raise RefusedError(400, 50035, "Invalid Form Body", at=at, detail=detail, violation=True)


def length(value: Any, low: int, high: int, at: str) -> None:
    """Refuse a text that is none, or not within its bounds."""
    need(isinstance(value, str), at, "must be a string")
    need(low <= len(value) <= high, at, f"must be {low}-{high} in length, is {len(value)}")


def count(items: Any, low: int, high: int, at: str) -> None:
    """Refuse a list that is none, or not within its bounds."""
    need(isinstance(items, list), at, "must be a list")
    need(low <= len(items) <= high, at, f"must have {low}-{high} entries, has {len(items)}")


@dataclass
class Tally:
    """What is counted over a whole message or modal."""

    files: frozenset[str]
    custom_ids: set[str] = field(default_factory=set)
    parts: int = 0
    characters: int = 0

    def custom_id(self, part: Component, at: str) -> None:
        length(part.get("custom_id"), 1, 100, f"{at}.custom_id")
        need(part["custom_id"] not in self.custom_ids, f"{at}.custom_id", "is duplicated")
        self.custom_ids.add(part["custom_id"])

    def media(self, media: Any, at: str) -> None:
        url = (media or {}).get("url")
        length(url, 1, 2048, f"{at}.url")
        if url.startswith("attachment://"):
            there = url.removeprefix("attachment://") in self.files
            need(there, f"{at}.url", f"{url} is not an uploaded file")
        else:
            need(url.startswith(("http://", "https://")), f"{at}.url", "is not a URL")


def check_message(
    content: str,
    embeds: list[Any],
    components: list[Component],
    *,
    v2: bool,
    files: Iterable[str],
    attached: int,
) -> None:
    """Check a message as it would stand after the request."""
    length(content, 0, 2000, "content")
    count(embeds, 0, 10, "embeds")
    need(attached <= 10, "attachments", f"at most 10 files, are {attached}")
    if v2:
        need(not content, "content", "not beside Components V2")
        need(not embeds, "embeds", "not beside Components V2")
        need(components, "components", "Components V2 needs at least one")
    elif not (content or embeds or components or attached):
        raise RefusedError(400, 50006, "Cannot send an empty message", violation=True)
    check_components(components, v2=v2, files=files)


def check_components(components: list[Component], *, v2: bool, files: Iterable[str]) -> None:
    """Check the components of one message."""
    tally = Tally(frozenset(files))
    need(isinstance(components, list), "components", "must be a list")
    if not v2:
        need(len(components) <= 5, "components", "at most 5 rows")
    for index, part in enumerate(components):
        _component(part, f"components.{index}", tally, V2_TOP if v2 else frozenset({1}))
    need(tally.parts <= 40, "components", f"at most 40 components in all, are {tally.parts}")
    text = tally.characters
    need(text <= 4000, "components", f"at most 4000 characters of text in all, are {text}")


def _component(part: Component, at: str, tally: Tally, allowed: frozenset[int]) -> None:
    need(isinstance(part, dict), at, "must be an object")
    kind = part.get("type")
    need(kind in allowed, f"{at}.type", f"type {kind} is not allowed here")
    tally.parts += 1
    _CHECKS[kind](part, at, tally)


def _row(part: Component, at: str, tally: Tally) -> None:
    count(part.get("components"), 1, 5, f"{at}.components")
    kinds = [child.get("type") for child in part["components"]]
    alone = len(kinds) == 1 or not SELECTS.intersection(kinds)
    need(alone, f"{at}.components", "a select fills its row")
    for index, child in enumerate(part["components"]):
        _component(child, f"{at}.components.{index}", tally, SELECTS | {2})


def _button(part: Component, at: str, tally: Tally) -> None:
    style = part.get("style")
    need(style in {1, 2, 3, 4, 5, 6}, f"{at}.style", "is no button style")
    need(part.get("label") or part.get("emoji") or style == 6, at, "needs a label or an emoji")
    if part.get("label") is not None:
        length(part["label"], 0, 80, f"{at}.label")
    if part.get("emoji"):
        _emoji(part["emoji"], f"{at}.emoji")
    if style == 5:
        length(part.get("url"), 1, 512, f"{at}.url")
        need(not part.get("custom_id"), f"{at}.custom_id", "not on a link")
    elif style != 6:
        need(not part.get("url"), f"{at}.url", "only on a link")
        tally.custom_id(part, at)


def _emoji(emoji: Mapping[str, Any], at: str) -> None:
    name = emoji.get("name")
    drawn = isinstance(name, str) and name and not all(c.isascii() and c.isalpha() for c in name)
    need(emoji.get("id") or drawn, at, f"{name!r} is no emoji")


def _select(part: Component, at: str, tally: Tally) -> None:
    tally.custom_id(part, at)
    if part.get("placeholder") is not None:
        length(part["placeholder"], 0, 150, f"{at}.placeholder")
    lowest, highest = part.get("min_values"), part.get("max_values")
    lowest, highest = 1 if lowest is None else lowest, 1 if highest is None else highest
    need(0 <= lowest <= 25, f"{at}.min_values", "must be 0-25")
    need(max(1, lowest) <= highest <= 25, f"{at}.max_values", "must be 1-25, not below min_values")
    if part["type"] == 3:
        options = part.get("options")
        _options(options, 1, 25, f"{at}.options")
        need(highest <= len(options), f"{at}.max_values", "more than there are options")
        chosen = sum(bool(option.get("default")) for option in options)
        need(chosen <= highest, f"{at}.options", "more defaults than max_values")


def _options(options: Any, low: int, high: int, at: str) -> None:
    count(options, low, high, at)
    for index, option in enumerate(options):
        length(option.get("label"), 1, 100, f"{at}.{index}.label")
        length(option.get("value"), 1, 100, f"{at}.{index}.value")
        if option.get("description") is not None:
            length(option["description"], 0, 100, f"{at}.{index}.description")
        if option.get("emoji"):
            _emoji(option["emoji"], f"{at}.{index}.emoji")
    values = [option["value"] for option in options]
    need(len(set(values)) == len(values), at, "a value is duplicated")


def _section(part: Component, at: str, tally: Tally) -> None:
    count(part.get("components"), 1, 3, f"{at}.components")
    for index, child in enumerate(part["components"]):
        _component(child, f"{at}.components.{index}", tally, frozenset({10}))
    _component(part.get("accessory") or {}, f"{at}.accessory", tally, frozenset({2, 11}))


def _text(part: Component, at: str, tally: Tally) -> None:
    length(part.get("content"), 1, 4000, f"{at}.content")
    tally.characters += len(part["content"])


def _described(part: Component, at: str) -> None:
    if part.get("description") is not None:
        length(part["description"], 1, 1024, f"{at}.description")


def _thumbnail(part: Component, at: str, tally: Tally) -> None:
    _described(part, at)
    tally.media(part.get("media"), f"{at}.media")


def _gallery(part: Component, at: str, tally: Tally) -> None:
    count(part.get("items"), 1, 10, f"{at}.items")
    for index, item in enumerate(part["items"]):
        _thumbnail(item, f"{at}.items.{index}", tally)


def _file(part: Component, at: str, tally: Tally) -> None:
    url = (part.get("file") or {}).get("url")
    need(str(url).startswith("attachment://"), f"{at}.file.url", "must be an uploaded file")
    tally.media(part["file"], f"{at}.file")


def _separator(part: Component, at: str, _: Tally) -> None:
    need(part.get("spacing") in {None, 1, 2}, f"{at}.spacing", "must be 1 or 2")


def _container(part: Component, at: str, tally: Tally) -> None:
    colour = part.get("accent_color")
    need(colour is None or 0 <= colour <= 0xFFFFFF, f"{at}.accent_color", "is no colour")
    count(part.get("components"), 1, 40, f"{at}.components")
    for index, child in enumerate(part["components"]):
        _component(child, f"{at}.components.{index}", tally, V2_TOP - {17})


_CHECKS: dict[Any, Callable[[Component, str, Tally], None]] = {
    1: _row,
    2: _button,
    **dict.fromkeys(SELECTS, _select),
    9: _section,
    10: _text,
    11: _thumbnail,
    12: _gallery,
    13: _file,
    14: _separator,
    17: _container,
}


def check_modal(modal: Any) -> None:
    """Check a modal: title, one to five parts, unique custom ids."""
    need(isinstance(modal, dict), "data", "must be an object")
    length(modal.get("title"), 1, 45, "data.title")
    length(modal.get("custom_id"), 1, 100, "data.custom_id")
    count(modal.get("components"), 1, 5, "data.components")
    tally = Tally(frozenset())
    for index, part in enumerate(modal["components"]):
        _modal_part(part, f"data.components.{index}", tally)


def _modal_part(part: Component, at: str, tally: Tally) -> None:
    kind = part.get("type")
    need(kind in {1, 10, 18}, f"{at}.type", f"type {kind} is not allowed in a modal")
    if kind == 10:
        _text(part, at, tally)
    elif kind == 1:
        count(part.get("components"), 1, 1, f"{at}.components")
        field_ = part["components"][0]
        need(field_.get("type") == 4, f"{at}.components.0.type", "only a text input")
        length(field_.get("label"), 1, 45, f"{at}.components.0.label")
        _field(field_, f"{at}.components.0", tally)
    else:
        length(part.get("label"), 1, 45, f"{at}.label")
        if part.get("description") is not None:
            length(part["description"], 1, 100, f"{at}.description")
        inner = part.get("component") or {}
        need(inner.get("type") in IN_LABEL, f"{at}.component.type", "is not allowed in a label")
        need(not inner.get("label") or inner["type"] != 4, f"{at}.component.label", "has two")
        _field(inner, f"{at}.component", tally)


def _field(part: Component, at: str, tally: Tally) -> None:
    if part["type"] in SELECTS:
        _select(part, at, tally)
        return
    tally.custom_id(part, at)
    if part["type"] == 4:
        need(part.get("style") in {1, 2}, f"{at}.style", "is no text style")
        least, most = part.get("min_length") or 0, part.get("max_length") or 4000
        need(0 <= least <= 4000 and 1 <= most <= 4000, f"{at}.max_length", "must be 1-4000")
        need(least <= most, f"{at}.min_length", "is over max_length")
        if part.get("value") is not None:
            length(part["value"], 0, most, f"{at}.value")
        if part.get("placeholder") is not None:
            length(part["placeholder"], 0, 100, f"{at}.placeholder")
    elif part["type"] in {21, 22}:
        _options(part.get("options"), 2 if part["type"] == 21 else 1, 10, f"{at}.options")


def check_choices(choices: Any, at: str, kind: int | None = None) -> None:
    """Check the choices of an option, or of an autocomplete answer."""
    count(choices, 0, 25, at)
    for index, choice in enumerate(choices):
        for name in _in_all_languages(choice, "name", f"{at}.{index}"):
            length(name, 1, 100, f"{at}.{index}.name")
        value = choice.get("value")
        if kind == 3 or isinstance(value, str):
            length(value, 1 if kind else 0, 100, f"{at}.{index}.value")


def check_commands(commands: Any) -> None:
    """Check a whole sync: at most 100 chat commands, 15 user and 15 message menus."""
    need(isinstance(commands, list), "commands", "must be a list")
    kinds = [command.get("type", 1) for command in commands]
    for kind, most in ((1, 100), (2, 15), (3, 15)):
        need(kinds.count(kind) <= most, "commands", f"at most {most} of type {kind}")
    names = [(command.get("type", 1), command.get("name")) for command in commands]
    need(len(set(names)) == len(names), "commands", "a name is duplicated")
    for index, command in enumerate(commands):
        _command(command, f"{index}")


def _command(command: Component, at: str) -> None:
    if command.get("type", 1) != 1:
        for name in _in_all_languages(command, "name", at):
            length(name, 1, 32, f"{at}.name")
        described = command.get("description") or command.get("description_localizations")
        need(not described, f"{at}.description", "a menu has none")
        return
    _named(command, at)
    _command_options(command.get("options") or [], f"{at}.options", depth=0)
    size = command_size(command)
    need(size <= 8000, at, f"{command['name']} has {size} of 8000 characters")


def _named(part: Component, at: str) -> None:
    for name in _in_all_languages(part, "name", at):
        length(name, 1, 32, f"{at}.name")
        fine = all(c in "-_'" or unicodedata.category(c)[0] in "LNM" for c in name)
        need(fine and name == name.lower(), f"{at}.name", f"{name!r} does not match the pattern")
    for text in _in_all_languages(part, "description", at):
        length(text, 1, 100, f"{at}.description")


def _in_all_languages(part: Component, key: str, at: str) -> list[Any]:
    """A text and what stands for it in other languages, each of which Discord must know."""
    others = part.get(f"{key}_localizations")
    others = {} if others is None else others
    need(isinstance(others, dict), f"{at}.{key}_localizations", "must be an object")
    unknown = sorted(set(others) - LOCALES)
    need(not unknown, f"{at}.{key}_localizations", f"{unknown} are no locales")
    return [part.get(key), *others.values()]


def _command_options(options: list[Component], at: str, depth: int) -> None:
    count(options, 0, 25, at)
    names = [option.get("name") for option in options]
    need(len(set(names)) == len(names), at, "a name is duplicated")
    nested = [option.get("type") in {1, 2} for option in options]
    need(all(nested) or not any(nested), at, "subcommands and options are mixed")
    required = [bool(option.get("required")) for option in options]
    need(required == sorted(required, reverse=True), at, "required options come first")
    for index, option in enumerate(options):
        place, kind = f"{at}.{index}", option.get("type")
        need(kind in range(1, 12), f"{place}.type", "is no option type")
        _named(option, place)
        if kind in {1, 2}:
            need(depth == 0 or (depth == 1 and kind == 1), place, "is nested too deep")
            need(kind == 1 or option.get("options"), place, "is an empty group")
            inner = depth + (1 if kind == 2 else 2)
            _command_options(option.get("options") or [], f"{place}.options", inner)
        else:
            _command_option(option, place)


def _command_option(option: Component, at: str) -> None:
    if option.get("choices"):
        need(option["type"] in {3, 4, 10}, f"{at}.choices", "not for this type")
        need(not option.get("autocomplete"), f"{at}.choices", "not beside autocomplete")
        check_choices(option["choices"], f"{at}.choices", option["type"])
    least, most = option.get("min_length"), option.get("max_length")
    need(least is None or 0 <= least <= 6000, f"{at}.min_length", "must be 0-6000")
    need(most is None or 1 <= most <= 6000, f"{at}.max_length", "must be 1-6000")


def command_size(command: Component) -> int:
    """Names, descriptions and values in all; of a localised text the longest version counts."""
    size = 0
    for key in ("name", "description"):
        texts = (command.get(key) or "", *(command.get(f"{key}_localizations") or {}).values())
        size += max(map(len, texts))
    for choice in command.get("choices") or []:
        names = (choice["name"], *(choice.get("name_localizations") or {}).values())
        size += max(map(len, names)) + len(str(choice["value"]))
    return size + sum(command_size(option) for option in command.get("options") or [])
