"""A source whose files could not be listed: a report that says so, and what its files gave before stays as it is.

Which sources those are is found in listed_sources.py.
"""

from economic_index.conversations import identify
from economic_index.conversations.errors import LogFormatError
from economic_index.conversations.file_report import FileReport
from economic_index.conversations.places import NoLogsError
from economic_index.conversations.sources import Source
from economic_index.conversations.stores import StoreError
from economic_index.conversations.versions import FileStat
from economic_index.conversations.winners import WinnerStore
from economic_index.lake import fingerprint
from economic_index.vocabulary import RejectReason


def note_unlisted(store: WinnerStore, source: Source, key: bytes, error: OSError) -> FileReport:
    """The report of a source that could not be listed, kept as a reading that gave nothing."""
    file_id = _file_id(source, key)
    report = FileReport(source.name, file_id, source.name, source.settings_hash(key), 0)
    report.stop(LogFormatError(_reason_of(error), source.name, _remedy_of(error)), key)
    stat = FileStat(file_id, "", 0, 0, report.settings_key(), is_final=False)
    store.note_stop(_reading_id(file_id), stat, report.raw_log_row(), report.rejections)
    return report


def forget_unlisted(store: WinnerStore, source: Source, key: bytes) -> None:
    """The source was listed again: what was told of it is true no more."""
    store.forget_stop(_reading_id(_file_id(source, key)))


def _file_id(source: Source, key: bytes) -> str:
    """Not that of its path, which may be a file's: what was read of that file stays."""
    return identify.file_id(key, f"source {source.name}")


def _reading_id(file_id: str) -> str:
    return f"g1{fingerprint(file_id)}"


def _reason_of(error: OSError) -> RejectReason:
    return RejectReason.NO_LOGS if isinstance(error, FileNotFoundError) else RejectReason.STORE_FAILED


def _remedy_of(error: OSError) -> str:
    """Without the place, which may bear a person's name: the report names the source."""
    if isinstance(error, NoLogsError | StoreError):
        return error.remedy[:1].upper() + error.remedy[1:]
    return f"Its files cannot be listed ({type(error).__name__}). Check the path in sources.toml, and who may read it."
