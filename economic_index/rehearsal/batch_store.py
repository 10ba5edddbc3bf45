"""Batches on disk: one row each in SQLite, requests and results in files beside it; a restart changes nothing.

What a batch answers, and when it fails, is not known here.
"""

import fcntl
import shutil
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any

import orjson

REQUESTS, PLACES, RESULTS = "requests.json", "requests.places", "results.jsonl"
LIFETIME = timedelta(hours=24)
KEPT = timedelta(days=29)
STATES = ("processing", "succeeded", "errored", "canceled", "expired")
_SCHEMA = """
create table if not exists batches (
    place integer primary key autoincrement, batch_id text not null unique, request_count integer not null,
    created_at text not null, ends_at text not null, cancel_at text, ended_at text, counts text,
    looks integer not null default 0, readings integer not null default 0
)
"""


@dataclass(frozen=True)
class Batch:
    """One batch. `ends_at` is when it is due; `counts` is empty until it has ended."""

    batch_id: str
    request_count: int
    created_at: datetime
    ends_at: datetime
    cancel_at: datetime | None
    ended_at: datetime | None
    counts: Mapping[str, int]
    looks: int
    readings: int

    @property
    def expires_at(self) -> datetime:
        """When what is not answered by then expires."""
        return self.created_at + LIFETIME

    def has_results(self, now: datetime) -> bool:
        """Whether its results can be read: it has ended, and they are still kept."""
        return self.ended_at is not None and now < self.created_at + KEPT

    def as_json(self, base_url: str, now: datetime) -> dict[str, Any]:
        """The batch as the API tells it; all requests are in processing until the end."""
        status = "ended" if self.ended_at else "canceling" if self.cancel_at else "in_progress"
        counts = dict.fromkeys(STATES, 0) | dict(self.counts or {"processing": self.request_count})
        archived = self.created_at + KEPT if now >= self.created_at + KEPT else None
        url = f"{base_url}/v1/messages/batches/{self.batch_id}/results" if self.has_results(now) else None
        return {
            "id": self.batch_id,
            "type": "message_batch",
            "processing_status": status,
            "request_counts": counts,
            "created_at": _written(self.created_at),
            "expires_at": _written(self.expires_at),
            "ended_at": _written(self.ended_at),
            "archived_at": _written(archived),
            "cancel_initiated_at": _written(self.cancel_at),
            "results_url": url,
        }


def _written(time: datetime | None) -> str | None:
    return time.isoformat().replace("+00:00", "Z") if time else None


_COLUMNS = "batch_id, request_count, created_at, ends_at, cancel_at, ended_at, counts, looks, readings"


def _batch(row: tuple[Any, ...]) -> Batch:
    times = (datetime.fromisoformat(value) if value else None for value in row[2:6])
    created_at, ends_at, cancel_at, ended_at = times
    assert created_at is not None
    assert ends_at is not None
    counts = orjson.loads(row[6]) if row[6] else {}
    return Batch(row[0], row[1], created_at, ends_at, cancel_at, ended_at, counts, row[7], row[8])


class BatchStore:
    """All batches that are kept in a folder, which is made where there is none."""

    def __init__(self, state_dir: Path) -> None:
        self._folders = state_dir / "batches"
        self._folders.mkdir(parents=True, exist_ok=True)
        # built in one thread, used in another, never in two at once
        self._rows = sqlite3.connect(state_dir / "batches.sqlite", isolation_level=None, check_same_thread=False)
        self._rows.execute("pragma journal_mode = wal")
        self._rows.execute("pragma synchronous = normal")
        self._rows.execute(_SCHEMA)
        self._lock = (state_dir / "batches.lock").open("ab")
        self._is_in_charge = False

    def takes_charge(self) -> bool:
        """Whether it is for this server to end batches: of those that share the folder, the one that came first.

        Who becomes so deletes what killed servers were about to take in.
        """
        if not self._is_in_charge and _locks(self._lock):
            self._is_in_charge = True
            self._sweep()
        return self._is_in_charge

    def _sweep(self) -> None:
        known = {row[0] for row in self._rows.execute("select batch_id from batches")}
        for body in self._folders.glob(f"*/{REQUESTS}"):
            if body.parent.name not in known and _is_left(body):
                shutil.rmtree(body.parent)

    def folder(self, batch_id: str) -> Path:
        """Where the files of a batch are."""
        return self._folders / batch_id

    def add(self, batch_id: str, request_count: int, created_at: datetime, ends_at: datetime) -> Batch:
        """Record a batch whose requests are in its folder."""
        self._rows.execute(
            "insert into batches (batch_id, request_count, created_at, ends_at) values (?, ?, ?, ?)",
            (batch_id, request_count, created_at.isoformat(), ends_at.isoformat()),
        )
        return Batch(batch_id, request_count, created_at, ends_at, None, None, {}, 0, 0)

    def get(self, batch_id: str) -> Batch | None:
        """One batch, None if there is none of that id."""
        return next(iter(self._select("where batch_id = ?", (batch_id,))), None)

    def unfinished(self) -> list[Batch]:
        """Batches that have not ended, oldest first."""
        return self._select("where ended_at is null order by place")

    def page(self, limit: int, after_id: str | None, before_id: str | None) -> list[Batch]:
        """Up to `limit` + 1 batches, newest first: those older than `after_id`, or just newer than `before_id`."""
        place = "(select place from batches where batch_id = ?)"
        if before_id is not None:
            found = self._select(f"where place > {place} order by place limit ?", (before_id, limit + 1))
            return found[::-1]
        if after_id is not None:
            return self._select(f"where place < {place} order by place desc limit ?", (after_id, limit + 1))
        return self._select("order by place desc limit ?", (limit + 1,))

    def _select(self, clause: str, values: Iterable[Any] = ()) -> list[Batch]:
        return [_batch(row) for row in self._rows.execute(f"select {_COLUMNS} from batches {clause}", tuple(values))]

    def looked(self, batch_id: str) -> None:
        """Count a look at a batch."""
        self._rows.execute("update batches set looks = looks + 1 where batch_id = ?", (batch_id,))

    def was_read(self, batch_id: str) -> None:
        """Count a reading of its results."""
        self._rows.execute("update batches set readings = readings + 1 where batch_id = ?", (batch_id,))

    def cancel(self, batch_id: str, now: datetime) -> None:
        """Have a batch end now."""
        values = (now.isoformat(), now.isoformat(), batch_id)
        self._rows.execute("update batches set cancel_at = ?, ends_at = ? where batch_id = ?", values)

    def end(self, batch_id: str, now: datetime, counts: Mapping[str, int]) -> None:
        """Record that a batch has ended, and how its requests did."""
        values = (now.isoformat(), orjson.dumps(counts).decode(), batch_id)
        self._rows.execute("update batches set ended_at = ?, counts = ? where batch_id = ?", values)

    def delete(self, batch_id: str) -> None:
        """Forget a batch and its files."""
        self._rows.execute("delete from batches where batch_id = ?", (batch_id,))
        shutil.rmtree(self.folder(batch_id), ignore_errors=True)

    def close(self) -> None:
        """Close the database, and leave the charge to others."""
        self._rows.close()
        self._lock.close()


def _locks(file: IO[bytes]) -> bool:
    """Lock a file until it is closed; False if another does."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_left(body: Path) -> bool:
    """Whether nobody is writing it: who takes a batch in holds a lock until it is recorded."""
    with body.open("rb") as file:
        return _locks(file)
