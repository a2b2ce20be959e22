"""What Jumdata's codes mean: each an error class and a sentence (manual: code返回码说明)."""

import re
from collections.abc import Mapping

from bot.errors import (
    AuthError,
    CreditError,
    MissingError,
    ModerationError,
    RateLimitError,
    RejectedError,
    UnavailableError,
    UncertainError,
)
from bot.providers.base import Reason
from bot.text import N_

# No codes of the manual's: what is told by words, or by the word about the money.
SIGNATURE, CREDIT, CHARGED, FREE = "sign", "credit", "charged", "free"

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
    CREDIT: (
        CreditError,
        N_("The Jumdata account has no credit left; an admin has to top it up."),
    ),
    CHARGED: (
        UnavailableError,
        N_("Jumdata charged for this request but brought nothing: “{said}”"),
    ),
    FREE: (
        UnavailableError,
        N_("Jumdata did not take this request: “{said}”"),
    ),
}
_SIGNATURE = re.compile(r"签名|时间戳|appid|appsecret|timestamp|\bsign", re.IGNORECASE)
_CREDIT = re.compile(
    "余额|欠费|充值|(?:次数|额度|配额|点数|积分|套餐).{0,8}(?:不足|不够|用完|用尽|耗尽|超)"
    "|insufficient (?:balance|credit|quota)",
    re.IGNORECASE,
)
_LOST = frozenset({"500", "610"})  # without a word about the money, nobody knows what came of it


def reason_of(code: str, said: str, *, charge: bool | None) -> str:
    """The token of `REASONS` that a code, with what is said beside it, stands for; empty when none.

    Beside a code that says little, the words may mean the account.
    """
    if code == "400" or code not in REASONS:
        if _SIGNATURE.search(said):
            return SIGNATURE
        if _CREDIT.search(said):
            return CREDIT
    if charge is not None and (code in _LOST or code not in REASONS):
        return CHARGED if charge else FREE
    return code if code in REASONS else ""
