"""What Lingtu's manual lets a request say and show, transcribed from it and not from our code.

`refusal` looks at a request's fields, `unfit` at the pictures whose addresses stand in it.
"""

import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from PIL import Image

Check = Callable[[Any], bool]
MOST_ADDRESS = 100
MOST_BYTES = 10_000_000
KINDS = {"PNG", "JPEG", "WEBP"}
CODES = {
    401: "签名校验失败",
    800000: "剩余生成次数不足",
    800001: "文本不能为空或长度过长",
    800002: "图片不能为空或无法访问",
    800003: "风格错误",
    800004: "宽高比错误",
}
_STYLES = (
    *("common", "pictureBook", "illustration", "anime", "game"),
    *("photo", "3D", "eCommerce", "logo"),
)
_ASPECTS = ("1:1", "2:3", "3:2", "3:4", "4:3", "9:16", "16:9")
_RATIO = re.compile(r"\d+:\d+")
_CODE_OF = {
    "prompt": 800001,
    "style": 800003,
    "ar": 800004,
    **dict.fromkeys(("image", "mask", "crefImages", "goods", "background"), 800002),
}


def _text(most: int = 10**6) -> Check:
    return lambda value: isinstance(value, str) and 0 < len(value) <= most


def _one_of(*allowed: object) -> Check:
    return lambda value: any(value == each and type(value) is type(each) for each in allowed)


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_share(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1


def _is_side(value: Any) -> bool:
    return _is_whole(value) and 400 <= value <= 1280


def _is_ratio(value: Any) -> bool:
    return isinstance(value, str) and bool(_RATIO.fullmatch(value))


def _is_address(value: Any) -> bool:
    return _text(MOST_ADDRESS)(value) and value.startswith(("http://", "https://"))


def _are_addresses(value: Any) -> bool:
    return isinstance(value, list) and 1 <= len(value) <= 4 and all(map(_is_address, value))


def _files(*allowed: str) -> Check:
    def check(value: Any) -> bool:
        distinct = isinstance(value, list) and 1 <= len(value) <= 2 and len({*value}) == len(value)
        return distinct and set(value) <= set(allowed)

    return check


def _is_goods(value: Any) -> bool:
    places = ("x", "y", "width", "height")
    if not isinstance(value, dict) or set(value) != {"url", *places}:
        return False
    whole = all(_is_whole(value[key]) for key in places)
    return whole and min(value["width"], value["height"]) > 0 and _is_address(value["url"])


def _is_background(value: Any) -> bool:
    known = isinstance(value, dict) and {"url"} <= set(value) <= {"url", "mask"}
    return known and all(map(_is_address, value.values()))


@dataclass(frozen=True)
class Endpoint:
    """The fields of one endpoint besides ``requestId``, and how many pictures it makes by itself.

    `most_side`: pixels that a side of a given picture may have.
    """

    required: Mapping[str, Check]
    optional: Mapping[str, Check] = field(default_factory=dict)
    usual: int = 1
    most_side: int = 4096


_IMAGE: Mapping[str, Check] = {"image": _is_address}
_STYLE: Mapping[str, Check] = {"style": _one_of(*_STYLES)}
_AR: Mapping[str, Check] = {"ar": _one_of(*_ASPECTS)}
_SQUARE: Mapping[str, Check] = {"ar": _one_of("1:1")}
_NUM: Mapping[str, Check] = {"num": _one_of(1, 2, 4)}
_WORDS: Mapping[str, Check] = {"prompt": _text(200)}
_FACTOR: Mapping[str, Check] = {"scale": lambda value: isinstance(value, int | float) and value > 1}
_ANY_AR: Mapping[str, Check] = {"ar": _is_ratio}

ENDPOINTS: Mapping[str, Endpoint] = {
    "text2img": Endpoint({"prompt": _text(1000)}, {**_STYLE, **_AR, **_NUM}),
    "text2imgPro": Endpoint(_WORDS, _AR, usual=4),
    "img2img": Endpoint(
        {**_WORDS, "crefImages": _are_addresses},
        {**_STYLE, **_AR, **_NUM, "crefImageWeight": _is_share},
    ),
    "seamless": Endpoint(_WORDS, {**_STYLE, **_SQUARE, **_NUM}),
    "transparent": Endpoint(_WORDS, {**_STYLE, **_SQUARE, **_NUM}),
    "img2text": Endpoint(_IMAGE),
    "title": Endpoint(_IMAGE, {"prompt": _text()}),
    "matting": Endpoint(_IMAGE, {"type": _one_of(0, 1), "formats": _files("png", "psd")}),
    "lineart": Endpoint(_IMAGE, _WORDS),
    "upscale": Endpoint(
        _IMAGE,
        {"type": _one_of("0", "1"), "multiple": _one_of(1, 2, 4), "denoise": _is_flag},
        most_side=2048,
    ),
    "remove": Endpoint({**_IMAGE, "mask": _is_address}),
    "vector": Endpoint(_IMAGE, {"formats": _files("svg", "eps")}),
    "reimage": Endpoint(
        {**_IMAGE, "imageWeight": _is_share}, {**_WORDS, **_AR, **_NUM, "seamless": _is_flag}
    ),
    "reimage/pro": Endpoint(
        {**_IMAGE, "similarity": _is_share},
        {
            "type": _one_of("0", "1"),
            "onlyPattern": _is_flag,
            "circle": _is_flag,
            "bgColor": _one_of(0, 1, 2),
            "num": _one_of(2, 4),
            **_AR,
        },
        usual=4,
    ),
    "change-background": Endpoint(
        {"width": _is_side, "height": _is_side, "goods": _is_goods, "background": _is_background},
        {"productSmartColor": _is_flag, "referenceStrong": _is_flag, **_NUM},
    ),
    "art-word": Endpoint(_WORDS, {**_AR, **_NUM}, usual=4),
    "style-transfer": Endpoint(
        {**_IMAGE, "type": _one_of(1, 2), "style": _text()}, {"returnMask": _is_flag}
    ),
    "detect": Endpoint(_IMAGE),
    "seamless/pro": Endpoint({"type": _one_of(0, 1, 2, 3)}, {**_WORDS, **_IMAGE, **_ANY_AR}),
    "expand": Endpoint({**_IMAGE, "type": _one_of(1, 2)}, {**_FACTOR, **_ANY_AR}),
}


def refusal(verb: str, body: Any) -> tuple[int, str] | None:
    """The code and the field for which the manual refuses this request; None when it is right."""
    if verb not in ENDPOINTS or not isinstance(body, dict):
        return 400, verb
    endpoint = ENDPOINTS[verb]
    required = {"requestId": _text(100), **endpoint.required, **_by_type(verb, body)}
    known = {**endpoint.optional, **required}
    for name in (*required, *body):
        if name not in known or name not in body or not known[name](body[name]):
            return _CODE_OF.get(name, 400), name
    return None


def _by_type(verb: str, body: Mapping[str, Any]) -> Mapping[str, Check]:
    """The fields that one mode of an endpoint needs; what belongs to another fits nothing."""
    if verb == "expand":
        return _FACTOR if body.get("type") == 1 else _ANY_AR
    if verb != "seamless/pro":
        return {}
    needed, foreign = (_WORDS, "image") if body.get("type") == 0 else (_IMAGE, "prompt")
    return {**needed, **({foreign: lambda _: False} if foreign in body else {})}


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A picture that a request led to: the field, such as ``goods.url``, and what was there."""

    place: str
    address: str
    data: bytes = field(repr=False)

    def opened(self) -> Image.Image:
        """The picture; UnidentifiedImageError when it is none."""
        return Image.open(io.BytesIO(self.data))

    @property
    def kind(self) -> str:
        return str(self.opened().format)

    @property
    def size(self) -> tuple[int, int]:
        return self.opened().size


def addresses(body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Every picture's address in a request, with the field it stands in."""
    for name in ("image", "mask"):
        if name in body:
            yield name, body[name]
    for address in body.get("crefImages", ()):
        yield "crefImages", address
    for part in ("goods", "background"):
        for key in ("url", "mask"):
            if key in body.get(part, ()):
                yield f"{part}.{key}", body[part][key]


def unfit(verb: str, body: Mapping[str, Any], pictures: Sequence[Seen]) -> str:
    """What the manual objects to in the pictures of a request; empty when nothing."""
    for found in pictures:
        if found.kind not in KINDS or len(found.data) > MOST_BYTES:
            return f"{found.place} is {found.kind} of {len(found.data)} bytes"
        # Of a canvas's parts only the size relative to it is limited.
        if "." not in found.place and max(found.size) > ENDPOINTS[verb].most_side:
            return f"{found.place} is {found.size}"
    seen = {found.place: found for found in pictures}
    whole = seen["image"].size if "image" in seen else (body.get("width"), body.get("height"))
    for name in {"mask", "background.url", "background.mask"} & set(seen):
        if seen[name].size != whole:
            return f"{name} is {seen[name].size} instead of {whole}"
        if name.endswith("mask") and not _is_mask(seen[name].opened()):
            return f"{name} is not black and white"
    if "goods.url" in seen and not _is_cut_out(seen["goods.url"].opened()):
        return "goods.url is not cut out to its edges"
    return ""


def _is_mask(image: Image.Image) -> bool:
    colours = {colour for _, colour in image.convert("RGB").getcolors(3) or ()}
    return {(255, 255, 255)} <= colours <= {(255, 255, 255), (0, 0, 0)}


def _is_cut_out(image: Image.Image) -> bool:
    alpha = image.convert("RGBA").getchannel("A")
    return alpha.getextrema()[0] < 255 and alpha.getbbox() == (0, 0, *image.size)
