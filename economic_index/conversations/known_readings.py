"""In which reading each file of a source was read, as it is or under another name.

What follows from it for files of API requests is chained_files.py's; which version counts is winners.py's.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from economic_index.conversations.chained_files import KnownFile
from economic_index.conversations.open_files import sha256_of
from economic_index.conversations.places import LogFile
from economic_index.conversations.winners import WinnerStore


@dataclass
class KnownReadings:
    """The files of one source in order, by their place. `unchanged` was asked of all of them at once."""

    store: WinnerStore
    files: Sequence[tuple[str, LogFile]]
    settings: Sequence[str]
    settings_hash: str
    unchanged: Mapping[str, str]
    _hashes: dict[str, str | None] = field(default_factory=dict)

    def reading_of(self, place: int, but: Collection[str] = ()) -> str | None:
        """The reading to its end of a file or of its bytes; `but` are readings that count no longer."""
        file_id, log_file = self.files[place]
        found = self.unchanged.get(file_id)
        return found if found is not None and found not in but else self._reading_of_bytes(file_id, log_file)

    def look(self, place: int) -> KnownFile:
        """What is known of a file: its reading, or that it stopped and is as it was then."""
        file_id, file = self.files[place]
        found = self.reading_of(place)
        if found is not None:
            return KnownFile(found)
        return KnownFile(None, self.store.has_stopped(file_id, file.size_bytes, file.stamp, self.settings_hash))

    def _reading_of_bytes(self, file_id: str, log_file: LogFile) -> str | None:
        """Under another name, or from another time; bytes are hashed only where some file has their size."""
        known = self.store.files
        if not known.has_size(log_file.size_bytes, self.settings):
            return None
        if file_id not in self._hashes:
            try:
                self._hashes[file_id] = sha256_of(log_file)
            except OSError:
                self._hashes[file_id] = None  # reading it says what is wrong
        sha256 = self._hashes[file_id]
        return known.reading_of_hash(sha256, self.settings) if sha256 is not None else None
