"""Calls: what is asked of a provider without making a job, such as a balance or a moodboard."""

from collections.abc import Mapping
from typing import Any

from bot.errors import GoneError, InvalidRequestError, ProviderError, UncertainError
from bot.operations import Call
from bot.parts import Parts
from bot.text import N_

_SECONDS = 20.0


class Calls:
    """Sends the catalog's calls; nothing is repeated by itself."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._rows: Mapping[str, Call] = {call.name: call for call in parts.catalog.calls}

    def available(self, provider: str, credential: str = "env") -> bool:
        """Whether this account is connected."""
        return (provider, credential) in self._parts.credentials

    async def ask(
        self, name: str, values: Mapping[str, Any] | None = None, *, credential: str = "env"
    ) -> Any:
        """The payload of a call's answer.

        InvalidRequestError for values that do not fit or an account that is not connected, else
        a ProviderError. What only asks is never uncertain; a lost answer to anything else is.
        """
        call = self._rows.get(name)
        if call is None:
            raise GoneError(N_("This bot no longer offers “{name}”."), name=name)
        if not self.available(call.provider, credential):
            raise InvalidRequestError(N_("This is not set up on this bot; ask whoever runs it."))
        provider = self._parts.providers[call.provider]
        account = self._parts.credentials[call.provider, credential]
        request = provider.call(call, values or {}, account, now=self._parts.now())
        try:
            response = await self._parts.transport.send(request, account, seconds=_SECONDS)
            return provider.answer(response)
        except UncertainError as lost:
            if call.method != "GET":
                raise
            raise provider.unreachable(lost) from lost
        except ProviderError as error:
            self._parts.alerts.failed(call.provider, credential, error)
            raise
