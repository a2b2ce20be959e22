"""What the wrapper's codes mean: each an error class and a sentence (manual: Error Responses).

They are DashScope's: a word, which may be narrowed by another one behind a dot.
"""

import re
from collections.abc import Mapping

from bot.errors import (
    AuthError,
    CreditError,
    ModerationError,
    RateLimitError,
    RejectedError,
    UnavailableError,
    UncertainError,
)
from bot.providers.base import Reason
from bot.text import N_

_MODERATED, _NO_MODEL = "DataInspectionFailed", "ModelNotFound"
_QUOTA = "Throttling.AllocationQuota"  # unlike the rest of its family it does not pass soon

REASONS: Mapping[str, Reason] = {
    "InvalidApiKey": (
        AuthError,
        N_(
            "Tongyi Wanxiang does not accept this bot's key; an admin has to check WANXIANG_TOKEN "
            "and the service behind WANXIANG_URL."
        ),
    ),
    "AccessDenied": (
        AuthError,
        N_("The Tongyi Wanxiang account may not use this model; an admin has to check its plan."),
    ),
    _NO_MODEL: (
        AuthError,
        N_("Tongyi Wanxiang does not have the model that is set up; an admin has to check that."),
    ),
    "Arrearage": (
        CreditError,
        N_("The Tongyi Wanxiang account owes money; an admin has to top it up."),
    ),
    "AllocationQuota": (
        CreditError,
        N_("The Tongyi Wanxiang account has used up its free share; an admin has to top it up."),
    ),
    _MODERATED: (
        ModerationError,
        N_("The moderation of Tongyi Wanxiang refused this; say it in other words."),
    ),
    "InvalidParameter": (
        RejectedError,
        N_("Tongyi Wanxiang does not accept this request: “{said}”"),
    ),
    _QUOTA: (
        CreditError,
        N_("The Tongyi Wanxiang account has used up its quota; an admin has to have it raised."),
    ),
    "Throttling": (
        RateLimitError,
        N_("Tongyi Wanxiang is busy with other jobs; this one has to wait a moment."),
    ),
    "InternalError": (
        UncertainError,
        N_("Tongyi Wanxiang had a fault of its own; whether it took the job is not known."),
    ),
}
_SAID: Reason = (UnavailableError, N_("Tongyi Wanxiang gave this job up: “{said}”"))
_SILENT: Reason = (
    UnavailableError,
    N_("Tongyi Wanxiang gave this job up without a reason; please try again."),
)
_REMOVED = N_("Removed by moderation: {said}")
_UNDRAWN = N_("Could not be drawn: {said}")

_MODERATION = re.compile(
    r"data[ _]?inspection|inappropriate|sensitive|敏感|违规|违禁|审核", re.IGNORECASE
)
_KEY = re.compile("api[ -]?key", re.IGNORECASE)
_MODEL = re.compile(r"model[ ._]?(?:does )?not[ ._]?(?:found|exist)", re.IGNORECASE)
_VAGUE = frozenset({"", "InvalidParameter", "InternalError"})  # beside them the words count


def reason_of(code: str, said: str) -> str:
    """The token of `REASONS` that a code or the words beside it stand for; empty when none."""
    family = code.partition(".")[0]
    words = said if family in _VAGUE else ""
    if _MODERATION.search(code) or _MODERATION.search(words):
        return _MODERATED
    if _KEY.search(words):
        return "InvalidApiKey"
    if _MODEL.search(code) or _MODEL.search(words):
        return _NO_MODEL
    # Some families stand behind the dot, as in "Model.AccessDenied".
    known = (token for token in (code, *reversed(code.split("."))) if token in REASONS)
    return next(known, "")


def failure(code: str, said: str) -> Reason:
    """Why a job that was taken has failed."""
    kind, sentence = REASONS.get(reason_of(code, said), _SILENT)
    if kind in (UncertainError, UnavailableError):
        return _SAID if said or code else _SILENT
    return kind, sentence


def hole(code: str, said: str) -> str:
    """What to write on the place of a picture that is missing; quotes the words as ``{said}``."""
    return _REMOVED if reason_of(code, said) == _MODERATED else _UNDRAWN
