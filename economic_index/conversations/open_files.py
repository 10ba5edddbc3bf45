"""Log files as streams of bytes: plain, gzip, zstd, members of a ZIP; hashed while they are read.

Nothing is extracted to disk by its name, and no record is looked at; names that matter stand in log_names.py.
"""

import hashlib
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from copy import copy
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO

import orjson
import zstandard

from economic_index.conversations.errors import LogFormatError
from economic_index.conversations.log_names import choose_members
from economic_index.vocabulary import RejectReason

CHUNK_BYTES = 1 << 20
ACCOUNT_FILE, MAX_ACCOUNT_BYTES = "user.json", 1 << 20
GZIP, ZSTD, ZIP, EMPTY_ZIP = b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"PK\x03\x04", b"PK\x05\x06"
REFUSED_MAGIC = {
    b"PAR1": "a Parquet file: no reader of this version takes it",
    b"SQLi": "an SQLite database: export it to JSON first",
    b"7z\xbc\xaf": "a 7z archive: unpack it first",
    b"Rar!": "a RAR archive: unpack it first",
}
_ZSTD_PIECE = 4096


@dataclass(frozen=True)
class ArchiveLimits:
    """What an archive may hold before it counts as a bomb (log_formats §15)."""

    member_bytes: int = 64 << 30
    file_bytes: int = 128 << 30
    member_count: int = 100_000
    ratio: int = 200
    ratio_after_bytes: int = 100 << 20


@dataclass
class Stream:
    """The bytes of one log inside a file. `damage` is set if they ended before they should have."""

    name: str
    chunks: Iterator[bytes]
    damage: RejectReason | None = None
    detail: str = ""


@dataclass
class OpenLog:
    """A log file that is being read. `digest` and `byte_count` cover the bytes of the file itself.

    `account_id` is the id in a user.json in the archive or beside the file; it stays in memory.
    """

    path: Path
    file: IO[bytes]
    limits: ArchiveLimits
    temporary_folder: Path | None = None
    digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)
    byte_count: int = 0
    ignored: list[str] = field(default_factory=list)
    account_id: str | None = None

    def streams(self) -> Iterator[Stream]:
        """One stream for a plain or compressed file, one per chosen member for a ZIP, in order of name."""
        magic = self.file.read(4)
        self.file.seek(0)
        if magic in REFUSED_MAGIC:
            raise LogFormatError(RejectReason.UNKNOWN_FORMAT, self.path.name, f"This is {REFUSED_MAGIC[magic]}.")
        if magic in (ZIP, EMPTY_ZIP):
            for _ in self._raw_chunks():
                pass
            yield from self._members(self.file, self.path.name, magic, is_nested=False)
            return
        self.account_id = _account_beside(self.path)
        stream = Stream(_without_suffix(self.path.name, magic), iter(()))
        raw = self._raw_chunks()
        if magic[:2] == GZIP:
            stream.chunks = self._limited(_gunzip(raw, stream), lambda: self.byte_count)
        elif magic == ZSTD:
            stream.chunks = self._limited(_unzstd(raw, stream), lambda: self.byte_count)
        else:
            stream.chunks = raw
        yield stream

    def _raw_chunks(self) -> Iterator[bytes]:
        while chunk := self.file.read(CHUNK_BYTES):
            self.digest.update(chunk)
            self.byte_count += len(chunk)
            yield chunk

    def _members(self, file: IO[bytes], name: str, magic: bytes, *, is_nested: bool) -> Iterator[Stream]:
        archive = _open_zip(file, name, magic)
        with archive:
            infos = archive.infolist()
            if len(infos) > self.limits.member_count:
                raise LogFormatError(
                    RejectReason.ARCHIVE_LIMIT,
                    name,
                    f"{len(infos)} members; limit {self.limits.member_count}; nothing was read.",
                )
            members = {info.filename: info for info in infos if _is_plain_member(info)}
            chosen, ignored = choose_members(members)
            self.account_id = self.account_id or _account_in_zip(archive, members)
            self.ignored += ignored
            done = 0
            for member in chosen:
                if member.flag_bits & 0x1:
                    raise LogFormatError(
                        RejectReason.ENCRYPTED_ARCHIVE, name, "The archive is encrypted: unpack it first."
                    )
                base = PurePosixPath(member.filename).name
                stream = Stream(base, iter(()))
                chunks = _member_chunks(archive, member, stream)
                limited = self._limited(chunks, lambda size=member.compress_size: size)  # type: ignore[misc]
                if base.lower().endswith(".zip") and not is_nested:
                    yield from self._nested(limited, base)
                    continue
                stream.chunks = limited
                yield stream
                done += member.file_size
                if done > self.limits.file_bytes:
                    raise LogFormatError(
                        RejectReason.ARCHIVE_LIMIT,
                        name,
                        f"{done} bytes unpacked; limit {self.limits.file_bytes}; nothing after {base} was read.",
                    )

    def _nested(self, chunks: Iterator[bytes], name: str) -> Iterator[Stream]:
        """A ZIP inside the ZIP: its bytes go to an unnamed temporary file that no crash can leave behind."""
        with tempfile.TemporaryFile(dir=self.temporary_folder) as unnamed:
            for chunk in chunks:
                unnamed.write(chunk)
            unnamed.seek(0)
            magic = unnamed.read(4)
            unnamed.seek(0)
            yield from self._members(unnamed, name, magic, is_nested=True)

    def _limited(self, chunks: Iterator[bytes], packed: Callable[[], int]) -> Iterator[bytes]:
        """Stop where real bytes, not headers, say that this is a bomb."""
        total = 0
        for chunk in chunks:
            total += len(chunk)
            is_bomb = total > self.limits.ratio_after_bytes and total > self.limits.ratio * max(packed(), 1)
            if is_bomb or total > self.limits.member_bytes:
                limit = f"{self.limits.ratio}:1" if is_bomb else f"{self.limits.member_bytes} bytes"
                raise LogFormatError(
                    RejectReason.ARCHIVE_LIMIT,
                    self.path.name,
                    f"{total} bytes unpacked; limit {limit}; nothing after this member was read.",
                )
            yield chunk


@contextmanager
def open_log(
    path: Path, limits: ArchiveLimits | None = None, temporary_folder: Path | None = None
) -> Iterator[OpenLog]:
    """Open a log file; raises LogFormatError if its bytes cannot be a log."""
    with path.open("rb") as file:
        yield OpenLog(path, file, limits or ArchiveLimits(), temporary_folder)


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes, hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _without_suffix(name: str, magic: bytes) -> str:
    is_packed = magic[:2] == GZIP or magic == ZSTD
    return PurePosixPath(name).stem if is_packed and name.lower().endswith((".gz", ".zst")) else name


def _gunzip(chunks: Iterator[bytes], stream: Stream) -> Iterator[bytes]:
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


def _unzstd(chunks: Iterator[bytes], stream: Stream) -> Iterator[bytes]:
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


def _member_chunks(archive: zipfile.ZipFile, info: zipfile.ZipInfo, stream: Stream) -> Iterator[bytes]:
    """The bytes of a member; its checksum is compared here, because zipfile drops what it read with a wrong one."""
    unchecked = copy(info)
    del unchecked.CRC
    checksum = 0
    try:
        with archive.open(unchecked) as member:
            while chunk := member.read(CHUNK_BYTES):
                checksum = zlib.crc32(chunk, checksum)
                yield chunk
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError):
        checksum = -1
    if checksum != info.CRC:
        stream.damage, stream.detail = RejectReason.BAD_ARCHIVE, "a member is damaged"


def _open_zip(file: IO[bytes], name: str, magic: bytes) -> zipfile.ZipFile:
    if magic == EMPTY_ZIP:
        raise LogFormatError(RejectReason.BAD_ARCHIVE, name, "The archive is empty.")
    try:
        return zipfile.ZipFile(file)
    except (zipfile.BadZipFile, EOFError, OSError):
        raise LogFormatError(
            RejectReason.BAD_ARCHIVE, name, "The archive is damaged or was not downloaded to its end; nothing was read."
        ) from None


def _account_in_zip(archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo]) -> str | None:
    """The id in the account file of a ChatGPT export: the one person whose chats the archive holds."""
    for name, info in members.items():
        is_account = PurePosixPath(name).name == ACCOUNT_FILE and info.file_size <= MAX_ACCOUNT_BYTES
        if is_account and not info.flag_bits & 0x1:
            with suppress(zipfile.BadZipFile, zlib.error, EOFError), archive.open(info) as member:
                return _account_id(member.read(MAX_ACCOUNT_BYTES))
    return None


def _account_beside(path: Path) -> str | None:
    """The same where the archive was unpacked."""
    account = path.with_name(ACCOUNT_FILE)
    if path.name == ACCOUNT_FILE or not account.is_file() or account.stat().st_size > MAX_ACCOUNT_BYTES:
        return None
    return _account_id(account.read_bytes())


def _account_id(data: bytes) -> str | None:
    try:
        account = orjson.loads(data)
    except orjson.JSONDecodeError:
        return None
    identity = account.get("id") if isinstance(account, dict) else None
    return identity if isinstance(identity, str) and identity else None


def _is_plain_member(info: zipfile.ZipInfo) -> bool:
    """Not a folder, not a link, and no name that leaves the archive."""
    path = PurePosixPath(info.filename.replace("\\", "/"))
    is_link = (info.external_attr >> 16) & 0o170000 == 0o120000
    leaves = path.is_absolute() or ".." in path.parts or ":" in path.parts[0] if path.parts else True
    return not (info.is_dir() or is_link or leaves)
