"""What Lingtu's codes and words mean: each an error class and a sentence (manual: 常见错误码)."""

import re
from collections.abc import Mapping

from bot.errors import (
    AuthError,
    CreditError,
    ModerationError,
    RejectedError,
    UnavailableError,
)
from bot.providers.base import Reason
from bot.text import N_

REASONS: Mapping[str, Reason] = {
    "401": (
        AuthError,
        N_(
            "Lingtu does not accept this bot's signature; an admin has to check LINGTU_APP_ID, "
            "LINGTU_SECRET and the server's clock."
        ),
    ),
    "800000": (
        CreditError,
        N_("The Lingtu account has no pictures left; an admin has to top it up."),
    ),
    "800001": (
        RejectedError,
        N_("Lingtu misses the text or finds it too long; change it and try again."),
    ),
    "800002": (
        RejectedError,
        N_(
            "Lingtu cannot read the picture; try another one, or have an admin check that "
            "PUBLIC_URL can be reached from outside."
        ),
    ),
    "800003": (
        RejectedError,
        N_("Lingtu does not know this style; choose another one."),
    ),
    "800004": (
        RejectedError,
        N_("Lingtu cannot draw in this aspect; choose another one."),
    ),
}
MODERATED: Reason = (
    ModerationError,
    N_("Lingtu's moderation refused this; change the words or the picture."),
)
_TOO_LONG: Reason = (
    UnavailableError,
    N_("Lingtu gave this job up because it took too long; please try again."),
)
_SAID: Reason = (UnavailableError, N_("Lingtu gave this job up: “{said}”"))
_SILENT: Reason = (
    UnavailableError,
    N_("Lingtu gave this job up without a reason; please try again."),
)

_MODERATION = re.compile(
    "敏感|违规|违禁|违法|涉黄|涉政|色情|审核|sensitive|moderation|nsfw|inappropriate", re.IGNORECASE
)
# The words of the table of codes, for failures that come without a code.
_WORDS = (
    (re.compile("次数不足|余额不足"), REASONS["800000"]),
    (re.compile("文本.*(?:为空|过长)"), REASONS["800001"]),
    (re.compile("图片.*(?:为空|无法访问)"), REASONS["800002"]),
    (re.compile("风格错误"), REASONS["800003"]),
    (re.compile("宽高比错误"), REASONS["800004"]),
    (re.compile("超时|timed? ?out", re.IGNORECASE), _TOO_LONG),
)


def is_moderation(said: str) -> bool:
    """Whether a complaint is about what is shown or said; no code of the manual's tells."""
    return bool(_MODERATION.search(said))


def failure(code: str, said: str) -> Reason:
    """Why a job that was taken has failed, by its code or else its message."""
    if is_moderation(said):
        return MODERATED
    if code in REASONS:
        return REASONS[code]
    known = next((reason for words, reason in _WORDS if words.search(said)), None)
    return known or (_SAID if said else _SILENT)
