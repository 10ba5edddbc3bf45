"""Object stores through fsspec: their files listed, opened and looked at again.

No credential passes here: the store's own library finds them where it always does, and no message holds one.
"""

import hashlib
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol
from urllib.parse import urlsplit

import fsspec
from fsspec.registry import known_implementations

from economic_index.conversations.places import LogFile, NoLogsError

BLOCK_BYTES, BUFFER_BYTES = 8 << 20, 1 << 20
EXTRAS = {"s3": "s3", "s3a": "s3"}
"""Extras of this package that bring a protocol's library."""
GLOB_MARKS = "*?["
_MARKS = ("ETag", "etag", "md5Hash", "content_md5", "checksum")
_MOMENTS = ("LastModified", "last_modified", "mtime", "updated", "modified", "created")


class StoreError(OSError):
    """A store does not answer, or refuses; the message names the place, `remedy` is the rest of it."""

    def __init__(self, place: str, remedy: str = "") -> None:
        super().__init__(f"{place}: {remedy}")
        self.remedy = remedy


class StorageLibraryError(Exception):
    """The address cannot be used: its library is missing, or it carries what belongs elsewhere."""


def check_address(url: str) -> None:
    """Raises StorageLibraryError if the address cannot be used, without asking the store."""
    protocol = url.partition("://")[0].lower()
    if "::" in url:
        raise StorageLibraryError("addresses joined by :: are not read. Give the address of the store alone.")
    if protocol in {"file", "local"}:
        raise StorageLibraryError("a file on disk is named by its path, without file://.")
    parts = urlsplit(url)
    if ":" in parts.netloc.rpartition("@")[0] or (protocol in {"http", "https"} and parts.query):
        raise StorageLibraryError(
            "the address carries a password or a key. Take it out: credentials come from where the store's library "
            "looks for them (environment, profile, role)."
        )
    try:
        fsspec.get_filesystem_class(protocol)
    except ValueError:
        raise StorageLibraryError(f"{protocol}:// is no kind of store that is known.") from None
    except ImportError:
        raise StorageLibraryError(f"{protocol}:// needs a library that is not installed. {_remedy(protocol)}") from None


def _remedy(protocol: str) -> str:
    if protocol in EXTRAS:
        return f"Install the extra: pip install 'open-economic-index[{EXTRAS[protocol]}]'"
    return str(known_implementations.get(protocol, {}).get("err", "Install the one that fsspec names for it."))


class _FileSystem(Protocol):
    """What is used of fsspec's file systems, which carry no types."""

    def invalidate_cache(self, path: str | None = None) -> None: ...
    def info(self, path: str) -> dict[str, Any]: ...
    def find(self, path: str, *, detail: bool) -> dict[str, dict[str, Any]]: ...
    def glob(self, path: str, *, detail: bool) -> dict[str, dict[str, Any]]: ...
    def open(self, path: str, mode: str, block_size: int) -> Any: ...
    def cat_file(self, path: str, *, start: int, end: int) -> bytes: ...
    def unstrip_protocol(self, name: str) -> str: ...


@dataclass(frozen=True)
class ObjectStore:
    """One kind of store, with the credentials that its library found."""

    files: _FileSystem

    @classmethod
    def of(cls, url: str) -> "ObjectStore":
        """The store of an address. Raises StoreError."""
        with _told(url):
            return cls(fsspec.filesystem(url.partition("://")[0].lower()))

    def list(self, url: str) -> dict[str, LogFile]:
        """Files at an address (a file, a prefix with all below it, or a glob), by their names below it.

        Raises NoLogsError if there is nothing, StoreError if the store does not answer.
        """
        with _told(url):
            self.files.invalidate_cache()
            found = self._infos(url)
        names = [name for name, info in found.items() if info.get("type") == "file" and not name.endswith("/")]
        if not names:
            raise NoLogsError(shown(url), "nothing lies there. Check the path (LOGS=..., or path in sources.toml).")
        root = _root(url)
        files = [self._file(self.files.unstrip_protocol(name), found[name]) for name in names]
        return {file.identity.removeprefix(root): file for file in files}

    def _infos(self, url: str) -> dict[str, dict[str, Any]]:
        if any(mark in url for mark in GLOB_MARKS):
            return self.files.glob(url, detail=True)
        info = self.files.info(url)
        return {info["name"]: info} if info["type"] == "file" else self.files.find(url, detail=True)

    def _file(self, identity: str, info: dict[str, Any]) -> LogFile:
        modified = next((moment for key in _MOMENTS if (moment := _nanoseconds(info.get(key))) is not None), None)
        marks = [str(info[key]) for key in _MARKS if info.get(key)] or [str(modified)]
        stamp = int.from_bytes(hashlib.sha256(" ".join(marks).encode()).digest()[:7])
        return LogFile(identity, int(info["size"] or 0), stamp, modified, self)

    def find(self, identity: str) -> LogFile | None:
        """The file as it is now; None if it is gone. Raises StoreError."""
        try:
            with _told(identity):
                self.files.invalidate_cache()
                info = self.files.info(identity)
        except NoLogsError:
            return None
        return self._file(identity, info) if info["type"] == "file" else None

    def open(self, log_file: LogFile) -> io.BufferedReader:
        """Its bytes, read ahead in blocks. Raises OSError, also while they are read."""
        with _told(log_file.identity):
            return io.BufferedReader(_Bytes(self.files.open(log_file.identity, "rb", BLOCK_BYTES)), BUFFER_BYTES)

    def read_spans(self, log_file: LogFile, spans: Sequence[tuple[int, int]]) -> Iterator[bytes]:
        """The bytes of each span (start, end), one request each. Raises OSError."""
        for start, end in spans:
            with _told(log_file.identity):
                data = self.files.cat_file(log_file.identity, start=start, end=end)
            yield data


class _Bytes(io.RawIOBase):
    """A file of a store whose troubles are all OSErrors without the store's own words."""

    def __init__(self, file: Any) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return bool(self._file.seekable())

    def readinto(self, buffer: Any) -> int:
        with _told(""):
            data = self._file.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        with _told(""):
            return int(self._file.seek(offset, whence))

    def tell(self) -> int:
        return int(self._file.tell())

    def close(self) -> None:
        self._file.close()
        super().close()


@contextmanager
def _told(url: str) -> Iterator[None]:
    """Whatever the store's library raises becomes an error of ours: its words may hold keys and signed addresses."""
    try:
        yield
    except FileNotFoundError:
        raise NoLogsError(
            shown(url), "no such bucket or file. Check the path (LOGS=..., or path in sources.toml)."
        ) from None
    except PermissionError:
        raise StoreError(
            shown(url),
            "access is refused. Give the account the right to list and read there; its credentials "
            "come from where the store's library looks for them (environment, profile, role).",
        ) from None
    except Exception as error:  # each library has errors of its own, outside OSError
        raise StoreError(
            shown(url),
            f"the store does not answer ({type(error).__name__}). Check the address, the network, and that the "
            "store's library finds credentials (environment, profile, role).",
        ) from None


def shown(url: str) -> str:
    """The kind of store, the bucket and the last name: what an error may say of an address."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    above, _, base = parts.path.rstrip("/").rpartition("/")
    folder = "/…" if above else ""
    return f"{parts.scheme}://{host}{folder}{f'/{base}' if base else ''}" if parts.scheme else "the file"


def _root(url: str) -> str:
    """The address up to the folder that holds all that is listed."""
    before = min((url.find(mark) for mark in GLOB_MARKS if mark in url), default=len(url))
    is_glob = before < len(url)
    return url[: url.rfind("/", 0, before) + 1] if is_glob else url.rstrip("/") + "/"


def _nanoseconds(moment: Any) -> int | None:
    """A time as stores tell it (a datetime, ISO text or seconds), in nanoseconds since 1970."""
    if isinstance(moment, str):
        try:
            moment = datetime.fromisoformat(moment)
        except ValueError:
            return None
    if isinstance(moment, datetime):
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return int(aware.timestamp() * 1_000_000) * 1000
    is_number = isinstance(moment, int | float) and not isinstance(moment, bool)
    return int(moment * 1_000_000_000) if is_number else None
