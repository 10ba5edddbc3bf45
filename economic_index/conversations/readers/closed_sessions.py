"""Sessions that are over, with when: any number, because a month of a busy log has more than memory should hold.

They are asked for once a conversation and lie in a nameless file, by the keyed hashes that stand for sessions.
"""

import sqlite3
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cached_property
from itertools import groupby

from economic_index.conversations.times import EPOCH
from economic_index.conversations.versions import micros

Span = tuple[datetime, datetime, bool]
"""When a session's conversation began and ended, and whether it was not the session's first."""
_TABLE = """
create table spans (session text not null, began integer, ended integer, was_reopened integer);
create index spans_by_session on spans (session);
begin;
"""


class ClosedSessions:
    """The spans of each session, in the order in which they were added."""

    def __init__(self) -> None:
        self._count = 0

    @cached_property
    def _file(self) -> sqlite3.Connection:
        file = sqlite3.connect("", isolation_level=None)
        file.executescript(_TABLE)
        return file

    def __len__(self) -> int:
        """How many spans there are."""
        return self._count

    def add(self, session: str, span: Span) -> None:
        """Note that a session's conversation is over."""
        began, ended, was_reopened = span
        row = (session, micros(began), micros(ended), was_reopened)
        self._file.execute("insert into spans values (?, ?, ?, ?)", row)
        self._count += 1

    def spans_of(self, session: str | None) -> list[Span]:
        """When it was open; nothing if it is not known."""
        if session is None or not self._count:
            return []
        query = "select began, ended, was_reopened from spans where session = ? order by rowid"
        return [_span(*row) for row in self._file.execute(query, (session,))]

    def drop_before(self, moment: datetime) -> None:
        """Forget sessions whose last span ended before a moment."""
        last = "select session, ended, max(rowid) from spans group by session"
        query = f"delete from spans where session in (select session from ({last}) where ended < ?)"
        self._count -= self._file.execute(query, (micros(moment),)).rowcount

    def __iter__(self) -> Iterator[tuple[str, list[Span]]]:
        """Each session with its spans."""
        rows = self._file.execute("select * from spans order by session, rowid") if self._count else ()
        for session, spans in groupby(rows, key=lambda row: row[0]):
            yield session, [_span(*row[1:]) for row in spans]


def _span(began: int, ended: int, was_reopened: int) -> Span:
    return EPOCH + timedelta(microseconds=began), EPOCH + timedelta(microseconds=ended), bool(was_reopened)
