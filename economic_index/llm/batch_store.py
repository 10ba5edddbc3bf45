"""Batches and their requests in the answer store: which request is claimed by which batch, and where each batch stands.

Nothing is sent here. Who may write is settled in batch_lease.py.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

import orjson
import sqlalchemy as sa

from economic_index.llm.batch_records import LIVE, BatchRow, OpenBatch, batch_row, custom_id_of
from economic_index.llm.judging import OpenRequest
from economic_index.llm.records import Settled
from economic_index.llm.request import Request, Sha, Subject
from economic_index.llm.store import AnswerStore, chunks, pairs_of, subject_row
from economic_index.llm.tables import BATCH_ITEMS, BATCHES, FOREIGN_BATCHES
from economic_index.vocabulary import BatchState, Purpose, State

_LIVE = tuple(state.value for state in LIVE)
_ITEM_LIFETIME = timedelta(days=2)


def pending_keys(store: AnswerStore, keys: Sequence[Sha]) -> set[Sha]:
    """Which of these requests a live batch claims: they are on their way, and must not be sent."""
    return set(claims_of(store, keys))


def claims_of(store: AnswerStore, keys: Sequence[Sha]) -> dict[Sha, str]:
    """The intent that claims a request, for those that are claimed."""
    claimed = sa.select(BATCH_ITEMS.c.key, BATCH_ITEMS.c.intent_id).join(
        BATCHES, BATCHES.c.intent_id == BATCH_ITEMS.c.intent_id
    )
    claimed = claimed.where(BATCHES.c.state.in_(_LIVE), ~BATCH_ITEMS.c.is_settled)
    with store.engine.connect() as connection:
        return {
            row.key: row.intent_id
            for chunk in chunks(keys)
            for row in connection.execute(claimed.where(BATCH_ITEMS.c.key.in_(chunk)))
        }


def open_batches(store: AnswerStore, now: datetime) -> list[OpenBatch]:
    """Batches of which answers are still to come, the oldest first."""
    with store.engine.connect() as connection:
        rows = connection.execute(sa.select(BATCHES).where(BATCHES.c.state.in_(_LIVE)).order_by(BATCHES.c.intent_at))
        return [
            OpenBatch(
                row.intent_id,
                row.state,
                row.n,
                row.is_primer,
                (now - row.intent_at).total_seconds(),
                (now - row.submitted_at).total_seconds() if row.submitted_at else None,
            )
            for row in map(batch_row, rows)
        ]


class BatchStore:
    """The batches of one store that went to one server."""

    def __init__(self, store: AnswerStore, base_url: str) -> None:
        self.answers = store
        self._engine = store.engine
        self.base_url_hash = hashlib.sha256(base_url.rstrip("/").encode()).hexdigest()[:16]
        self._here = BATCHES.c.base_url_hash == self.base_url_hash

    # batches

    def add(self, batch: BatchRow, items: Sequence[OpenRequest]) -> None:
        """Record the intent to submit a batch, and claim its requests: before the call, in one transaction."""
        values = {each.name: getattr(batch, each.name) for each in fields(batch)} | {"state": batch.state.value}
        rows = [_item_row(batch.intent_id, item) for item in items]
        with self._engine.begin() as connection:
            connection.execute(sa.insert(BATCHES).values(**values, base_url_hash=self.base_url_hash))
            connection.execute(sa.insert(BATCH_ITEMS), rows)

    def change(self, intent_id: str, **values: Any) -> None:
        """Set columns of a batch."""
        with self._engine.begin() as connection:
            _change(connection, intent_id, values)

    def reject(self, intent_id: str) -> None:
        """The batch was certainly not submitted: its requests are claimed no longer, and no list of them is kept."""
        with self._engine.begin() as connection:
            _change(connection, intent_id, {"state": BatchState.REJECTED})
            connection.execute(sa.delete(BATCH_ITEMS).where(BATCH_ITEMS.c.intent_id == intent_id))

    def live(self) -> list[BatchRow]:
        """Batches whose requests are claimed, the oldest first."""
        return self._rows(BATCHES.c.state.in_(_LIVE))

    def rows(self, intent_ids: Collection[str]) -> dict[str, BatchRow]:
        """Batches by intent."""
        found = (row for chunk in chunks(sorted(intent_ids)) for row in self._rows(BATCHES.c.intent_id.in_(chunk)))
        return {row.intent_id: row for row in found}

    def undeleted(self, since: datetime) -> list[BatchRow]:
        """Collected batches that the server still keeps."""
        is_due = (BATCHES.c.deleted_at.is_(None)) & (BATCHES.c.collected_at >= since)
        return self._rows((BATCHES.c.state == BatchState.COLLECTED.value) & is_due)

    def recent_caches(self, since: datetime) -> list[BatchRow]:
        """Collected batches that wrote to or read from the cache, the latest last."""
        is_recent = BATCHES.c.is_cached & (BATCHES.c.collected_at >= since)
        return self._rows((BATCHES.c.state == BatchState.COLLECTED.value) & is_recent)

    def _rows(self, where: sa.ColumnElement[bool]) -> list[BatchRow]:
        query = sa.select(BATCHES).where(self._here, where).order_by(BATCHES.c.intent_at, BATCHES.c.intent_id)
        with self._engine.connect() as connection:
            return [batch_row(row) for row in connection.execute(query)]

    def sizes_since(self, moment: datetime) -> set[int]:
        """Sizes of all batches intended since then: a new one must be told from them by its size."""
        with self._engine.connect() as connection:
            return set(connection.scalars(sa.select(BATCHES.c.n).where(BATCHES.c.intent_at >= moment)))

    def queued(self) -> int:
        """Requests that are, or may be, in processing on this server."""
        states = [state.value for state in (BatchState.INTENT, BatchState.SUBMITTED, BatchState.UNKNOWN)]
        return self._sum(BATCHES.c.n, self._here & BATCHES.c.state.in_(states))

    def reserved_micro(self) -> int:
        """Money set aside for all live batches, wherever they went."""
        return self._sum(BATCHES.c.reserved_micro, BATCHES.c.state.in_(_LIVE))

    def _sum(self, column: sa.Column[int], where: sa.ColumnElement[bool]) -> int:
        with self._engine.connect() as connection:
            return int(connection.scalar(sa.select(sa.func.coalesce(sa.func.sum(column), 0)).where(where)) or 0)

    def release_elsewhere(self, before: datetime) -> int:
        """Release what was submitted to servers that are asked no longer; returns how many batches."""
        is_old = ~self._here & BATCHES.c.state.in_(_LIVE) & (BATCHES.c.intent_at < before)
        with self._engine.begin() as connection:
            return connection.execute(sa.update(BATCHES).where(is_old).values(state=BatchState.RELEASED.value)).rowcount

    def forget_items(self, now: datetime) -> None:
        """Drop the lists of requests of batches that are over for two days; what they cost stands in the ledger."""
        is_over = ~BATCHES.c.state.in_(_LIVE) & (BATCHES.c.intent_at < now - _ITEM_LIFETIME)
        over = sa.select(BATCHES.c.intent_id).where(is_over)
        with self._engine.begin() as connection:
            connection.execute(sa.delete(BATCH_ITEMS).where(BATCH_ITEMS.c.intent_id.in_(over)))

    # batches on the server

    def known(self, batch_ids: Sequence[str]) -> dict[str, BatchRow]:
        """Batches of ours by the server's id."""
        found = (row for chunk in chunks(batch_ids) for row in self._rows(BATCHES.c.batch_id.in_(chunk)))
        return {row.batch_id: row for row in found if row.batch_id is not None}

    def foreign(self) -> set[str]:
        """Ids of the server's that are known to be somebody else's."""
        with self._engine.connect() as connection:
            return set(connection.scalars(sa.select(FOREIGN_BATCHES.c.batch_id)))

    def add_foreign(self, batch_id: str) -> None:
        """This one is somebody else's."""
        with self._engine.begin() as connection:
            connection.execute(self.answers.insert(FOREIGN_BATCHES).on_conflict_do_nothing(), {"batch_id": batch_id})

    # requests

    def ends(self, keys: Sequence[Sha]) -> dict[Sha, State]:
        """How requests ended, for those that did."""
        return self.answers.ends_of(keys)

    def claims(self, keys: Sequence[Sha]) -> dict[Sha, str]:
        """The intent that claims a request, for those that are claimed."""
        return claims_of(self.answers, keys)

    def items(self, intent_id: str, is_settled: bool | None = None) -> dict[str, OpenRequest]:
        """The requests of a batch by their names in it; their bodies are on the spool, and empty here."""
        query = sa.select(BATCH_ITEMS).where(BATCH_ITEMS.c.intent_id == intent_id)
        if is_settled is not None:
            query = query.where(BATCH_ITEMS.c.is_settled == is_settled)
        with self._engine.connect() as connection:
            return {row.custom_id: _open_request(row) for row in connection.execute(query)}

    def record(self, intent_id: str, settled: Sequence[Settled], again: Iterable[OpenRequest]) -> None:
        """Tries of requests in a batch, what they ended, and which second chance each of the others now has."""
        mine = BATCH_ITEMS.c.intent_id == intent_id
        with self._engine.begin() as connection:
            self.answers.write(connection, settled)
            for chunk in chunks([each.attempt.key for each in settled]):
                connection.execute(
                    sa.update(BATCH_ITEMS).where(mine, BATCH_ITEMS.c.key.in_(chunk)).values(is_settled=True)
                )
            for item in again:
                chance = {name: getattr(item, name) for name in ("was_unparsable", "was_truncated")}
                connection.execute(
                    sa.update(BATCH_ITEMS)
                    .where(mine, BATCH_ITEMS.c.key == item.request.key)
                    .values(max_tokens=item.request.max_tokens, **chance)
                )


def _change(connection: sa.Connection, intent_id: str, values: Mapping[str, Any]) -> None:
    plain = {name: value.value if isinstance(value, BatchState) else value for name, value in values.items()}
    connection.execute(sa.update(BATCHES).where(BATCHES.c.intent_id == intent_id).values(**plain))


def _item_row(intent_id: str, item: OpenRequest) -> dict[str, Any]:
    request = item.request
    return subject_row(request.subject) | {
        "intent_id": intent_id,
        "key": request.key,
        "custom_id": custom_id_of(intent_id, request.key),
        "draw": request.draw,
        "n": item.tries,
        "prefix": request.prefix,
        "prefix_tokens": request.prefix_tokens,
        "input_tokens": request.input_tokens,
        "max_tokens": request.max_tokens,
        "was_unparsable": item.was_unparsable,
        "was_truncated": item.was_truncated,
        "is_settled": False,
    }


def _open_request(row: Any) -> OpenRequest:
    options = tuple(orjson.loads(row.options)) if row.options else ()
    subject = Subject(row.content_hash, row.prompt, row.model, Purpose(row.purpose), pairs_of(row.asked), options)
    request = Request(
        row.key, subject, b"{}", row.draw, row.prefix, row.prefix_tokens, row.input_tokens, row.max_tokens
    )
    return OpenRequest(request, row.n, row.was_unparsable, row.was_truncated)
