"""Versions of conversations, what a reading changed, and the tables of versions.sqlite that hold them.

Which version wins is decided in winners.py.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from economic_index.conversations.times import EPOCH

TABLES = """
create table if not exists winners (
    conversation_id text primary key, content_hash text not null, week_start text not null,
    updated_at integer, message_count integer not null, source_exported_at integer,
    file_id text not null, source_record integer not null, reading_id text not null, settings text not null,
    row_hash text not null default '', told_by text not null default ''
) without rowid;
create index if not exists winners_by_week on winners (week_start);
create table if not exists readings (
    reading_id text primary key, file_id text not null, sha256 text not null, size_bytes integer not null,
    modified_ns integer not null, settings text not null, is_final integer not null, row text not null
) without rowid;
create index if not exists readings_by_file on readings (file_id);
create index if not exists readings_by_size on readings (size_bytes);
create index if not exists readings_by_hash on readings (sha256);
create table if not exists files (
    file_id text primary key, source text not null, record_count integer not null, duplicate_count integer not null,
    settings text, size_bytes integer, probe text, next_byte integer, line_count integer, is_open integer
) without rowid;
create table if not exists rejections (reading_id text not null, row text not null);
create index if not exists rejections_by_reading on rejections (reading_id);
create table if not exists weeks (
    week_start text primary key, winner_count integer not null, fingerprint text not null
) without rowid;
create table if not exists ends (
    reading_id text primary key, source text not null, before text not null, is_empty integer not null,
    newest_at integer
) without rowid;
create index if not exists ends_by_source on ends (source);
create table if not exists home (name text primary key, value text not null) without rowid;
create table if not exists tombstones (mark text primary key) without rowid;
create table if not exists erasing (
    conversation_id text not null, content_hash text not null, primary key (conversation_id, content_hash)
) without rowid;
create table if not exists parts (conversation_id text primary key, whole_id text not null) without rowid;
create index if not exists parts_by_whole on parts (whole_id);
create table if not exists textless (conversation_id text primary key, is_done integer not null) without rowid;
"""
TOLD_BY = "iif(told_by = '', reading_id, told_by)"
"""The reading by which a winner counts."""
COLUMNS_OF_OLDER_HOME = ("row_hash", "told_by")
FILES_OF_OLDER_HOME = """
insert or ignore into files (file_id, source, record_count, duplicate_count)
select file_id, json_extract(row, '$.source'), json_extract(row, '$.record_count'),
    json_extract(row, '$.duplicate_count')
from readings where not exists (select 1 from files)
"""
TEMPORARY_TABLES = """
create temp table if not exists listed (
    file_id text not null, size_bytes integer not null, modified_ns integer not null
);
create temp table if not exists rejected (row text not null);
create temp table if not exists found_parts (conversation_id text not null, whole_id text not null);
create temp table if not exists found_deleted (conversation_id text not null, mark text not null);
create temp table if not exists untold (
    conversation_id text primary key, content_hash text not null, week_start text not null, updated_at integer,
    message_count integer not null, source_exported_at integer, file_id text not null,
    source_record integer not null, reading_id text not null, settings text not null,
    row_hash text not null, told_by text not null
) without rowid;
create temp table if not exists gone (conversation_id text primary key) without rowid;
delete from listed;
delete from rejected;
delete from found_parts;
delete from found_deleted;
"""
TEMPORARY_VERSIONS = """
create temp table if not exists {name} (
    conversation_id text not null, content_hash text not null, week_start text not null, updated_at integer,
    message_count integer not null, source_exported_at integer, file_id text not null,
    source_record integer not null, reading_id text not null, settings text not null,
    row_hash text not null, told_by text not null
)
"""


RowKey = tuple[str, str, str, int]
"""Id and content hash of a winner, and the reading and the record that its row in the inbox has."""


class Version(NamedTuple):
    """One version of a conversation; times are microseconds since 1970, null if unknown.

    `settings` is the reader's version and the hash of the source's settings. `reading_id` is the reading that made the
    row; `told_by` a later one that told the same row again, if the one before it counts no longer. Of API requests
    `row_hash` stands for all that the row says (row_hash.py); elsewhere it is empty.
    """

    conversation_id: str
    content_hash: str
    week_start: str
    updated_at: int | None
    message_count: int
    source_exported_at: int | None
    file_id: str
    source_record: int
    reading_id: str
    settings: str
    row_hash: str = ""
    told_by: str = ""


@dataclass(frozen=True)
class FileStat:
    """A file as a reading found it; not final if it has to be read again (stopped, or changed meanwhile)."""

    file_id: str
    sha256: str
    size_bytes: int
    modified_ns: int
    settings: str
    is_final: bool = True


@dataclass(frozen=True)
class FileEnd:
    """Where a file of API requests ended: after which reading it was read, and what it left open.

    `before` is empty for the first file of a source; `newest_at` is in microseconds since 1970.
    """

    source: str
    before: str
    is_empty: bool
    newest_at: int | None


@dataclass(frozen=True)
class Mark:
    """How far a file of lines was read, so that the next reading begins there: `next_byte`, after `line_count` lines.

    `probe` (probe.py) tells whether its first `size_bytes` are still what they were. With `is_open` the file ended in
    a line that was being written.
    """

    settings: str
    size_bytes: int
    probe: str
    next_byte: int
    line_count: int
    is_open: bool


@dataclass
class Outcome:
    """What a reading changed."""

    duplicate_count: int = 0
    superseded_count: int = 0
    new_count: int = 0
    past_retention_count: int = 0
    touched_weeks: tuple[date, ...] = ()


def watermark_note(source: str) -> str:
    """The name under which a home notes how far a source's table was read."""
    return f"watermark {source}"


def micros(moment: datetime | None) -> int | None:
    """Microseconds since 1970."""
    if moment is None:
        return None
    passed = moment - EPOCH
    return (passed.days * 86_400 + passed.seconds) * 1_000_000 + passed.microseconds
