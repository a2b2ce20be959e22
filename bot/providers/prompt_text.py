"""A Midjourney prompt as text: taking apart what people type, and printing it for the wire.

What a parameter's value looks like is read here; whether a model takes it is `prompt`'s business.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from unicodedata import normalize

from bot.errors import InvalidRequestError
from bot.operations import STAND_IN, UPLOAD_SCHEME
from bot.providers.prompt_row import Form, Model, Parameter
from bot.providers.prompt_table import DEFAULT_MODEL, MODELS, PARAMETER_BY_NAME, REQUIRES
from bot.providers.prompt_vocabulary import IMAGES, SPELLINGS, Vocabulary, quoted
from bot.text import N_

_INVISIBLE = re.compile("[\x00-\x08\x0e-\x1b\x7f\u200b\u2060\ufeff]")
_STRAIGHT = str.maketrans("“”„‟", '""""')
_DASHES = "-–—―－"
_MARKER = re.compile(rf"([{_DASHES}]+)([A-Za-z0-9][^=]*)(?:=(.*))?", re.DOTALL)
_EDGES = " <>\"',;.，；。、"
_SCHEME = re.compile(r"(?:https?|upload)://", re.IGNORECASE)
# What an upload has become: an address of this bot's.
OURS = re.compile(r"https?://[^\s/?#<>\"]+(?:/[^\s<>\"?#]*)?/m/([\w-]{22}\.[a-z0-9]{2,5})")
_LINK = re.compile(
    r"(?i:https)://[^\s/?#<>\"]+[^\s<>\"]*"
    rf"|{STAND_IN.pattern}"
    # What an upload has become where this bot's own address is plain http, as in the demo.
    r"|http://[^\s/?#<>\"]+(?:/[^\s<>\"?#]*)?/m/[\w-]{22}\.[a-z0-9]{2,5}"
)
_STYLE_CODE = re.compile(r"(?:[0-9]{1,20}|random)(?:::[0-9]{1,4}(?:\.[0-9]{1,2})?)?", re.IGNORECASE)
_PATTERNS = {
    Form.WHOLE: re.compile(r"-?[0-9]{1,15}"),
    Form.DECIMAL: re.compile(r"-?(?:[0-9]{1,6}(?:\.[0-9]{1,2})?|\.[0-9]{1,2})"),
    Form.RATIO: re.compile(r"[0-9]{1,9}:[0-9]{1,9}"),
    Form.CHOICE: re.compile(r"[A-Za-z0-9]{1,20}"),
    Form.ID: re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}"),
}
_MALFORMED = {
    Form.WHOLE: N_("{flag} must be a whole number such as {example}, not “{value}”."),
    Form.DECIMAL: N_("{flag} must be a number such as {example}, not “{value}”."),
    Form.RATIO: N_("{flag} must be two whole numbers such as 16:9, not “{value}”."),
    Form.CHOICE: N_("{flag} must be a word such as {example}, not “{value}”."),
    Form.ID: N_("{flag} must be an id such as {example}, not “{value}”."),
    Form.WORDS: N_("{flag} needs words such as “{example}”, not “{value}”."),
    Form.LINKS: N_("{flag} takes image addresses (https://…) only, not “{value}”."),
    Form.STYLES: N_("{flag} takes image addresses (https://…) or style codes, not “{value}”."),
}


@dataclass(frozen=True)
class Prompt:
    """A prompt taken apart. `values`: parameter name → value (see `Form`), in the order given."""

    images: tuple[str, ...] = field(default=(), repr=False)
    text: str = ""
    values: Mapping[str, object] = field(default_factory=dict)
    model: Model | None = None


def parse(text: str, vocabulary: Vocabulary = IMAGES) -> Prompt:
    """Take a typed prompt apart; InvalidRequestError says what cannot be read.

    Long dashes made by phones, curly quotes, line breaks, full-width spaces, any case and
    ``--s=200`` are understood. Dashes inside ordinary text stay text.
    """
    tokens = tokens_of(text)
    start = next((i for i, token in enumerate(tokens) if _marker(token)), len(tokens))
    images, words = _split_images(tokens[:start])
    values: dict[str, object] = {}
    model: Model | None = None
    for spelling, arguments in _segments(tokens[start:]):
        if family := vocabulary.families.get(spelling):
            model = _agree(model, _read_model(family, arguments))
        else:
            parameter, given = vocabulary.lookup(spelling, arguments)
            put(values, parameter, read(parameter, given))
    # Left as it is, the provider would take a double hyphen for the start of a parameter.
    return Prompt(images, re.sub("-{2,}", "—", " ".join(words)), values, model)


def without_uploads(prompt: Prompt) -> Prompt:
    """The same prompt; InvalidRequestError where it names an upload by its stand-in."""
    lists = [value for value in prompt.values.values() if isinstance(value, tuple)]
    named = next(
        (link for links in (prompt.images, *lists) for link in links if _is_ours(link)), ""
    )
    if named:
        raise InvalidRequestError(
            N_("“{link}” is no address. Attach the picture by an option instead."), link=named
        )
    return prompt


def without_files(prompt: Prompt) -> Prompt:
    """The same prompt without what was uploaded for it, nor the weights of what then is missing."""
    kept: dict[str, object] = {}
    for name, value in prompt.values.items():
        if isinstance(value, tuple):
            value = tuple(link for link in value if not _is_ours(link) and not OURS.fullmatch(link))
        if value != ():
            kept[name] = value
    whole = {name: value for name, value in kept.items() if REQUIRES.get(name, name) in kept}
    return replace(prompt, values=whole)


def _is_ours(link: object) -> bool:
    return isinstance(link, str) and link.startswith(UPLOAD_SCHEME)


def print_prompt(prompt: Prompt) -> str:
    """The canonical text for the wire: images, text, parameters, and last the model.

    Composed prompts always have a model; a follow-up without one keeps its parent's.
    """
    parts = [*prompt.images, prompt.text]
    for name, value in prompt.values.items():
        parameter = PARAMETER_BY_NAME[name]
        given = value if isinstance(value, tuple) else (value,)
        between = ", " if parameter.form is Form.WORDS else " "
        parts += [parameter.flag, between.join(map(show, given))]
    if prompt.model:
        parts.append(prompt.model.flag)
    return " ".join(filter(None, parts))


def with_options(
    prompt: Prompt, options: Mapping[str, object], vocabulary: Vocabulary = IMAGES
) -> Prompt:
    """Join options with what was typed, as if they had been typed too.

    They go by parameter name or spelling, beside ``images`` (addresses, put in front). None and
    empty lists mean not given. Lists add up, other values must agree; else InvalidRequestError.
    """
    images, values = prompt.images, dict(prompt.values)
    for name, value in options.items():
        given = _items(value)
        if name == "images":
            images = tuple(read_link(word) for item in given for word in tokens_of(item)) + images
        elif given:
            _put_option(values, vocabulary.named(name), value)
    return replace(prompt, images=images, values=values)


def _put_option(values: dict[str, object], parameter: Parameter, value: object) -> None:
    if parameter.form is Form.FLAG:
        if value:
            put(values, parameter, True)
        elif parameter.name in values:
            raise InvalidRequestError(
                N_("The prompt says {flag}, but the option turns it off. Change one of them."),
                flag=parameter.flag,
            )
        return
    words = [word for item in _items(value) for word in tokens_of(item)]
    if parameter.form not in (Form.WORDS, Form.LINKS, Form.STYLES):
        words = [" ".join(words)]  # nothing stands behind an option that could be moved elsewhere
    put(values, parameter, read(parameter, words))


def _items(value: object) -> list[str]:
    found = value if isinstance(value, (list, tuple)) else (value,)
    # Discord hands numbers over as floats, and 200.0 is no whole number to `read`.
    return [
        show(item) if isinstance(item, float) else str(item) for item in found if item is not None
    ]


def put(values: dict[str, object], parameter: Parameter, value: object) -> None:
    """Add a value to those given before: lists add up, anything else must not differ."""
    before = values.get(parameter.name)
    if isinstance(before, tuple) and isinstance(value, tuple):
        value = tuple(dict.fromkeys(before + value))
    elif before is not None and before != value:
        raise InvalidRequestError(
            N_("{flag} stands twice, with {first} and with {second}. Keep one."),
            flag=parameter.flag,
            first=show(before),
            second=show(value),
        )
    values[parameter.name] = value


def show(value: object) -> str:
    """A value as it is written behind its parameter; nothing for a flag."""
    if isinstance(value, bool):
        return ""
    if isinstance(value, float):
        return f"{value:.2f}".rstrip("0").rstrip(".")
    return str(value)


def tokens_of(text: str) -> list[str]:
    """The words, without invisible characters and with straight quotes."""
    return _INVISIBLE.sub("", text).translate(_STRAIGHT).split()


def starts_parameter(token: str) -> str:
    """The name of the parameter that one of `tokens_of` starts; empty when it is text."""
    marker = _marker(token)
    return marker[0] if marker else ""


def is_address(token: str) -> bool:
    """Whether one of `tokens_of` is taken for an image's address at the start of a prompt."""
    return bool(_SCHEME.match(token.strip(_EDGES)))


def _marker(token: str) -> tuple[str, str | None] | None:
    """The parameter name that starts here, and what stands behind its ``=``."""
    match = _MARKER.fullmatch(token)
    if not match or match[1] == "-":
        return None
    name = match[2].lower().rstrip(_EDGES)
    if "--" in match[1] or name in SPELLINGS:
        return name, match[3]
    # A long dash may be a phone's "--" or punctuation; a misspelling is told from a word.
    if (
        len(name) > 3
        and name.isalpha()
        and get_close_matches(name[:40], SPELLINGS, n=1, cutoff=0.8)
    ):
        return name, match[3]
    return None


def _segments(tokens: Iterable[str]) -> Iterator[tuple[str, list[str]]]:
    name, arguments = "", list[str]()
    for token in tokens:
        if marker := _marker(token):
            if name:
                yield name, arguments
            name, arguments = marker[0], [marker[1]] if marker[1] else []
        else:
            arguments.append(token)
    if name:
        yield name, arguments


def _split_images(tokens: list[str]) -> tuple[tuple[str, ...], list[str]]:
    count = 0
    while count < len(tokens) and is_address(tokens[count]):
        count += 1
    words = tokens[count:]
    if _SCHEME.search(" ".join(words)):
        raise InvalidRequestError(
            N_("Image addresses go at the start of the prompt, before the text. Move them there.")
        )
    _refuse_braces(" ".join(words))
    return tuple(map(read_link, tokens[:count])), words


def _refuse_braces(text: str) -> None:
    if "{" in text or "}" in text:
        raise InvalidRequestError(
            N_("Braces { } cannot be used here. Write out one variant, or use ( ) in their place.")
        )


def read(parameter: Parameter, tokens: list[str]) -> object:
    """The value these tokens write (see `Form`)."""
    form = parameter.form
    given = [token for token in tokens if token.strip(_EDGES)]
    _refuse_braces(" ".join(given))
    if form is Form.FLAG:
        _refuse_rest(parameter, given)
        return True
    if not given:
        raise _missing(parameter.flag, parameter.usage)
    if form is Form.WORDS:
        return _read_words(parameter, " ".join(given))
    if form in (Form.LINKS, Form.STYLES):
        return tuple(_read_reference(parameter, token.strip(_EDGES)) for token in given)
    # Chinese keyboards write 16：9 and full-width digits.
    value = normalize("NFKC", given[0]).lstrip("\"'<").rstrip(_EDGES)
    if not _PATTERNS[form].fullmatch(value):
        raise _malformed(parameter, given[0])
    _refuse_rest(parameter, given[1:])
    if form is Form.WHOLE:
        return int(value)
    if form is Form.DECIMAL:
        return float(value)
    if form is Form.RATIO:
        return ":".join(str(int(side)) for side in value.split(":"))
    return value.lower() if form is Form.CHOICE else value


def _read_words(parameter: Parameter, text: str) -> tuple[str, ...]:
    phrases = []
    for part in re.split("[,，、;；]", text):
        # No word may look like a parameter when it is printed.
        plain = re.sub(rf"(?<!\S)[{_DASHES}]+(?=\S)", "", part.strip(f" \"'{_DASHES}"))
        # What a reader of the print would drop is no word either.
        words = (word for word in re.sub("-{2,}", "—", plain).split() if word.strip(_EDGES))
        if phrase := " ".join(words):
            phrases.append(phrase)
    if not phrases:
        raise _malformed(parameter, text)
    return tuple(dict.fromkeys(phrases))


def _read_reference(parameter: Parameter, value: str) -> str:
    if _LINK.fullmatch(value):
        return value
    if parameter.form is Form.STYLES and _STYLE_CODE.fullmatch(value):
        return value.lower()
    raise _malformed(parameter, value)


def read_link(token: str) -> str:
    """The address of an image prompt."""
    value = token.strip(_EDGES)
    if not _LINK.fullmatch(value):
        raise InvalidRequestError(
            N_("An image address must start with https:// and name a public server.")
        )
    return value


def _read_model(family: str, arguments: list[str]) -> Model:
    given = [token.strip(_EDGES) for token in arguments]
    if not given:
        raise _missing(f"--{family}", "--niji 7" if family == "niji" else DEFAULT_MODEL.flag)
    flag = f"--{family} {normalize('NFKC', given[0]).lower()}"
    for model in MODELS:
        if model.flag == flag:
            _refuse_tail(flag, given[1:])
            return model
    raise InvalidRequestError(
        N_("There is no {flag}. Choose one of {models}."),
        flag=quoted(flag),
        models=", ".join(model.flag for model in MODELS),
    )


def _refuse_rest(parameter: Parameter, rest: list[str]) -> None:
    _refuse_tail(parameter.usage if parameter.example else parameter.flag, rest)


def _refuse_tail(flag: str, rest: list[str]) -> None:
    if any(token.strip(_EDGES) for token in rest):
        raise InvalidRequestError(
            N_("Text goes before the parameters: move “{rest}” in front of {flag}."),
            rest=quoted(" ".join(rest)),
            flag=flag.partition(" ")[0],
        )


def _missing(flag: str, usage: str) -> InvalidRequestError:
    return InvalidRequestError(N_("{flag} needs a value, such as {usage}."), flag=flag, usage=usage)


def _malformed(parameter: Parameter, value: str) -> InvalidRequestError:
    return InvalidRequestError(
        _MALFORMED[parameter.form],
        flag=parameter.flag,
        example=parameter.example,
        value=quoted(value),
    )


def _agree(first: Model | None, second: Model) -> Model:
    if first not in (None, second):
        raise InvalidRequestError(
            N_("The prompt names two models, {first} and {second}. Keep one."),
            first=first.label,
            second=second.label,
        )
    return second
