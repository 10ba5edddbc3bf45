"""Log files as streams of bytes: plain, gzip, zstd, members of a ZIP; hashed while they are read.

Nothing is extracted to disk by its name, and no record is looked at; names that matter stand in log_names.py.
"""

import codecs
import hashlib
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO

from economic_index.conversations.account import ZippedAccounts, account_beside
from economic_index.conversations.errors import LogFormatError
from economic_index.conversations.log_names import choose_members
from economic_index.conversations.places import LogFile, as_log_file
from economic_index.conversations.probe import Probe
from economic_index.conversations.unpack import CHUNK_BYTES, ZIP_DAMAGE, Stream, gunzip, member_chunks, unzstd
from economic_index.vocabulary import RejectReason

GZIP, ZSTD, ZIP, EMPTY_ZIP = b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"PK\x03\x04", b"PK\x05\x06"
PARQUET = b"PAR1"
UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
REFUSED_MAGIC = {
    b"SQLi": "an SQLite database: export it to JSON first",
    b"7z\xbc\xaf": "a 7z archive: unpack it first",
    b"Rar!": "a RAR archive: unpack it first",
}


@dataclass(frozen=True)
class ArchiveLimits:
    """What an archive may hold before it counts as a bomb (log_formats §15)."""

    member_bytes: int = 64 << 30
    file_bytes: int = 128 << 30
    member_count: int = 100_000
    ratio: int = 200
    ratio_after_bytes: int = 100 << 20


@dataclass
class OpenLog:
    """A log file that is being read. `digest` and `byte_count` cover the bytes of the file itself, from `start` on.

    A file `is_plain` if its bytes are its text: of such a file no byte is read that was not there when it was listed,
    and `probe` samples what is read of a whole one.
    """

    path: LogFile
    file: IO[bytes]
    limits: ArchiveLimits
    temporary_folder: Path | None = None
    start: int = 0
    is_plain: bool = False
    probe: Probe | None = None
    digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)
    byte_count: int = 0
    ignored: list[str] = field(default_factory=list)

    def streams(self) -> Iterator[Stream]:
        """One stream for a plain or compressed file, one per chosen member for a ZIP, in order of name."""
        if self.start:
            yield self._rest()
            return
        magic = self.file.read(4)
        self.file.seek(0)
        if magic in REFUSED_MAGIC:
            raise LogFormatError(RejectReason.UNKNOWN_FORMAT, self.path.name, f"This is {REFUSED_MAGIC[magic]}.")
        if magic in (ZIP, EMPTY_ZIP):
            with self._at_hand() as file:
                yield from self._members(file, self.path.name, magic, is_nested=False)
            return
        if magic == PARQUET:
            with self._at_hand() as file:
                yield Stream(self.path.name, iter(()), file)
            return
        stream = Stream(_without_suffix(self.path.name, magic), iter(()), account_id=account_beside(self.path))
        raw = self._raw_chunks()
        if magic[:2] == GZIP:
            stream.chunks = self._limited(gunzip(raw, stream), lambda: self.byte_count)
        elif magic == ZSTD:
            stream.chunks = self._limited(unzstd(raw, stream), lambda: self.byte_count)
        else:
            self.is_plain = not magic.startswith(UTF16_MARKS)
            self.probe = Probe(self.path.size_bytes)
            stream.chunks = self._listed(raw)
        yield stream

    def _rest(self) -> Stream:
        """What a plain file has after the place to which it was read before."""
        self.file.seek(self.start)
        self.is_plain = True
        return Stream(self.path.name, self._listed(self._raw_chunks()), account_id=account_beside(self.path))

    def _raw_chunks(self) -> Iterator[bytes]:
        while chunk := self.file.read(self._chunk_size()):
            self.digest.update(chunk)
            self.byte_count += len(chunk)
            yield chunk

    def _chunk_size(self) -> int:
        left = self.path.size_bytes - self.start - self.byte_count
        return min(CHUNK_BYTES, left) if self.is_plain else CHUNK_BYTES

    def _listed(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            if self.probe is not None:
                self.probe.feed(chunk)
            yield chunk

    @contextmanager
    def _at_hand(self) -> Iterator[IO[bytes]]:
        """The file, hashed, where any byte is near: of a store a copy without a name, which no crash leaves behind."""
        if self.path.is_local:
            for _ in self._raw_chunks():
                pass
            self.file.seek(0)
            yield self.file
            return
        with tempfile.TemporaryFile(dir=self.temporary_folder) as unnamed:
            for chunk in self._raw_chunks():
                unnamed.write(chunk)
            unnamed.seek(0)
            yield unnamed

    def _members(
        self, file: IO[bytes], name: str, magic: bytes, *, is_nested: bool, outer_id: str | None = None
    ) -> Iterator[Stream]:
        archive = _open_zip(file, name, magic)
        with archive:
            infos = archive.infolist()
            if len(infos) > self.limits.member_count:
                raise LogFormatError(
                    RejectReason.ARCHIVE_LIMIT,
                    name,
                    f"{len(infos)} members; limit {self.limits.member_count}; nothing was read.",
                )
            members = [(info.filename, info) for info in infos if _is_plain_member(info)]  # a name may stand twice
            chosen, ignored = choose_members(members)
            accounts = ZippedAccounts(archive, members, outer_id)
            self.ignored += ignored
            done = 0
            for member in chosen:
                if member.flag_bits & 0x1:
                    raise LogFormatError(
                        RejectReason.ENCRYPTED_ARCHIVE, name, "The archive is encrypted: unpack it first."
                    )
                base = PurePosixPath(member.filename).name
                stream = Stream(base, iter(()), account_id=accounts.of(member))
                chunks = member_chunks(archive, member, stream)
                limited = self._limited(chunks, lambda size=member.compress_size: size)  # type: ignore[misc]
                if base.lower().endswith((".zip", ".parquet")) and not is_nested:
                    yield from self._nested(limited, base, stream.account_id)
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

    def _nested(self, chunks: Iterator[bytes], name: str, account_id: str | None) -> Iterator[Stream]:
        """A ZIP or a table inside the ZIP: its bytes go to an unnamed temporary file that no crash leaves behind."""
        with tempfile.TemporaryFile(dir=self.temporary_folder) as unnamed:
            for chunk in chunks:
                unnamed.write(chunk)
            unnamed.seek(0)
            magic = unnamed.read(4)
            unnamed.seek(0)
            if magic == PARQUET:
                yield Stream(name, iter(()), unnamed, account_id=account_id)
            else:
                yield from self._members(unnamed, name, magic, is_nested=True, outer_id=account_id)

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
    place: LogFile | Path, limits: ArchiveLimits | None = None, temporary_folder: Path | None = None, start: int = 0
) -> Iterator[OpenLog]:
    """Open a log file, a plain one from `start` on. Raises LogFormatError if its bytes cannot be a log, OSError."""
    log_file = as_log_file(place)
    with log_file.open() as file:
        yield OpenLog(log_file, file, limits or ArchiveLimits(), temporary_folder, start)


def sha256_of(log_file: LogFile) -> str:
    """SHA-256 of a file's bytes, hex. Raises OSError."""
    with log_file.open() as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _without_suffix(name: str, magic: bytes) -> str:
    is_packed = magic[:2] == GZIP or magic == ZSTD
    return PurePosixPath(name).stem if is_packed and name.lower().endswith((".gz", ".zst")) else name


def _open_zip(file: IO[bytes], name: str, magic: bytes) -> zipfile.ZipFile:
    if magic == EMPTY_ZIP:
        raise LogFormatError(RejectReason.BAD_ARCHIVE, name, "The archive is empty.")
    try:
        return zipfile.ZipFile(file)
    except (*ZIP_DAMAGE, OSError):
        raise LogFormatError(
            RejectReason.BAD_ARCHIVE, name, "The archive is damaged or was not downloaded to its end; nothing was read."
        ) from None


def _is_plain_member(info: zipfile.ZipInfo) -> bool:
    """Not a folder, not a link, and no name that leaves the archive."""
    path = PurePosixPath(info.filename.replace("\\", "/"))
    is_link = (info.external_attr >> 16) & 0o170000 == 0o120000
    leaves = path.is_absolute() or ".." in path.parts or ":" in path.parts[0] if path.parts else True
    return not (leaves or is_link or info.is_dir())  # a name may be empty, which is_dir cannot look at
