"""One table of a database into the inbox: what changed since the last reading, whole conversations of it.

What is asked lies as a file in the home while it is read, by the same road as every file (file_reading.py).
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree

from economic_index.conversations import identify
from economic_index.conversations.databases import DatabaseError, TableQuery, json_line, open_rows
from economic_index.conversations.errors import LogFormatError
from economic_index.conversations.file_reading import FileReading
from economic_index.conversations.file_report import FileReport, settings_key
from economic_index.conversations.mapped_cells import shown_names
from economic_index.conversations.mapping import MESSAGE
from economic_index.conversations.places import local_file
from economic_index.conversations.run_context import RunContext
from economic_index.conversations.sources import Source
from economic_index.conversations.stream_reading import mapped_reader
from economic_index.conversations.versions import FileStat, Outcome, watermark_note
from economic_index.conversations.watermarks import Watermark
from economic_index.conversations.winners import WinnerStore
from economic_index.lake import Lake, fingerprint
from economic_index.vocabulary import FileStatus, RejectReason

FILE_NAME = "table.jsonl"


@dataclass
class TableReading:
    """The reading of one source that is a table; `run` does it. `url` is None where its variable is not set.

    `take_rank` is told the id under which rows of this reading count as newer than those of all before it.
    """

    lake: Lake
    store: WinnerStore
    source: Source
    url: str | None
    context: RunContext
    take_rank: Callable[[str], None]

    def run(self) -> tuple[FileReport, Outcome] | None:
        """Ask what changed and read it; None if nothing did. A database that fails is a report that says so."""
        settings = self._settings()
        before = Watermark.from_json(self.store.note(self._note), settings)
        asked = fingerprint(self.source.name, before.to_json(settings) if before else None)
        folder = self.lake.scratch_folder(f"table.{asked}")
        path = folder / FILE_NAME
        try:
            now = spool(self.source, self.url, path, before)
            if now == before:
                return None
            self.take_rank(identify.file_id(self.context.key, path.as_posix()))
            reading = FileReading(self.lake, self.store, self.source, local_file(path), self.context)
            report, outcome = reading.run()
            report.name = self.source.name
            if report.status is not FileStatus.STOPPED:  # in this order: a reading that is killed is made again
                self.store.keep_note(self._note, now.to_json(settings))
            return report, outcome
        except LogFormatError as error:
            return self._failed(error, identify.file_id(self.context.key, path.as_posix()))
        finally:
            rmtree(folder, ignore_errors=True)

    @property
    def _note(self) -> str:
        return watermark_note(self.source.name)

    @property
    def _settings_hash(self) -> str:
        return self.source.settings_hash(self.context.key)

    def _settings(self) -> str:
        reader = mapped_reader(self.source)
        version = reader.version if reader else ""
        return settings_key(self.source.url_env, version, self._settings_hash)

    def _failed(self, error: LogFormatError, file_id: str) -> tuple[FileReport, Outcome]:
        report = FileReport(self.source.name, file_id, self.source.name, self._settings_hash, 0)
        report.stop(error, self.context.key)
        self.store.begin()
        stat = FileStat(file_id, "", 0, 0, report.settings_key(), is_final=False)
        outcome = self.store.finish(f"g1{fingerprint(file_id)}", stat, report.raw_log_row(), report.rejections)
        return report, outcome


def spool(source: Source, url: str | None, path: Path, before: Watermark | None = None) -> Watermark:
    """Write what changed since `before` to a file of JSON lines; tells how far it goes. Raises LogFormatError."""
    try:
        if not url:
            raise DatabaseError(f"The environment variable {source.url_env} is not set: it holds the address.")
        return _spool(source, url, path, before)
    except DatabaseError as error:
        raise LogFormatError(RejectReason.DATABASE_FAILED, source.name, str(error)) from None


def _spool(source: Source, url: str, path: Path, before: Watermark | None) -> Watermark:
    statement = query_of(source).statement(before.value if before else None)
    now = Watermark(before.value) if before else Watermark()
    with path.open("wb") as file, open_rows(url, statement) as (names, rows):
        _check_names(source, names)
        place = names.index(source.watermark) if source.watermark else None
        for row in rows:
            line = json_line(names, row)
            now.see(row[place] if place is not None else None, line)
            file.write(line)
    return now


def query_of(source: Source) -> TableQuery:
    """What is asked of the database of a source."""
    mapping = source.mapping
    by_message = mapping is not None and mapping.rows == MESSAGE
    conversation = mapping.columns["conversation_id"] if mapping is not None and by_message else None
    return TableQuery(source.table, source.query, source.watermark, conversation)


def _check_names(source: Source, names: list[str]) -> None:
    """Every column of the mapping, and the watermark, is one of the result's (or lies in one that holds objects)."""
    reader = mapped_reader(source)
    wanted = dict(reader.paths) if reader else {}
    if source.watermark:
        wanted["watermark"] = source.watermark
    for key, column in wanted.items():
        is_plain = key in {"watermark", "conversation_id"} and source.watermark is not None
        if column not in names and (is_plain or column.partition(".")[0] not in names):
            raise LogFormatError(
                RejectReason.MAPPING_COLUMN,
                source.name,
                f"Column {column!r} ({key}) is not in the result. Columns are: {shown_names(names)}.",
            )
