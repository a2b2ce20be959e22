"""Assets under their short addresses: what a browser, a provider and an intruder get to see."""

import pytest

from bot.media.assets import new_token
from tests.factories import make_asset, make_job

PICTURE = bytes(range(256)) * 40


@pytest.fixture
def keep(workshop):
    async def kept(content=PICTURE, **overrides):
        job, _ = await workshop.jobs.add(make_job(due_at=None))
        asset = make_asset(job.id, **{"token": new_token(), **overrides})
        await workshop.assets.add(asset)
        if asset.extension:
            temporary = workshop.files.temporary / asset.name
            temporary.write_bytes(content)
            await workshop.files.adopt(temporary, asset)
        return asset

    return kept


async def test_the_file_comes_whole_with_its_type(server, keep):
    asset = await keep()

    answer = await server.ask("GET", f"/m/{asset.name}")

    assert (answer.status, answer.body) == (200, PICTURE)
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["Content-Length"] == str(len(PICTURE))
    assert answer.headers["Content-Disposition"].startswith("inline")
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "immutable" in answer.headers["Cache-Control"]


async def test_a_part_can_be_had(server, keep):
    asset = await keep(extension="mp4", content_type="video/mp4")

    answer = await server.ask("GET", f"/m/{asset.name}", headers={"Range": "bytes=100-199"})

    assert (answer.status, answer.body) == (206, PICTURE[100:200])
    assert answer.headers["Content-Range"] == f"bytes 100-199/{len(PICTURE)}"
    assert answer.headers["Content-Type"] == "video/mp4"


async def test_the_end_can_be_had(server, keep):
    asset = await keep()

    answer = await server.ask("GET", f"/m/{asset.name}", headers={"Range": "bytes=-10"})

    assert (answer.status, answer.body) == (206, PICTURE[-10:])


@pytest.mark.parametrize("wanted", ["bytes=99999-", "bytes=9-1", "bytes=a-b"])
async def test_a_part_that_is_not_there_is_416(server, keep, wanted):
    asset = await keep()

    answer = await server.ask("GET", f"/m/{asset.name}", headers={"Range": wanted})

    assert answer.status == 416
    assert PICTURE[:20] not in answer.body


async def test_head_tells_the_size_alone(server, keep):
    asset = await keep()

    answer = await server.ask("HEAD", f"/m/{asset.name}")

    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers["Content-Length"] == str(len(PICTURE))
    assert answer.headers["Accept-Ranges"] == "bytes"


async def test_an_unchanged_file_is_not_sent_again(server, keep):
    asset = await keep()
    first = await server.ask("GET", f"/m/{asset.name}")

    again = await server.ask(
        "GET", f"/m/{asset.name}", headers={"If-None-Match": first.headers["Etag"]}
    )

    assert (again.status, again.body) == (304, b"")


@pytest.mark.parametrize(
    ("extension", "content_type", "shown"),
    [
        ("png", "image/png", "inline"),
        ("jpg", "image/jpeg", "inline"),
        ("webp", "image/webp", "inline"),
        ("mp4", "video/mp4", "inline"),
        ("svg", "image/svg+xml", "attachment"),
        ("psd", "image/vnd.adobe.photoshop", "attachment"),
        ("html", "text/html", "attachment"),
    ],
)
async def test_only_pictures_and_clips_open_in_the_browser(
    server, keep, extension, content_type, shown
):
    asset = await keep(extension=extension, content_type=content_type)

    answer = await server.ask("GET", f"/m/{asset.name}")

    assert answer.headers["Content-Disposition"].partition(";")[0] == shown
    assert answer.headers["Content-Type"] == content_type
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")


ABSENT = {
    "unknown": lambda _asset: "AAAAAAAAAAAAAAAAAAAAAA.png",
    "wrong extension": lambda asset: f"{asset.token}.jpg",
    "no extension": lambda asset: asset.token,
    "two extensions": lambda asset: f"{asset.token}.png.png",
    "shorter": lambda asset: f"{asset.token[:-1]}.png",
    "other case": lambda asset: f"{asset.token.swapcase()}.png",
    "upper-case extension": lambda asset: f"{asset.token}.PNG",
    "the shard": lambda asset: f"{asset.token[:2]}/{asset.name}",
    "the folder itself": lambda _asset: "",
    "the temporary folder": lambda _asset: "tmp",
    "out by two dots": lambda asset: f"../{asset.token[:2]}/{asset.name}",
    "out by quoted dots": lambda _asset: "%2e%2e%2f%2e%2e%2fatelier.db",
    "out by double quotes": lambda _asset: "%252e%252e%252fatelier.db",
    "backslashes": lambda _asset: "..%5c..%5catelier.db",
    "absolute": lambda _asset: "%2fetc%2fpasswd",
    "twenty-two dots": lambda _asset: "......................png",
    "NUL": lambda asset: f"{asset.name}%00",
    "newline": lambda asset: f"{asset.name}%0a",
    "letters that are digits elsewhere": lambda asset: f"{asset.token[:-1]}%D9%A3.png",
    "a quote too many": lambda asset: f"{asset.token}%2epng/",
}


@pytest.mark.parametrize("path", ABSENT.values(), ids=ABSENT)
async def test_all_that_is_not_there_gets_one_404(server, keep, path):
    asset = await keep()

    answer = await server.ask("GET", f"/m/{path(asset)}")

    assert (answer.status, answer.body) == (404, b"")


async def test_a_removed_picture_has_no_file(server, keep):
    asset = await keep(extension="", content_type="", note="moderated")

    for extension in ("png", "jpg"):
        assert (await server.ask("GET", f"/m/{asset.token}.{extension}")).status == 404


async def test_a_file_that_was_deleted_is_not_there(workshop, server, keep):
    asset = await keep()
    await workshop.files.remove(asset)

    assert (await server.ask("GET", f"/m/{asset.name}")).status == 404


async def test_a_link_out_of_the_folder_is_not_followed(workshop, server, keep, tmp_path):
    asset = await keep()
    secret = tmp_path / "secret.png"
    secret.write_bytes(b"not for you")
    path = workshop.files.path(asset)
    path.unlink()
    path.symlink_to(secret)

    answer = await server.ask("GET", f"/m/{asset.name}")

    assert (answer.status, answer.body) == (404, b"")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
async def test_files_are_only_read(workshop, server, keep, method):
    asset = await keep()

    answer = await server.ask(method, f"/m/{asset.name}")

    assert answer.status == 405
    assert workshop.files.path(asset).read_bytes() == PICTURE
