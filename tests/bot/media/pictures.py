"""Pictures for tests of media."""

import random
import struct
import zlib

from PIL import Image


def noise(size, mode="RGB"):
    count = size[0] * size[1] * len(mode)
    return Image.frombytes(mode, size, random.Random(1).randbytes(count))  # noqa: S311 - repeatable


def saved(image, path, **options):
    image.save(path, **options)
    return path


def png_header(width, height) -> bytes:
    """A PNG that claims a size and holds next to nothing."""

    def chunk(name, data):
        checksum = struct.pack(">I", zlib.crc32(name + data))
        return struct.pack(">I", len(data)) + name + data + checksum

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = zlib.compress(bytes(1024))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
    )
