import asyncio
import contextlib
import gzip
import ipaddress
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace

import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import BadMediaError, FetchError, MissingMediaError, RefusedHostError
from bot.media import fetch
from bot.media.fetch import Fetcher, FetchRules, check_url, public, save

PRIVATE = FetchRules(allow_private=True, total_seconds=5, read_seconds=2)
STRICT = FetchRules(total_seconds=5, read_seconds=2)
ANY = str(ipaddress.IPv4Address(0))
INSIDE = [
    ANY,
    "127.0.0.1", "0.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254",
    "100.64.0.1", "100.100.100.200", "168.63.129.16", "192.0.0.8", "192.0.2.1", "192.88.99.1",
    "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:0:7f00:1",
    "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::", "2002:a00:1::1",
    "2001:0:1::1", "2001:0:808:808::1", "2001:db8::1", "3fff::1", "5f00::1", "fc00::1",
    "fe80::1", "fe80::1%1", "fec0::1", "ff02::1", "ff0e::1", "100::1",
    "localhost", "", "127.1", "2130706433",
]  # fmt: skip
OUTSIDE = [
    "8.8.8.8", "47.95.0.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808",
    "2002:808:808::",
]  # fmt: skip

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Names(AbstractResolver):
    """Answers with one list of addresses after another, the last one for ever."""

    def __init__(self, port: int, *answers: list[str]) -> None:
        self.port, self.answers, self.asked = port, list(answers), 0

    async def resolve(self, host, port=0, family=socket.AF_INET):
        self.asked += 1
        addresses = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [
            {
                "hostname": host,
                "host": address,
                "port": self.port,
                "family": socket.AF_INET6 if ":" in address else socket.AF_INET,
                "proto": socket.IPPROTO_TCP,
                "flags": socket.AI_NUMERICHOST,
            }
            for address in addresses
        ]

    async def close(self) -> None:
        pass


@contextlib.asynccontextmanager
async def raw_server(handler: Handler) -> AsyncIterator[str]:
    """A server that says what no honest HTTP library would; yields its address."""
    running: set[asyncio.Task] = set()

    async def serve(reader, writer):
        running.add(asyncio.current_task())
        with contextlib.suppress(ConnectionError, asyncio.CancelledError):
            await reader.readuntil(b"\r\n\r\n")
            await handler(reader, writer)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


def answer(head: str, body: bytes = b"") -> Handler:
    async def handler(reader, writer):
        writer.write(head.replace("\n", "\r\n").encode() + b"\r\n\r\n" + body)
        await writer.drain()

    return handler


async def fetched(url, folder, rules=PRIVATE, resolver=None):
    async with Fetcher(rules, resolver) as fetcher:
        return await fetcher.fetch(url, folder)


class Site:
    """A site on two loopback addresses; `hits` has the requests, `reached` the addresses."""

    def __init__(self) -> None:
        self.hits, self.reached, self.port = [], [], 0

    async def handle(self, request):
        self.hits.append(request)
        self.reached.append(request.transport.get_extra_info("sockname")[0])
        match request.path.split("/")[1:]:
            case ["file"]:
                return web.Response(body=b"content")
            case ["status", status]:
                return web.Response(status=int(status), text="no" if status != "204" else None)
            case ["empty"]:
                return web.Response(body=b"")
            case ["to"]:
                return web.Response(status=302, headers={"Location": request.query["url"]})
            case ["hops", left]:
                raise web.HTTPFound(f"/hops/{int(left) - 1}" if left != "1" else "/file")
            case _:
                raise web.HTTPNotFound


@pytest.fixture
async def site():
    site, app = Site(), web.Application()
    app.router.add_get("/{path:.*}", site.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    site.port = runner.addresses[0][1]
    await web.TCPSite(runner, "127.0.0.2", site.port).start()
    yield site
    await runner.cleanup()


@pytest.fixture
def url(site):
    return f"http://127.0.0.1:{site.port}"


@pytest.fixture
def outside(monkeypatch, site):
    """Plays the internet: 127.0.0.1 is public, 127.0.0.2 inside, and http is allowed."""
    monkeypatch.setattr(fetch, "public", lambda address: address == "127.0.0.1")
    monkeypatch.setitem(fetch.PORTS, "http", site.port)
    return site


def nothing_left(folder) -> bool:
    return list(folder.iterdir()) == []


@pytest.mark.parametrize("address", INSIDE)
def test_no_inside_address_counts_as_public(address):
    assert not public(address)


@pytest.mark.parametrize("address", OUTSIDE)
def test_public_addresses_count_as_public(address):
    assert public(address)


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_judged_alike_in_every_disguise(address):
    number = int(address)
    mapped = ipaddress.IPv6Address((0xFFFF << 32) | number)
    translated = ipaddress.IPv6Address((0x64FF9B << 96) | number)
    tunnelled = ipaddress.IPv6Address((0x2002 << 112) | (number << 80))

    assert {public(mapped), public(translated), public(tunnelled)} == {public(address)}


@pytest.mark.parametrize(
    "address",
    [
        "http://example.com/a.png",
        "ftp://example.com/a.png",
        "file:///etc/passwd",
        "https://example.com:8443/a.png",
        "https://user@example.com/a.png",
        "https://user:password@example.com/a.png",
        "https://:password@example.com/a.png",
        "//example.com/a.png",
        "/a.png",
        "https:///a.png",
        "https://example.com:99999/a.png",
        "https://[::1/a.png",
        "",
    ],
)
def test_urls_of_another_form_are_refused(address):
    with pytest.raises(RefusedHostError):
        check_url(address, STRICT)


@given(st.text())
def test_a_hostile_url_never_raises_another_error(text):
    with contextlib.suppress(RefusedHostError):
        check_url("https://" + text, STRICT)
    with contextlib.suppress(RefusedHostError):
        check_url(text, STRICT)


@pytest.mark.parametrize(
    ("host", "allowed"),
    [
        ("aliyuncs.com", True),
        ("a.oss.aliyuncs.com", True),
        ("A.ALIYUNCS.COM.", True),
        ("evilaliyuncs.com", False),
        ("aliyuncs.com.evil.example", False),
    ],
)
def test_allowed_hosts_are_whole_suffixes(host, allowed):
    rules = FetchRules(allowed_hosts=(".aliyuncs.com",))

    if allowed:
        assert check_url(f"https://{host}/a", rules)
    else:
        with pytest.raises(RefusedHostError):
            check_url(f"https://{host}/a", rules)


def test_a_signed_query_is_sent_as_it_was_printed():
    signed = "https://example.com/a%2Fb?Signature=a%2Bb%2F%3D&time=1%3B2"

    assert str(check_url(signed, STRICT)) == signed


async def test_a_file_is_saved_whole(url, tmp_path):
    path = await fetched(url + "/file", tmp_path)

    assert path.parent == tmp_path
    assert path.read_bytes() == b"content"


async def test_the_request_asks_for_no_packing_and_carries_nothing(url, site, tmp_path):
    await fetched(url + "/file", tmp_path)

    headers = site.hits[0].headers
    assert headers["Accept-Encoding"] == "identity"
    assert {"Cookie", "Authorization", "Referer"}.isdisjoint(headers)


async def test_a_proxy_in_the_environment_is_ignored(url, monkeypatch, tmp_path):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")

    assert (await fetched(url + "/file", tmp_path)).read_bytes() == b"content"


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", ANY, "[::]"])
async def test_literal_inside_addresses_are_refused(host, tmp_path):
    with pytest.raises(RefusedHostError):
        await fetched(f"https://{host}/file?sign=secret", tmp_path, STRICT)


@pytest.mark.parametrize("host", ["2130706433", "127.1", "0x7f000001", "a" * 70 + ".example"])
async def test_odd_spellings_of_hosts_are_refused(host, tmp_path):
    with pytest.raises(RefusedHostError):
        await fetched(f"https://{host}/file", tmp_path, STRICT)


@pytest.mark.parametrize(
    "addresses",
    [["127.0.0.1"], ["::1"], ["10.0.0.1", "127.0.0.1"], ["::1", "fe80::1", "127.0.0.1"]],
)
async def test_a_name_that_points_inside_is_refused(addresses, site, tmp_path):
    with pytest.raises(RefusedHostError, match=r"inside\.example"):
        await fetched("https://inside.example/file", tmp_path, STRICT, Names(site.port, addresses))

    assert site.hits == []


async def test_of_a_mixed_name_only_the_public_address_is_used(outside, tmp_path):
    names = Names(outside.port, ["127.0.0.2", "127.0.0.1"])
    url = f"http://mixed.example:{outside.port}/file"

    path = await fetched(url, tmp_path, STRICT, names)

    assert path.read_bytes() == b"content"
    assert outside.reached == ["127.0.0.1"]


async def test_a_name_that_changes_its_answer_is_refused(outside, tmp_path, monkeypatch):
    names = Names(outside.port, ["127.0.0.1"], ["127.0.0.2"])
    url = f"http://rebinding.example:{outside.port}"
    await fetched(url + "/file", tmp_path, STRICT, names)

    with pytest.raises(RefusedHostError):
        await fetched(url + "/file", tmp_path, STRICT, names)

    assert names.asked == 2
    assert len(outside.hits) == 1


async def test_a_redirect_inside_is_refused(outside, url, tmp_path):
    target = f"http://127.0.0.2:{outside.port}/file"

    with pytest.raises(RefusedHostError):
        await fetched(f"{url}/to?url={target}", tmp_path, STRICT)

    assert [hit.path for hit in outside.hits] == ["/to"]


@pytest.mark.parametrize(
    "target", ["http://u:p@127.0.0.1:{port}/file", "http://127.0.0.2:{port}/file", "file:///file"]
)
async def test_a_redirect_is_checked_like_the_first_address(target, url, site, tmp_path):
    rules = replace(PRIVATE, allowed_hosts=("127.0.0.1",))

    with pytest.raises(RefusedHostError):
        await fetched(f"{url}/to?url={target.format(port=site.port)}", tmp_path, rules)

    assert [hit.path for hit in site.hits] == ["/to"]


async def test_a_redirect_to_nowhere_is_bad(url, tmp_path):
    with pytest.raises(BadMediaError):
        await fetched(f"{url}/to?url=http://[::1", tmp_path)


async def test_three_redirects_are_followed_and_a_fourth_is_not(url, tmp_path):
    assert (await fetched(url + "/hops/3", tmp_path)).read_bytes() == b"content"

    with pytest.raises(BadMediaError):
        await fetched(url + "/hops/4", tmp_path)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        *((status, BadMediaError) for status in (204, 304, 400)),
        *((status, MissingMediaError) for status in (401, 403, 404, 410)),
        *((status, FetchError) for status in (408, 425, 429, 500, 502, 503)),
    ],
)
async def test_a_status_says_whether_to_try_again(status, error, url, tmp_path):
    with pytest.raises(error) as raised:
        await fetched(f"{url}/status/{status}?sign=secret", tmp_path)

    assert "secret" not in str(raised.value)
    assert nothing_left(tmp_path)


async def test_an_empty_file_is_bad(url, tmp_path):
    with pytest.raises(BadMediaError):
        await fetched(url + "/empty", tmp_path)

    assert nothing_left(tmp_path)


async def test_a_packed_body_is_refused_at_its_header(tmp_path):
    head = "HTTP/1.1 200 OK\nContent-Encoding: gzip"
    async with raw_server(answer(head, gzip.compress(bytes(1024 * 1024)))) as url:
        with pytest.raises(BadMediaError):
            await fetched(url, tmp_path)

    assert nothing_left(tmp_path)


async def test_an_announced_size_over_the_limit_is_refused_unread(tmp_path):
    rules = FetchRules(allow_private=True, max_bytes=1000, read_seconds=2)
    async with raw_server(answer("HTTP/1.1 200 OK\nContent-Length: 1001")) as url:
        with pytest.raises(BadMediaError):
            await fetched(url, tmp_path, rules)

    assert nothing_left(tmp_path)


async def test_an_endless_body_is_cut_at_the_limit(tmp_path):
    async def endless(reader, writer):
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(bytes(65536))
            await writer.drain()

    rules = FetchRules(allow_private=True, max_bytes=1024 * 1024, read_seconds=2)
    async with raw_server(endless) as url:
        with pytest.raises(BadMediaError):
            await fetched(url, tmp_path, rules)

    assert nothing_left(tmp_path)


@pytest.mark.parametrize(
    "head",
    [
        "HTTP/1.1 200 OK\nContent-Length: 100",
        "HTTP/1.1 200 OK\nTransfer-Encoding: chunked",
        "HTTP/1.1 200 OK\nContent-Length: nonsense",
        "nonsense",
    ],
)
async def test_a_truncated_or_garbled_answer_may_be_tried_again(head, tmp_path):
    async with raw_server(answer(head, b"64\r\nshort")) as url:
        with pytest.raises(FetchError):
            await fetched(url, tmp_path)

    assert nothing_left(tmp_path)


async def test_a_body_longer_than_announced_is_not_taken(tmp_path):
    async with raw_server(answer("HTTP/1.1 200 OK\nContent-Length: 4", b"fourmore")) as url:
        with pytest.raises(FetchError):
            await fetched(url, tmp_path)

    assert nothing_left(tmp_path)


async def test_a_slow_drip_ends_with_the_total_time(tmp_path, monkeypatch):
    drunk = asyncio.Event()

    async def drip(reader, writer):
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(b".")
            await drunk.wait()
            drunk.clear()

    async def drinking(chunks, *where):
        async def each():
            async for chunk in chunks:
                drunk.set()
                yield chunk

        return await save(each(), *where)

    monkeypatch.setattr(fetch, "save", drinking)
    rules = FetchRules(allow_private=True, total_seconds=0.2, read_seconds=10)
    async with raw_server(drip) as url:
        with pytest.raises(FetchError):
            await fetched(url, tmp_path, rules)

    assert nothing_left(tmp_path)


async def test_silence_ends_with_the_read_time(tmp_path):
    async def silent(reader, writer):
        await reader.read()

    rules = FetchRules(allow_private=True, total_seconds=60, read_seconds=0.2)
    async with raw_server(silent) as url:
        with pytest.raises(FetchError):
            await fetched(url, tmp_path, rules)


async def test_a_closed_port_may_be_tried_again_and_its_url_stays_secret(tmp_path):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/path?sign=secret"
        with pytest.raises(FetchError) as raised:
            await fetched(url, tmp_path)

    assert "sign" not in str(raised.value)
    assert raised.value.__suppress_context__


async def test_a_cancelled_stream_leaves_no_file(tmp_path):
    async def hanging():
        yield b"start"
        await asyncio.Event().wait()

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await save(hanging(), tmp_path, 100)

    assert nothing_left(tmp_path)
