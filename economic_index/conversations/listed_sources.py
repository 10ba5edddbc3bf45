"""The files of all sources as one reading finds them: whose each is, its id, and which were read before as they are.

Which files of a place are logs is decided in listing.py; none is opened here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from economic_index.conversations import identify
from economic_index.conversations.file_report import settings_key
from economic_index.conversations.known_files import KnownFiles
from economic_index.conversations.listing import list_files
from economic_index.conversations.places import LogFile, NoLogsError
from economic_index.conversations.readers.registry import READERS
from economic_index.conversations.sources import Source
from economic_index.conversations.stream_reading import mapped_reader


@dataclass
class Listing:
    """The files of all sources, each with its id, of the source that names it first.

    `unlisted` are sources whose files could not be listed, by name: nothing is known of these files but that they were
    read before.
    """

    sources: tuple[Source, ...] = ()
    unlisted: dict[str, OSError] = field(default_factory=dict)
    files: list[tuple[Source, str, LogFile]] = field(default_factory=list)
    settings: dict[str, list[str]] = field(default_factory=dict)
    ignored: list[str] = field(default_factory=list)
    shared_count: int = 0

    @classmethod
    def of(cls, sources: tuple[Source, ...], key: bytes) -> "Listing":
        """List the files of all sources that are no database; one that cannot be listed stops alone.

        Raises OSError (NoLogsError, StoreError) where no source can be listed, and there is no database either.
        """
        listing, seen = cls(tuple(source for source in sources if source.url_env is None)), set[str]()
        for source in listing.sources:
            try:
                files, beside = list_files(source.path)
            except OSError as error:
                listing.unlisted[source.name] = error
                continue
            settings_hash, mapped = source.settings_hash(key), mapped_reader(source)
            listing.settings[source.name] = [
                settings_key(each.format, each.version, settings_hash)
                for each in (READERS if mapped is None else (mapped,))
            ]
            listing.ignored += beside
            for log_file in files:
                if log_file.identity in seen:
                    listing.shared_count += 1
                else:
                    seen.add(log_file.identity)
                    listing.files.append((source, identify.file_id(key, log_file.identity), log_file))
        if sources and len(listing.unlisted) == len(sources):
            raise _none_listed(listing.unlisted)
        return listing

    def rank(self, known_of: Callable[[str], set[str]]) -> dict[str, int]:
        """The place of each file among all, by id; `known_of` tells the files that were read before for a source.

        Files of a source that could not be listed are not gone: they share its place, and stay its own also where a
        later source names them.
        """
        ranks, kept, held = dict[str, int](), list[tuple[Source, str, LogFile]](), set[str]()
        found = {source.name: files for source, files in self._by_source()}
        for source in self.sources:
            if source.name in self.unlisted:
                known = known_of(source.name) - ranks.keys()
                ranks |= dict.fromkeys(known, len(ranks))
                held |= known
            for file_id, log_file in found.get(source.name, ()):
                if file_id not in held:
                    ranks[file_id] = len(ranks)
                    kept.append((source, file_id, log_file))
        self.files = kept
        return ranks

    @cached_property
    def byte_count(self) -> int:
        """Bytes of all files."""
        return sum(log_file.size_bytes for _, _, log_file in self.files)

    @cached_property
    def by_source(self) -> list[tuple[Source, list[tuple[str, LogFile]]]]:
        """The files of each source, in order."""
        return self._by_source()

    def _by_source(self) -> list[tuple[Source, list[tuple[str, LogFile]]]]:
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


def _none_listed(errors: Mapping[str, OSError]) -> OSError:
    """Of one source its own error; of several one that names them all."""
    first, *others = errors.values()
    if not others:
        return first
    told = " ".join(f"[{name}] {error}" for name, error in errors.items())
    return NoLogsError("No source has files that can be listed", told)
