"""What versions.sqlite knows of conversations that were forgotten, and of those whose text was dropped.

Which version of a conversation counts is winners.py's; rows of the lake are not touched here.
"""

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date

from economic_index.conversations.identify import key_id
from economic_index.conversations.tombstones import Marks, Tombstones, rotated
from economic_index.conversations.versions import TOLD_BY, watermark_note


class ErasedVersions:
    """Deletions from the database of one home; what is deleted is overwritten."""

    _connection: sqlite3.Connection

    def erase(
        self, contents: Iterable[tuple[str, str]], marks: Iterable[str], contents_alone: Iterable[str] = ()
    ) -> list[date]:
        """No version of these conversations (id, content hash) counts any more; the weeks that this changes.

        They are listed until `end_erasing`, so that a deletion that was killed is gone on with; so are contents of
        which the conversation stays, without an id.
        """
        pairs = list(contents)
        with self._transaction():
            query = "insert or ignore into erasing values (?, ?)"
            self._connection.executemany(query, [*pairs, *(("", content) for content in contents_alone)])
            self._connection.execute("delete from gone")
            query = "insert or ignore into gone values (?)"
            self._connection.executemany(query, ((name,) for name, _ in pairs))
            self._connection.executemany("insert or ignore into tombstones values (?)", ((mark,) for mark in marks))
            return self._erase_gone()

    def note_deleted(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Note what a reading found that a log calls deleted: ids, and their tombstones. It may be millions."""
        with self._transaction():
            self._connection.executemany("insert into found_deleted values (?, ?)", pairs)

    def _erase_deleted(self) -> list[date]:
        """No version counts of what the reading found deleted, and none of its parts; the weeks that this changes."""
        for statement in (
            "delete from gone",
            "insert or ignore into gone select conversation_id from found_deleted",
            """
            insert or ignore into gone
            select conversation_id from parts where whole_id in (select conversation_id from found_deleted)
            """,
            "insert or ignore into tombstones select distinct mark from found_deleted order by mark",
        ):
            self._connection.execute(statement)
        return self._erase_gone()

    def _erase_gone(self) -> list[date]:
        """Strike what table `gone` lists from what counts, and list it as being erased."""
        (is_any,) = self._connection.execute("select exists (select 1 from gone)").fetchone()
        if not is_any:
            return []
        are_gone = "conversation_id in (select conversation_id from gone)"
        query = f"select distinct week_start from winners where {are_gone} order by week_start"
        weeks = [week for (week,) in self._connection.execute(query)]
        for statement in (
            f"insert or ignore into erasing select conversation_id, content_hash from winners where {are_gone}",
            f"delete from winners where {are_gone}",
            f"delete from textless where {are_gone}",
            "delete from parts where conversation_id not in (select conversation_id from winners)",
        ):
            self._connection.execute(statement)
        for week in weeks:
            self._note_week(week)
        return [date.fromisoformat(week) for week in weeks]

    # conversations of which a log tells parts, each under an id of its own

    def note_parts(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Note what a reading found of parts: their ids, and that of the whole conversation."""
        with self._transaction():
            self._connection.executemany("insert into found_parts values (?, ?)", pairs)

    def _keep_parts(self) -> None:
        self._connection.execute("insert or replace into parts select conversation_id, whole_id from found_parts")

    def parts_of(self, ids: Iterable[str]) -> set[str]:
        """The parts of these conversations, as far as they were read since parts are noted."""
        query = "select conversation_id from parts where whole_id = ?"
        return {part for each in ids for (part,) in self._connection.execute(query, (each,))}

    # deletion

    def erasing(self) -> list[tuple[str, str]]:
        """Conversations (id, content hash) that were forgotten, and whose deletion is not known to be whole.

        The id is empty where a content alone was.
        """
        return self._connection.execute("select conversation_id, content_hash from erasing").fetchall()

    def end_erasing(self) -> None:
        """The deletion is whole: nothing names what was forgotten, and the file holds none of its bytes."""
        self._connection.execute("delete from erasing")
        self.compact()

    def compact(self) -> None:
        """Give back pages whose rows were deleted, and empty the journal."""
        self._connection.execute("vacuum")
        self._connection.execute("pragma wal_checkpoint(truncate)")

    def tombstones(self, keys: Sequence[bytes]) -> Tombstones:
        """The tombstones of this home, which these keys made."""
        rows = self._connection.execute("select mark from tombstones order by mark")
        return Tombstones(Marks.of(mark for (mark,) in rows), tuple(keys))

    def drop_tombstones(self, marks: Iterable[str]) -> int:
        """Take tombstones away: what is delivered from now on is read again. How many there were."""
        with self._transaction():
            query = "delete from tombstones where mark = ?"
            return self._connection.executemany(query, ((mark,) for mark in marks)).rowcount

    def forget_rejections(self, hashes: Iterable[str]) -> int:
        """Delete what was told of rejected records by the keyed hash of their own id; how many rows."""
        wanted = set(hashes)
        with self._transaction():
            rows = self._connection.execute("select rowid, row from rejections").fetchall()
            gone = [(place,) for place, row in rows if json.loads(row)["native_id_hash"] in wanted]
            self._connection.executemany("delete from rejections where rowid = ?", gone)
        return len(gone)

    def ids_of_source(self, name: str) -> frozenset[str]:
        """Conversations whose counting version this source gave.

        One that lost its text stays when its reading is taken back; then its file says whose it is.
        """
        query = f"""
            select conversation_id from winners where {TOLD_BY} in (
                select reading_id from readings where json_extract(row, '$.source') = ?
            ) or {TOLD_BY} not in (select reading_id from readings)
            and file_id in (select file_id from files where source = ?)
        """
        return frozenset(each for (each,) in self._connection.execute(query, (name, name)))

    def forget_source(self, name: str) -> None:
        """Delete what was told of a source's files; files of others that may have a version that lost are read again.

        These are the ones in which some lost at once, and all where one of this source took the place of another.
        """
        with self._transaction():
            self._drop_watermark(name)
            for table in ("files", "ends"):
                self._connection.execute(f"delete from {table} where source = ?", (name,))
            rows = self._connection.execute("select reading_id, row from readings").fetchall()
            readings = [(reading_id, json.loads(row)) for reading_id, row in rows]
            has_overtaken = any(told["superseded_count"] for _, told in readings if told["source"] == name)
            for reading_id, told in readings:
                if told["source"] == name:
                    self._connection.execute("delete from rejections where reading_id = ?", (reading_id,))
                    self._connection.execute("delete from readings where reading_id = ?", (reading_id,))
                elif has_overtaken or told["duplicate_count"] or told["superseded_count"]:
                    self._connection.execute("update readings set is_final = 0 where reading_id = ?", (reading_id,))
                    self._connection.execute("delete from files where file_id = ?", (told["file_id"],))
                    self._drop_watermark(told["source"])

    def _drop_watermark(self, source: str) -> None:
        """A database is then asked for all of its rows."""
        self._connection.execute("delete from home where name = ?", (watermark_note(source),))

    def has_key(self, key: bytes) -> bool:
        """Whether what is read here is read with this key."""
        known = self._connection.execute("select value from home where name = 'key_id'").fetchone()
        return bool(known == (key_id(key),))

    def rotate(self, new_key: bytes) -> None:
        """Nothing was read under the new key; tombstones of the old one are carried over. Again it changes nothing."""
        if self.has_key(new_key):
            return
        with self._transaction():
            marks = self._connection.execute("select mark from tombstones").fetchall()
            for table in (
                "tombstones",
                "winners",
                "readings",
                "rejections",
                "weeks",
                "textless",
                "parts",
                "erasing",
                "files",
                "ends",
            ):
                self._connection.execute(f"delete from {table}")
            self._connection.execute("delete from home where name like ?", (watermark_note("%"),))
            carried = ((rotated(new_key, mark),) for (mark,) in marks)
            self._connection.executemany("insert into tombstones values (?)", carried)
            self._connection.execute("insert or replace into home values ('key_id', ?)", (key_id(new_key),))
        self.compact()

    # conversations whose text is past its limit

    def drop_texts(self, ids: Iterable[str]) -> None:
        """Note that the texts of these conversations are to go, and are not taken again."""
        with self._transaction():
            query = "insert or ignore into textless values (?, 0)"
            self._connection.executemany(query, ((name,) for name in ids))

    def textless(self, week: date | None = None, *, is_done: bool | None = None) -> set[str]:
        """Conversations whose text was dropped: of one week, or all; done, still to do, or both."""
        query = "select conversation_id from textless join winners using (conversation_id) where 1"
        query += " and week_start = ?" if week else ""
        query += "" if is_done is None else f" and is_done = {int(is_done)}"
        values = (week.isoformat(),) if week else ()
        return {name for (name,) in self._connection.execute(query, values)}

    def end_dropping(self, ids: Iterable[str]) -> None:
        """The texts of these conversations are gone."""
        with self._transaction():
            query = "update textless set is_done = 1 where conversation_id = ?"
            self._connection.executemany(query, ((name,) for name in ids))

    def _textless_of(self, ids: Sequence[str]) -> set[str]:
        marks = ",".join("?" * len(ids))
        query = f"select conversation_id from textless where conversation_id in ({marks})"
        return {name for (name,) in self._connection.execute(query, ids)}

    def _note_week(self, week: str) -> None:
        """Number and fingerprint of a week's winners, so that asking which weeks are due reads no winners."""
        digest, count = hashlib.sha256(), 0
        query = """
            select conversation_id, content_hash, reading_id, source_record from winners
            where week_start = ? order by conversation_id
        """
        for row in self._connection.execute(query, (week,)):
            digest.update(f"{row}\n".encode())
            count += 1
        self._connection.execute("delete from weeks where week_start = ?", (week,))
        if count:
            self._connection.execute("insert into weeks values (?, ?, ?)", (week, count, digest.hexdigest()[:16]))

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.execute("begin immediate")
        try:
            yield
        except BaseException:
            self._connection.execute("rollback")
            raise
        self._connection.execute("commit")
