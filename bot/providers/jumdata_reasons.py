"""What Jumdata's codes mean: each an error class and a sentence (manual: code返回码说明)."""

import re
from collections.abc import Mapping

from bot.errors import (
    AuthError,
    MissingError,
    ModerationError,
    RateLimitError,
    RejectedError,
    UncertainError,
)
from bot.providers.base import Reason
from bot.text import N_

SIGNATURE = "sign"  # no code of the manual's: a complaint about who asks, told by its words


REASONS: Mapping[str, Reason] = {
    "201": (
        MissingError,
        N_("Jumdata does not know this job; it forgets them after a month."),
    ),
    "202": (
        ModerationError,
        N_("Jumdata's moderation refused the text; say it in other words."),
    ),
    "400": (
        RejectedError,
        N_("Jumdata does not accept one of the values: “{said}”"),
    ),
    "404": (
        RejectedError,
        N_("Jumdata is not at its address; an admin has to check JUMDATA_URL."),
    ),
    "500": (
        UncertainError,
        N_("Jumdata is being maintained, and whether it took the job is not known."),
    ),
    "601": (
        AuthError,
        N_("Drawing is not open to the Jumdata account; an admin has to apply for it there."),
    ),
    "602": (
        AuthError,
        N_("The Jumdata account is closed; an admin has to settle that with Jumdata."),
    ),
    "604": (
        AuthError,
        N_("Jumdata has stopped drawing for everybody; choose another model."),
    ),
    "606": (
        RateLimitError,
        N_("The Jumdata account is at its limit; this job has to wait a moment."),
    ),
    "607": (
        AuthError,
        N_("Jumdata does not know this server's address; an admin has to have it let in there."),
    ),
    "609": (
        RateLimitError,
        N_("Jumdata is asked too often at the moment; this job has to wait."),
    ),
    "610": (
        UncertainError,
        N_("Jumdata took too long to answer, and whether it took the job is not known."),
    ),
    SIGNATURE: (
        AuthError,
        N_(
            "Jumdata does not accept this bot's signature; an admin has to check JUMDATA_APP_ID, "
            "JUMDATA_SECRET and the server's clock."
        ),
    ),
}
_SIGNATURE = re.compile(r"签名|时间戳|appid|appsecret|timestamp|\bsign", re.IGNORECASE)
_VAGUE = frozenset({"400", "999"})  # beside these the words may mean the account


def is_about_signature(code: str, said: str) -> bool:
    """Whether a complaint means that the account or its proof is not accepted."""
    return code in _VAGUE and bool(_SIGNATURE.search(said))
