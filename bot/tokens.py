"""What the keys are for: unguessable callback tokens, and secrets that are kept encrypted."""

import hashlib
import hmac
import secrets
from base64 import b64decode, b64encode, urlsafe_b64encode
from collections.abc import Sequence

from bot.errors import CallbackError, SealError

_TAG_BYTES = 16
_TAG_LENGTH = 22
_NONCE_BYTES = 12
_SEALED = "v1"


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


class Sealer:
    """Encrypts with the first key and reads with all of them (AES-256-GCM).

    A sealed text is bound to the id of the row that it stands in, so that it cannot be moved to
    another one.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        self._keys = [_derived(key) for key in keys]

    def seal(self, plain: bytes, row: str) -> str:
        """The text that a row of this id keeps."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        nonce, key = secrets.token_bytes(_NONCE_BYTES), self._keys[0]
        data = nonce + AESGCM(key).encrypt(nonce, plain, _bound(row))
        return f"{_SEALED}.{_name(key)}.{b64encode(data).decode()}"

    def open(self, sealed: str, row: str) -> bytes:
        """What was sealed for the row of this id; SealError when no key opens it."""
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        version, _dot, rest = sealed.partition(".")
        name, _dot, text = rest.partition(".")
        for key in self._keys:
            if version == _SEALED and name == _name(key):
                try:
                    data = b64decode(text, validate=True)
                    return AESGCM(key).decrypt(
                        data[:_NONCE_BYTES], data[_NONCE_BYTES:], _bound(row)
                    )
                except (InvalidTag, ValueError):
                    raise SealError("what is kept has been changed or moved") from None
        raise SealError("SECRET_KEY has no key that opens it")

    def is_current(self, sealed: str) -> bool:
        """Whether it was sealed with the key that writes now."""
        return sealed.startswith(f"{_SEALED}.{_name(self._keys[0])}.")


def _derived(key: str) -> bytes:
    """A key of its own for this purpose."""
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(SHA256(), length=32, salt=b"atelier", info=b"seal").derive(key.encode())


def _name(key: bytes) -> str:
    """What tells which key it was, and nothing else of it."""
    return hmac.new(key, b"name", hashlib.sha256).hexdigest()[:8]


def _bound(row: str) -> bytes:
    return f"credentials|{row}".encode()
