"""versions.sqlite: which version of each conversation counts, and what every reading found. No text.

Rows themselves lie in the inbox and in the weeks; nothing here knows a log format.
"""

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import date
from itertools import groupby
from pathlib import Path
from types import MappingProxyType
from typing import Any

from economic_index.conversations.accounts import Accounts, AccountsMissingError
from economic_index.conversations.file_ends import FileEnds
from economic_index.conversations.identify import KeyMismatchError, key_id
from economic_index.conversations.known_files import KnownFiles
from economic_index.conversations.versions import (
    COLUMNS_OF_OLDER_HOME,
    TABLES,
    TEMPORARY_TABLES,
    TEMPORARY_VERSIONS,
    FileEnd,
    FileStat,
    Mark,
    Outcome,
    RowKey,
    Version,
)

_CHUNK = 10_000


class WinnerStore(FileEnds):
    """The database of one home. `rank_of` gives the place of a file among today's files, -1 if it is gone."""

    def __init__(self, path: Path, rank_of: Callable[[str], int] = lambda file_id: -1) -> None:
        self._rank_of = rank_of
        self._connection = sqlite3.connect(path, isolation_level=None, timeout=60)
        self._connection.execute("pragma journal_mode = wal")
        self._connection.execute("pragma synchronous = normal")
        self._connection.execute("pragma secure_delete = on")
        self._connection.executescript(TABLES + TEMPORARY_TABLES)
        self._add_columns_of_older_home()
        self.files = KnownFiles(self._connection)
        self._note_weeks_of_older_home()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def check_key(self, key: bytes) -> None:
        """Remember the key's id at first use; raises KeyMismatchError if it is another key than before."""
        mine = key_id(key)
        self._connection.execute("insert or ignore into home values ('key_id', ?)", (mine,))
        (known,) = self._connection.execute("select value from home where name = 'key_id'").fetchone()
        if known != mine:
            raise KeyMismatchError(
                f"This lake was written with another pseudonym key (its id is {known}, yours is {mine}). "
                "Restore that key, or start a new home and read all logs again."
            )

    def check_accounts(self, accounts: Accounts | None) -> None:
        """Remember (as a keyed hash) that an identity file was used; raises AccountsMissingError if it is gone.

        Other accounts than before: no reading counts as final any more, also not one of the same accounts long ago.
        """
        known = self.note("accounts") or ""
        if accounts is None and known:
            raise AccountsMissingError(
                "This home was read with an identity file, and sources.toml names none any more: people with several "
                "accounts would become several people. Name it again ([identities] path = ...); to part the accounts "
                "on purpose, name a file that holds the header alone, and all logs are read again."
            )
        found = accounts.fingerprint if accounts else ""
        if found == known:
            return
        with self._transaction():
            if known:
                self._connection.execute("update readings set is_final = 0")
            self._connection.execute("delete from home where name = 'accounts'")
            if found:
                self.keep_note("accounts", found)

    # what was read before

    def reading_ids(self) -> set[str]:
        """Readings that were finished."""
        return {reading_id for (reading_id,) in self._connection.execute("select reading_id from readings")}

    def readings(self) -> Iterator[dict[str, Any]]:
        """Rows of lake/raw_logs, of every reading so far."""
        for (row,) in self._connection.execute("select row from readings order by reading_id"):
            yield json.loads(row)

    def rejections(self) -> Iterator[dict[str, Any]]:
        """Rows of lake/conversations_rejected; of each file those of its last reading, and of the parts before it."""
        for (row,) in self._connection.execute("select row from rejections order by rowid"):
            yield json.loads(row)

    def note(self, name: str) -> str | None:
        """What was noted under a name, if anything."""
        row = self._connection.execute("select value from home where name = ?", (name,)).fetchone()
        return row[0] if row else None

    def keep_note(self, name: str, value: str) -> None:
        """Note a value under a name."""
        self._connection.execute("insert or replace into home values (?, ?)", (name, value))

    def readings_hash(self) -> str:
        """Hash of all rows that `readings` and `rejections` give, without making them."""
        digest = hashlib.sha256()
        for query in ("select row from readings order by reading_id", "select row from rejections order by rowid"):
            for (row,) in self._connection.execute(query):
                digest.update(row.encode() + b"\n")
        return digest.hexdigest()[:16]

    # one reading

    def begin(self) -> None:
        """Forget the candidates and rejections of a reading that was not finished."""
        for name in ("rejected", "found_parts", "found_deleted"):
            self._connection.execute(f"delete from {name}")
        for name in ("candidates", "chosen"):
            self._connection.execute(TEMPORARY_VERSIONS.format(name=name))
            self._connection.execute(f"delete from {name}")

    def propose(self, versions: Sequence[Version]) -> list[bool]:
        """Note versions that a reading found; tells for each whether its row is needed in the inbox."""
        self._connection.execute("begin")
        self._insert("candidates", versions)
        self._connection.execute("commit")
        ids = [version.conversation_id for version in versions]
        known, textless = self._known(ids), self._textless_of(ids)
        return [
            not (version.conversation_id in textless or (old is not None and self._is_same(version, old)))
            and self._as_it_lay(version) is None
            for version, old in ((version, known.get(version.conversation_id)) for version in versions)
        ]

    def _known(self, ids: Sequence[str]) -> dict[str, Version]:
        marks = ",".join("?" * len(ids))
        query = f"select * from winners where conversation_id in ({marks})"
        return {row[0]: Version(*row) for row in self._connection.execute(query, ids)}

    def _as_it_lay(self, new: Version) -> Version | None:
        """The same row as its week holds it, of a reading that counts no longer: nothing of the week changes."""
        if not (self.has_untold and new.row_hash):
            return None
        query = "select * from untold where conversation_id = ?"
        row = self._connection.execute(query, (new.conversation_id,)).fetchone()
        if row is None:
            return None
        old = Version(*row)
        is_same = new._replace(reading_id=old.reading_id, told_by=old.told_by) == old
        return old._replace(told_by=new.reading_id) if is_same else None

    def note_rejections(self, rejections: Iterable[dict[str, Any]]) -> None:
        """Note rejections of a reading before its end, so that memory need not hold them."""
        self._connection.execute("begin")
        self._connection.executemany("insert into rejected values (?)", map(_as_json, rejections))
        self._connection.execute("commit")

    def finish(
        self,
        reading_id: str,
        stat: FileStat,
        row: dict[str, Any],
        rejections: Iterable[dict[str, Any]],
        mark: Mark | None = None,
        kept_lines: int = 0,
        *,
        told_again: Mapping[str, str] = MappingProxyType({}),
        end: FileEnd | None = None,
    ) -> Outcome:
        """Choose the winners and record the reading, in one transaction: before it nothing of it counts.

        `rejections` are those that were not noted before. A reading of what a file has after its first `kept_lines`
        lines leaves the rejections of those lines as they are; `mark` tells where the next one may begin.
        Of what was noted as deleted, no version counts. `told_again` are conversations that an earlier file has told,
        by the id they had, with that which they have now; `end` is that of a file of API requests.
        """
        with self._transaction():
            weeks = self._take_back({old: new for old, new in told_again.items() if old != new})
            outcome = self._choose(told_again)
            self._keep_parts()
            weeks |= set(self._erase_deleted())
            outcome.touched_weeks = tuple(sorted({*outcome.touched_weeks, *weeks}))
            row |= {
                "duplicate_count": outcome.duplicate_count,
                "superseded_count": outcome.superseded_count,
                "touched_weeks": [week.isoformat() for week in outcome.touched_weeks],
            }
            self._forget_rejections(reading_id, stat.file_id, kept_lines)
            self._keep_reading(reading_id, stat, row)
            self._connection.executemany("insert into rejected values (?)", map(_as_json, rejections))
            query = "insert into rejections select ?, row from rejected order by rowid"
            self._connection.execute(query, (reading_id,))
            self.files.note(stat, row, mark, is_part=kept_lines > 0)
            if end is not None:
                self.note_end(reading_id, end)
        return outcome

    def _forget_rejections(self, reading_id: str, file_id: str, kept_lines: int) -> None:
        """Forget what was rejected of a file in readings before, but for the lines that are not read again."""
        query = """
            delete from rejections where reading_id in (select reading_id from readings where file_id = ?) and not (
                json_extract(row, '$.locator_kind') = 'line' and json_extract(row, '$.locator') <= ?
            )
        """
        self._connection.execute(query, (file_id, kept_lines))
        self._connection.execute("delete from rejections where reading_id = ?", (reading_id,))

    def _choose(self, told_again: Mapping[str, str] = MappingProxyType({})) -> Outcome:
        outcome = Outcome()
        weeks, noted = set[str](), set[str]()
        winners: list[Version] = []
        textless = {name for (name,) in self._connection.execute("select conversation_id from textless")}
        for old, candidates in self._by_conversation():
            if candidates[0].conversation_id in textless:
                outcome.past_retention_count += len(candidates)  # its text is not taken again, nor a longer one
                continue
            best = self._best(old, candidates, outcome)
            if best is old and old is not None and told_again.get(old.conversation_id) == old.conversation_id:
                # the same words, but when it began, or how often it was tried, is known better now
                best = next((each for each in candidates if each.content_hash == old.content_hash), old)
            if best is not old:
                lay = self._as_it_lay(best)
                winners.append(lay or best)
                changed = {best.week_start} | ({old.week_start} if old else set())
                noted |= changed
                if lay is None:
                    weeks |= changed
                    outcome.new_count += old is None
            if len(winners) >= _CHUNK:
                self._insert("chosen", winners)
                winners = []
        self._insert("chosen", winners)
        self._connection.execute("insert or replace into winners select * from chosen")
        for week in noted:
            self._note_week(week)
        outcome.touched_weeks = tuple(sorted(date.fromisoformat(week) for week in weeks))
        return outcome

    def _best(self, old: Version | None, candidates: list[Version], outcome: Outcome) -> Version:
        """The version that counts, after all that were found in one file."""
        best = old
        for candidate in candidates:
            if best is None:
                best = candidate
            elif self._is_same(candidate, best):
                outcome.duplicate_count += 1
            else:
                outcome.superseded_count += 1
                best = candidate if self._beats(candidate, best) else best
        if old is not None and best is not None and self._is_same(best, old):
            return old  # its row is the one that lies in the lake
        return best or candidates[0]

    def _insert(self, table: str, versions: Sequence[Version]) -> None:
        marks = ",".join("?" * len(Version._fields))
        self._connection.executemany(f"insert into {table} values ({marks})", versions)

    def _add_columns_of_older_home(self) -> None:
        """Homes made before rows were known by a hash: theirs are told again as new ones."""
        if not self._missing_columns():
            return  # without a lock: whoever asks which weeks are due opens the file, too
        with self._transaction():
            for name in self._missing_columns():
                self._connection.execute(f"alter table winners add column {name} text not null default ''")

    def _missing_columns(self) -> list[str]:
        known = {name for _, name, *_ in self._connection.execute("pragma table_info(winners)")}
        return [name for name in COLUMNS_OF_OLDER_HOME if name not in known]

    def _note_weeks_of_older_home(self) -> None:
        """Homes made before weeks were noted have winners only."""
        (noted,) = self._connection.execute("pragma user_version").fetchone()
        if not noted:
            with self._transaction():
                for (week,) in self._connection.execute("select distinct week_start from winners").fetchall():
                    self._note_week(week)
                self._connection.execute("pragma user_version = 1")

    def _by_conversation(self) -> Iterator[tuple[Version | None, list[Version]]]:
        query = """
            select candidates.*, winners.* from candidates left join winners using (conversation_id)
            order by candidates.conversation_id, candidates.rowid
        """
        width = len(Version._fields)
        with closing(self._connection.execute(query)) as rows:
            for _, group in groupby(rows, key=lambda row: row[0]):
                members = list(group)
                old = members[0][width:]
                yield (
                    Version(*old) if old[1] is not None else None,
                    [Version(*member[:width]) for member in members],
                )

    def _is_same(self, new: Version, old: Version) -> bool:
        """Equal content: nothing happens, unless the same file is read in another way than before."""
        return new.content_hash == old.content_hash and not self._is_reread(new, old)

    def _is_reread(self, new: Version, old: Version) -> bool:
        is_gone = self._rank_of(old.file_id) < 0
        return new.settings != old.settings and (new.file_id == old.file_id or is_gone)

    def _beats(self, new: Version, old: Version) -> bool:
        return self._is_reread(new, old) or self._order(new) > self._order(old)

    def _order(self, version: Version) -> tuple[int, int, int, int, int]:
        """Later change, more messages, later export, later path, later record (log_formats §11)."""
        return (
            version.updated_at or -1,
            version.message_count,
            version.source_exported_at or -1,
            self._rank_of(version.file_id),
            version.source_record,
        )

    # by week

    def fingerprints(self) -> dict[date, str]:
        """Fingerprints of all weeks."""
        query = "select week_start, fingerprint from weeks"
        return {date.fromisoformat(week): noted for week, noted in self._connection.execute(query)}

    def weeks(self) -> dict[date, int]:
        """Number of winners by week, ascending."""
        query = "select week_start, winner_count from weeks order by week_start"
        return {date.fromisoformat(week): count for week, count in self._connection.execute(query)}

    def fingerprint_of(self, week: date) -> str:
        """Hash of which version of which conversation belongs to a week; empty if none does."""
        query = "select fingerprint from weeks where week_start = ?"
        row = self._connection.execute(query, (week.isoformat(),)).fetchone()
        return row[0] if row else ""

    def content_hashes(self) -> Iterator[str]:
        """Contents of all conversations that count and whose text is kept."""
        query = """
            select content_hash from winners
            where not exists (select 1 from textless where textless.conversation_id = winners.conversation_id)
        """
        for (name,) in self._connection.execute(query):
            yield name

    def row_keys(self, week: date) -> tuple[int, Iterator[RowKey]]:
        """Where the rows of one week's winners are found, by id, and how many: much less to make than versions."""
        query = """
            select conversation_id, content_hash, reading_id, source_record from winners
            where week_start = ? order by conversation_id
        """
        rows = self._connection.execute(query, (week.isoformat(),))
        # while rows are open, the connection sees one state of the database
        query = "select count(*) from winners where week_start = ?"
        (count,) = self._connection.execute(query, (week.isoformat(),)).fetchone()
        return count, rows

    def of_week(self, week: date) -> Iterator[Version]:
        """Winners of one week, by id."""
        query = "select * from winners where week_start = ? order by conversation_id"
        for row in self._connection.execute(query, (week.isoformat(),)):
            yield Version(*row)


def _as_json(row: dict[str, Any]) -> tuple[str]:
    return (json.dumps(row, default=str),)
