"""Where the reading of a file begins: at its start, or where the last one ended if the file only grew.

Nothing is read here but samples of what was read before (probe.py).
"""

from collections.abc import Sequence

from economic_index.conversations.known_files import KnownFiles
from economic_index.conversations.places import LogFile
from economic_index.conversations.probe import probe_of
from economic_index.conversations.versions import Mark


def find_start(known: KnownFiles, log_file: LogFile, file_id: str, settings: Sequence[str]) -> Mark | None:
    """The mark after which a file has something new; None if it has to be read from its start."""
    mark = known.mark_of(file_id, settings)
    if mark is None or log_file.size_bytes < mark.size_bytes:
        return None
    if log_file.size_bytes == mark.size_bytes and not mark.is_open:
        return None  # written anew, in the same size
    try:
        is_same = probe_of(log_file, mark.size_bytes) == mark.probe
    except OSError:
        return None
    return mark if is_same else None
