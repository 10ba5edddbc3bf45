"""Packed bytes to bytes, in bounded memory; what comes before damage is kept, and the damage told.

Which files are opened is decided in open_files.py.
"""

import errno
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from copy import copy
from dataclasses import dataclass
from typing import IO

import zstandard

from economic_index.vocabulary import RejectReason

CHUNK_BYTES = 1 << 20
_ZSTD_PIECE = 4096
ZIP_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    RuntimeError,
    ValueError,
    IndexError,
    OverflowError,
)
"""What zipfile and its unpackers raise over wrong bytes: also names and methods that are none, sizes out of range."""


@dataclass
class Stream:
    """The bytes of one log inside a file. `damage` is set if they ended before they should have.

    A Parquet file, which is read from its end, is `table` instead, and has no chunks. `account_id` is the id in the
    user.json beside the log, in its folder or its archive; it stays in memory.
    """

    name: str
    chunks: Iterator[bytes]
    table: IO[bytes] | None = None
    damage: RejectReason | None = None
    detail: str = ""
    account_id: str | None = None


def gunzip(chunks: Iterator[bytes], stream: Stream) -> Iterator[bytes]:
    """Several members in one gzip are one stream; what came before damage is kept."""
    inflate = zlib.decompressobj(wbits=31)
    for chunk in chunks:
        data = chunk
        while data:
            if inflate.eof:
                data = data.lstrip(b"\x00")
                inflate = zlib.decompressobj(wbits=31)
                continue
            before = inflate.copy()
            try:
                part = inflate.decompress(data, CHUNK_BYTES)
            except zlib.error:
                stream.damage, stream.detail = RejectReason.BAD_ARCHIVE, "gzip data are damaged"
                yield from _until_damage(before, data)
                return
            if part:
                yield part
            data = inflate.unused_data if inflate.eof else inflate.unconsumed_tail
    if not inflate.eof:
        stream.damage, stream.detail = RejectReason.BAD_ARCHIVE, "gzip data end early"


def _until_damage(inflate: "zlib._Decompress", data: bytes) -> Iterator[bytes]:
    """The bytes that come before the damage, in steps so small that little is lost with the last one."""
    with suppress(zlib.error):
        while part := inflate.decompress(data, 16):
            yield part
            data = inflate.unconsumed_tail


def unzstd(chunks: Iterator[bytes], stream: Stream) -> Iterator[bytes]:
    """Frame after frame, fed in pieces so small that no piece unpacks to more than memory can hold."""
    unpacker = zstandard.ZstdDecompressor().decompressobj()
    for chunk in chunks:
        for start in range(0, len(chunk), _ZSTD_PIECE):
            data = chunk[start : start + _ZSTD_PIECE]
            while data:
                if unpacker.eof:
                    unpacker = zstandard.ZstdDecompressor().decompressobj()
                try:
                    part = unpacker.decompress(data)
                except zstandard.ZstdError:
                    stream.damage, stream.detail = RejectReason.BAD_ARCHIVE, "zstd data are damaged"
                    return
                if part:
                    yield part
                data = unpacker.unused_data
    if not unpacker.eof:
        stream.damage, stream.detail = RejectReason.BAD_ARCHIVE, "zstd data end early"


def member_chunks(archive: zipfile.ZipFile, info: zipfile.ZipInfo, stream: Stream) -> Iterator[bytes]:
    """The bytes of a member; its checksum is compared here, because zipfile drops what it read with a wrong one."""
    unchecked = copy(info)
    del unchecked.CRC
    checksum = 0
    try:
        with archive.open(unchecked) as member:
            while chunk := member.read(CHUNK_BYTES):
                checksum = zlib.crc32(chunk, checksum)
                yield chunk
    except ZIP_DAMAGE:
        checksum = -1
    except OSError as error:
        if not is_damage(error):
            raise
        checksum = -1
    if checksum != info.CRC:
        stream.damage, stream.detail = RejectReason.BAD_ARCHIVE, "a member is damaged"


def is_damage(error: OSError) -> bool:
    """Whether wrong bytes were the cause, not the disk: bzip2 says so without a number, a place before 0 is EINVAL."""
    return error.errno in {None, errno.EINVAL}
