"""The files of all sources as one reading finds them: whose each is, its id, and which were read before as they are.

Which files of a place are logs is decided in listing.py; none is opened here.
"""

from dataclasses import dataclass, field
from functools import cached_property

from economic_index.conversations import identify
from economic_index.conversations.file_report import settings_key
from economic_index.conversations.known_files import KnownFiles
from economic_index.conversations.listing import list_files
from economic_index.conversations.places import LogFile
from economic_index.conversations.readers.registry import READERS
from economic_index.conversations.sources import Source
from economic_index.conversations.stream_reading import mapped_reader


@dataclass
class Listing:
    """The files of all sources, each with its id, of the source that names it first."""

    files: list[tuple[Source, str, LogFile]] = field(default_factory=list)
    settings: dict[str, list[str]] = field(default_factory=dict)
    ignored: list[str] = field(default_factory=list)
    shared_count: int = 0

    @classmethod
    def of(cls, sources: tuple[Source, ...], key: bytes) -> "Listing":
        """List the files of all sources that are no database. Raises NoLogsError, StoreError."""
        listing, seen = cls(), set[str]()
        for source in sources:
            if source.url_env is not None:
                continue
            settings_hash, mapped = source.settings_hash(key), mapped_reader(source)
            listing.settings[source.name] = [
                settings_key(each.format, each.version, settings_hash)
                for each in (READERS if mapped is None else (mapped,))
            ]
            files, beside = list_files(source.path)
            listing.ignored += beside
            for log_file in files:
                if log_file.identity in seen:
                    listing.shared_count += 1
                else:
                    seen.add(log_file.identity)
                    listing.files.append((source, identify.file_id(key, log_file.identity), log_file))
        return listing

    @cached_property
    def byte_count(self) -> int:
        """Bytes of all files."""
        return sum(log_file.size_bytes for _, _, log_file in self.files)

    @cached_property
    def by_source(self) -> list[tuple[Source, list[tuple[str, LogFile]]]]:
        """The files of each source, in order."""
        found: dict[str, tuple[Source, list[tuple[str, LogFile]]]] = {}
        for source, file_id, log_file in self.files:
            found.setdefault(source.name, (source, []))[1].append((file_id, log_file))
        return list(found.values())

    def unchanged(self, known: KnownFiles) -> dict[str, str]:
        """Files that were read to their end as they are, in the same way, by id: in which reading."""
        found: dict[str, str] = {}
        for source, files in self.by_source:
            found |= known.unchanged(files, self.settings[source.name])
        return found
