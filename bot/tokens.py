"""Unguessable tokens: the callback token is the job id and a keyed hash of it."""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Sequence

from bot.errors import CallbackError

_TAG_BYTES = 16
_TAG_LENGTH = 22


class Signer:
    """Signs with the first key and accepts all of them, so that keys can be rotated."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._keys = [key.encode() for key in keys]

    def callback_token(self, provider: str, job_id: str) -> str:
        """The last part of a job's callback address."""
        return job_id + _tag(self._keys[0], provider, job_id)

    def job_of(self, provider: str, token: str) -> str:
        """The job id that a callback token names; CallbackError unless it is one of ours."""
        if not token.isascii():
            raise CallbackError
        job_id, tag = token[:-_TAG_LENGTH], token[-_TAG_LENGTH:].encode()
        # Every key is tried, match or not, so that the time taken tells nothing.
        matches = [
            hmac.compare_digest(_tag(key, provider, job_id).encode(), tag) for key in self._keys
        ]
        if not any(matches):
            raise CallbackError
        return job_id


def _tag(key: bytes, provider: str, job_id: str) -> str:
    message = f"callback|{provider}|{job_id}".encode()
    digest = hmac.new(key, message, hashlib.sha256).digest()[:_TAG_BYTES]
    return urlsafe_b64encode(digest).rstrip(b"=").decode()
