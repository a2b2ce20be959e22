"""Downloads from addresses that others chose: capped in size and time, never from inside.

The address is checked where the socket is made, the one place that sees what a connection really
goes to: literals, names, redirects and names that change their answer alike.
"""

import asyncio
import ipaddress
import os
import re
import socket
import tempfile
from collections.abc import AsyncIterable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

import aiohttp
from aiohttp.abc import AbstractResolver
from yarl import URL

from bot.errors import (
    BadMediaError,
    FetchError,
    MediaError,
    MissingMediaError,
    RefusedHostError,
)
from bot.text import N_

PORTS = {"https": 443}  # scheme → the one port that strangers' URLs may name
MAX_REDIRECTS = 3
PREFIX = "part-"

_CHUNK = 256 * 1024
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_NOT_THERE = frozenset({401, 403, 404, 410})
_TRY_AGAIN = frozenset({408, 425, 429})
_PRINTED_URL = re.compile(r"[\w\-.~:/?#\[\]@!$&'()*+,;=%]+", re.ASCII)

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_UNICAST6 = ipaddress.ip_network("2000::/3")
# What the standard library of some supported Python still calls global.
_NOT_PUBLIC = (
    ipaddress.ip_network("168.63.129.16/32"),  # Azure's own endpoint inside every machine
    ipaddress.ip_network("192.0.0.0/24"),
    ipaddress.ip_network("192.88.99.0/24"),
    ipaddress.ip_network("2001::/23"),
    ipaddress.ip_network("3fff::/20"),
)

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True)
class FetchRules:
    """What may be fetched: `allowed_hosts` are host suffixes (empty = any public address)."""

    allowed_hosts: tuple[str, ...] = ()
    allow_private: bool = False
    max_bytes: int = 128 * 1024 * 1024
    total_seconds: float = 120
    read_seconds: float = 20


class _RefusedAddressError(OSError):
    """An OSError, so that aiohttp goes on to a name's other addresses before it gives up."""


def _embedded(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that a translator or tunnel would make of this one."""
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


def public(address: str | Address) -> bool:
    """Whether an IP address lies on the public internet, seen through mapped and tunnelled forms.

    Anything that is no IP address is not public.
    """
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = _embedded(ip)
        if inner is not None:
            return public(inner)
        if ip not in _UNICAST6:
            return False
    if ip.is_multicast or ip.is_reserved or ip.is_unspecified:
        return False
    return ip.is_global and not any(ip in network for network in _NOT_PUBLIC)


def _guarded_socket(
    address: tuple[int | socket.AddressFamily, int | socket.SocketKind, int, str, Any],
) -> socket.socket:
    family, kind, protocol, _, name = address
    if not public(name[0]):
        raise _RefusedAddressError("not a public address")
    return socket.socket(family=family, type=kind, proto=protocol)


def _url(text: str) -> URL:
    """The URL; a signature breaks when an already printed query is quoted anew."""
    return URL(text, encoded=_PRINTED_URL.fullmatch(text) is not None)


def _parsed(url: str) -> URL:
    try:
        parsed = _url(url)
        known = bool(parsed.host) and parsed.port is not None
    except ValueError:
        known = False
    if not known:
        raise RefusedHostError(N_("This is not an address that a file can be fetched from."))
    return parsed


def check_url(url: str, rules: FetchRules) -> URL:
    """The parsed URL if its scheme, port, host name and form are allowed, else RefusedHostError.

    A name's addresses are looked at when the connection is made.
    """
    parsed = _parsed(url)
    host = (parsed.host or "").lower().rstrip(".")
    if parsed.user is not None or parsed.password is not None:
        raise RefusedHostError(N_("The address at {host} contains credentials."), host=host)
    schemes = {"http", "https"} if rules.allow_private else set(PORTS)
    if parsed.scheme not in schemes:
        raise RefusedHostError(
            N_("Only https addresses are fetched, {host} is not one."), host=host
        )
    if not rules.allow_private and parsed.port != PORTS[parsed.scheme]:
        raise RefusedHostError(N_("The address at {host} names an unusual port."), host=host)
    suffixes = [suffix.lower().strip(".") for suffix in rules.allowed_hosts]
    if suffixes and not any(host == item or host.endswith("." + item) for item in suffixes):
        raise RefusedHostError(N_("{host} is not among the hosts files come from."), host=host)
    return parsed


async def save(chunks: AsyncIterable[bytes], folder: Path, max_bytes: int) -> Path:
    """Write a stream to a new temporary file in `folder`, synced to disk; the caller removes it.

    BadMediaError when it is empty or longer than `max_bytes`; then nothing is left behind.
    """
    handle, name = tempfile.mkstemp(prefix=PREFIX, dir=folder)
    size = 0
    try:
        with os.fdopen(handle, "wb") as file:
            async for chunk in chunks:
                size += len(chunk)
                _check_size(size, max_bytes)
                await asyncio.to_thread(file.write, chunk)
            if not size:
                raise BadMediaError(N_("The file is empty."))
            await asyncio.to_thread(_sync, file)
    except BaseException:
        os.unlink(name)
        raise
    return Path(name)


def _sync(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _check_size(size: int, max_bytes: int) -> None:
    if size > max_bytes:
        limit = max(1, max_bytes // (1024 * 1024))
        raise BadMediaError(N_("The file is larger than {limit} MiB."), limit=limit)


class Fetcher:
    """Fetches files by these rules over one session; an async context manager."""

    def __init__(self, rules: FetchRules, resolver: AbstractResolver | None = None) -> None:
        self._rules = rules
        self._resolver = resolver
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        guard = None if self._rules.allow_private else _guarded_socket
        read_seconds = self._rules.read_seconds
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(resolver=self._resolver, socket_factory=guard),
            timeout=aiohttp.ClientTimeout(
                total=None, sock_connect=read_seconds, sock_read=read_seconds
            ),
            headers={"Accept-Encoding": "identity", "User-Agent": "atelier"},
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def fetch(self, url: str, folder: Path) -> Path:
        """Download to a new temporary file in `folder`, synced; the caller renames or removes it.

        RefusedHostError, BadMediaError (for good) or FetchError (worth another try); their words
        name the host and never the URL, which may be signed.
        """
        target = check_url(url, self._rules)
        try:
            async with asyncio.timeout(self._rules.total_seconds):
                return await self._follow(target, folder)
        except MediaError:
            raise
        # The causes are cut off because aiohttp's errors print the whole URL.
        except Exception as error:
            raise _translated(error, target.host or "") from None

    async def _follow(self, url: URL, folder: Path) -> Path:
        if self._session is None:
            raise RuntimeError("The fetcher is not open.")
        for _ in range(MAX_REDIRECTS + 1):
            async with self._session.get(url, allow_redirects=False) as response:
                if response.status not in _REDIRECTS:
                    self._check(response)
                    chunks = response.content.iter_chunked(_CHUNK)
                    return await save(chunks, folder, self._rules.max_bytes)
                location = _parsed_location(response.headers.get("Location", ""))
            url = check_url(str(url.join(location)), self._rules)
        raise BadMediaError(N_("{host} redirects too often."), host=url.host)

    def _check(self, response: aiohttp.ClientResponse) -> None:
        status, host = response.status, response.url.host
        if status >= 500 or status in _TRY_AGAIN:
            raise FetchError(N_("{host} answered with {status}."), host=host, status=status)
        if status in _NOT_THERE:
            raise MissingMediaError(N_("{host} answered with {status}."), host=host, status=status)
        if status != 200:
            raise BadMediaError(N_("{host} answered with {status}."), host=host, status=status)
        if response.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
            raise BadMediaError(N_("{host} sent a packed file."), host=host)
        _check_size(response.content_length or 0, self._rules.max_bytes)


def _parsed_location(location: str) -> URL:
    try:
        return _url(location)
    except ValueError:
        raise BadMediaError(N_("The redirect leads nowhere.")) from None


def _translated(error: Exception, host: str) -> MediaError:
    """Our error for one of aiohttp's or the system's."""
    cause = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error
    if isinstance(cause, _RefusedAddressError):
        return RefusedHostError(N_("{host} is not on the public internet."), host=host)
    if isinstance(cause, TimeoutError):
        return FetchError(N_("{host} took too long."), host=host)
    if isinstance(cause, (aiohttp.InvalidURL, UnicodeError)):
        return RefusedHostError(N_("{host} is not a host that files are fetched from."), host=host)
    if isinstance(cause, (aiohttp.ClientError, OSError)):
        reason = type(cause).__name__
        return FetchError(
            N_("The file at {host} could not be fetched ({reason})."), host=host, reason=reason
        )
    raise error
