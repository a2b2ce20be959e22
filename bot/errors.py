"""Every error this program raises on purpose.

AtelierError
├─ UserError            its text may be shown as it is, in the reader's language
│  ├─ InvalidRequestError · NotAllowedError · QuotaError(retry_at) · GoneError
├─ ProviderError        provider, status, code, reason, request_id
│  ├─ RejectedError · ModerationError · AuthError · CreditError · MissingError
│  ├─ RateLimitError(retry_after)
│  ├─ UnavailableError · UncertainError · ProtocolError
├─ MediaError           a file could not be fetched or read
│  ├─ RefusedHostError · BadMediaError
│  ├─ FetchError ─ MissingMediaError
├─ CourierError         Discord could not be reached; the same message may be tried again
│  └─ OfflineError      the bot is not connected to Discord; nothing was tried
├─ ConfigError          a setting is missing or wrong; stops the start
├─ SealError            a secret that is kept cannot be read
└─ CallbackError        a callback that does not verify

The class says whether to try again; nobody above the providers looks at a status code.
"""


class AtelierError(Exception):
    """Something went wrong.

    The message is an English gettext source with ``{named}`` values, so that whoever shows it can
    translate it for the reader first.
    """

    def __init__(self, message: str | None = None, /, **values: object) -> None:
        self.message = message or "Something went wrong."
        self.values = values
        super().__init__(self.message)

    def __str__(self) -> str:
        return self.message.format(**self.values) if self.values else self.message


class UserError(AtelierError):
    """This cannot be done."""


class InvalidRequestError(UserError):
    """The request is not valid."""


class NotAllowedError(UserError):
    """You may not do this here."""


class QuotaError(UserError):
    """The limit is reached; `retry_at` (milliseconds since the epoch) says when it is not."""

    def __init__(self, message: str, /, *, retry_at: int | None = None, **values: object) -> None:
        super().__init__(message, **values)
        self.retry_at = retry_at


class GoneError(UserError):
    """This is not there any more."""


class ProviderError(AtelierError):
    """The provider answered with an error; `charged` where it says whether that cost money."""

    charged: bool | None = None

    def __init__(
        self,
        message: str | None = None,
        /,
        *,
        provider: str = "",
        status: int = 0,
        code: str = "",
        reason: str = "",
        request_id: str = "",
        **values: object,
    ) -> None:
        super().__init__(message, **values)
        self.provider, self.status, self.code = provider, status, code
        self.reason, self.request_id = reason, request_id


class RejectedError(ProviderError):
    """The provider refused the request; nothing was charged."""


class ModerationError(ProviderError):
    """The provider's moderation refused this."""


class AuthError(ProviderError):
    """The provider does not accept this bot's credentials."""


class CreditError(ProviderError):
    """The provider account has no credit left."""


class MissingError(ProviderError):
    """The provider does not know this job (any more)."""


class RateLimitError(ProviderError):
    """The provider asks to slow down; `retry_after` is in seconds."""

    retry_after: float | None = None


class UnavailableError(ProviderError):
    """The provider did not take the request; it may be repeated."""


class UncertainError(ProviderError):
    """The provider's answer was lost; the request may have been taken and charged."""


class ProtocolError(ProviderError):
    """The provider sent something that cannot be understood."""


class MediaError(AtelierError):
    """A file could not be used."""


class RefusedHostError(MediaError):
    """The file lies at an address this server does not fetch from."""


class BadMediaError(MediaError):
    """The file is not what it should be; fetching it again will not help."""


class FetchError(MediaError):
    """The file could not be fetched now; a later try may work."""


class MissingMediaError(FetchError):
    """The file is not at its address: not yet, or not any more."""


class CourierError(AtelierError):
    """Discord could not be reached; the same message may be tried again."""


class OfflineError(CourierError):
    """The bot is not connected to Discord; nothing was tried."""


class ConfigError(AtelierError):
    """The settings are not complete; one line per fault."""

    def __init__(self, *faults: str) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults

    def __str__(self) -> str:
        return self.message


class CallbackError(AtelierError):
    """This callback does not verify."""


class SealError(AtelierError):
    """A secret that is kept cannot be read."""
