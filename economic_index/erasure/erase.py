"""Deletes conversations from everything that a home keeps; what is made of the lake goes whole, and is made again.

First versions.sqlite says that nothing of them counts and lists them; the list goes when all is deleted, so that a
deletion that was killed is gone on with by whoever opens the home next. Who is meant is targets.py's.
"""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from economic_index.contracts import TABLES, Table
from economic_index.contracts.evaluation import EVALUATION_TABLES
from economic_index.contracts.lake import CONVERSATIONS, CONVERSATIONS_REJECTED, LAKE_TABLES, USERS, WEIGHTS
from economic_index.contracts.money import MONEY_TABLES
from economic_index.contracts.review_items import REVIEW_RECORDS
from economic_index.conversations.tombstones import CONVERSATION, USER, Tombstones
from economic_index.conversations.winners import WinnerStore
from economic_index.erasure.targets import Target, contents_beside, contents_of
from economic_index.forgetting import ANSWERS, drop_unfinished
from economic_index.lake import Lake
from economic_index.llm.batch_spool import SpoolFolder
from economic_index.llm.exchange_folder import EXCHANGE, forget_carried
from economic_index.llm.store import AnswerStore
from economic_index.local.vectors import VectorStore

ALL_TABLES: tuple[Table, ...] = (*TABLES, *REVIEW_RECORDS, *MONEY_TABLES, *EVALUATION_TABLES)
BY_CONVERSATION = tuple(table for table in ALL_TABLES if "conversation_id" in table.schema.columns)
OF_WEEKS = tuple(table for table in LAKE_TABLES if table.weekly and table in BY_CONVERSATION)
STALE = ""
"""Fingerprint of a week that was changed in place: it is made again from what is left."""


@dataclass(frozen=True)
class Erased:
    """How much was forgotten."""

    conversation_count: int
    weeks: tuple[date, ...]
    rejection_count: int = 0


@dataclass(frozen=True)
class Eraser:
    """Deletion in one home. `keys` are the pseudonym key and those before it; `answers_url` a store elsewhere."""

    lake: Lake
    keys: Sequence[bytes]
    answers_url: str | None = None

    def erase(self, target: Target) -> Erased:
        """Forget what is meant, now and in later deliveries; a source alone leaves no tombstones."""
        self.lake.drop_chains()  # first: nothing lists it, and it can be made again
        with closing(self._store()) as store:
            store.check_key(self.keys[0])
            contents = contents_of(self.lake, _told_by_ids(store, target))
            ids = {name for name, _ in contents}
            lost = contents_beside(self.lake, target.source, ids) if target.source is not None else set()
            weeks = store.erase(contents, _marks(store.tombstones(self.keys[:1]), target), lost)
            rejections = store.forget_rejections(target.record_hashes) if target.record_hashes else 0
            if target.source is not None:
                store.forget_source(target.source)
                drop_unfinished(self.lake, store)  # its rows in the inbox: of a reading that is known no more
        if rejections or target.source is not None:
            self._drop_rejections(target)
        self._drop_people(target.user_ids | target.conversation_ids | ids)
        self.go_on()
        if target.source is not None:
            self._drop_overtaken(target.source)
        return Erased(len(ids), tuple(weeks), rejections)

    def count(self, target: Target) -> Erased:
        """How much would be forgotten; nothing is changed."""
        with closing(self._store()) as store:
            store.check_key(self.keys[0])
            ids = {name for name, _ in contents_of(self.lake, _told_by_ids(store, target))}
            weeks = [
                week for week in store.weeks() if any(version.conversation_id in ids for version in store.of_week(week))
            ]
        return Erased(len(ids), tuple(weeks))

    def take_back(self, target: Target) -> int:
        """Take tombstones away, whichever key made them; how many there were."""
        self.lake.drop_chains()  # of who was forgotten it holds hashes, no text to go on with
        with closing(self._store()) as store:
            store.check_key(self.keys[0])
            count = store.drop_tombstones(_marks(store.tombstones(self.keys), target))
            store.compact()
        return count

    def go_on(self) -> bool:
        """Delete what versions.sqlite lists; whether there was anything. Safe to repeat."""
        with closing(self._store()) as store:
            pairs = store.erasing()
            if not pairs:
                return False
            ids = {name for name, _ in pairs if name}
            contents = {content for _, content in pairs}
            contents.difference_update(store.content_hashes())
        self.lake.drop_abandoned()
        self.lake.drop_published()
        self._forget_asked(ids, contents)
        for table in BY_CONVERSATION:
            self._drop_rows(table, ids)
        for week in self.lake.inbox_weeks():
            self.lake.change_inbox(week, lambda rows: _without(rows, ids))
        with closing(self._store()) as store:
            store.end_erasing()
        return True

    def _store(self) -> WinnerStore:
        return WinnerStore(self.lake.database_path("versions"))

    def _forget_asked(self, ids: set[str], contents: set[str]) -> None:
        """Vectors, what a model said, and texts on their way to a model."""
        if (path := self.lake.database_path("vectors")).exists():
            vectors = VectorStore(path)
            vectors.forget(contents)
            vectors.compact()
        for url in self._answer_urls():
            with closing(AnswerStore(url)) as answers:
                for intent in answers.forget(contents):
                    SpoolFolder(self.lake.root / "batch_spool").delete(intent)
        forget_carried(self.lake.root / EXCHANGE, self._weeks_of(ids))
        shutil.rmtree(self.lake.root / "rehearsal_server", ignore_errors=True)

    def _answer_urls(self) -> Iterator[str]:
        for name in ANSWERS:
            if (path := self.lake.database_path(name)).exists():
                yield f"sqlite:///{path}"
        if self.answers_url is not None:
            yield self.answers_url

    def _weeks_of(self, ids: set[str]) -> set[date]:
        """Weeks in which a table still names one of them."""
        return {
            week
            for table in BY_CONVERSATION
            if table.weekly
            for week in self.lake.weeks_of(table)
            if any(_names(batch, ids) for batch in self.lake.scan(table, week))
        }

    def _drop_rows(self, table: Table, ids: set[str]) -> None:
        places: list[date | None] = [*self.lake.weeks_of(table)] if table.weekly else [None]
        for week in places:
            self._drop_rows_of(table, week, ids)

    def _drop_rows_of(self, table: Table, week: date | None, ids: set[str]) -> None:
        if not self.lake.holds(table, week) or not any(_names(batch, ids) for batch in self.lake.scan(table, week)):
            return
        rows = (_without(batch, ids) for batch in self.lake.scan(table, week))
        if week is None:
            self.lake.write(table, rows, STALE)
        else:
            self.lake.commit_week(week, {table: rows}, STALE)

    def _drop_overtaken(self, source: str) -> None:
        """Rows of a source whose conversation another gives by now, in weeks that were not written since."""
        for week in self.lake.weeks_of(CONVERSATIONS):
            ids = {
                name
                for batch in self.lake.scan_week(CONVERSATIONS, week, columns=["conversation_id", "source"])
                for name in batch.filter(pc.equal(batch["source"], source))["conversation_id"].to_pylist()
            }
            for table in reversed(OF_WEEKS if ids else ()):  # conversations last: they say what is to go
                self._drop_rows_of(table, week, ids)

    def _drop_rejections(self, target: Target) -> None:
        """Rows of rejected records, which name no conversation."""
        rows = self.lake.read(CONVERSATIONS_REJECTED)
        is_meant = rows["native_id_hash"].isin(target.record_hashes) | (rows["source"] == target.source)
        self._drop_where(CONVERSATIONS_REJECTED, rows, is_meant)

    def _drop_people(self, subjects: frozenset[str] | set[str]) -> None:
        """What the users table and the weights say of them."""
        for table, column in ((USERS, "user_id"), (WEIGHTS, "subject_id")):
            rows = self.lake.read(table)
            self._drop_where(table, rows, rows[column].isin(subjects))

    def _drop_where(self, table: Table, rows: pd.DataFrame, is_meant: "pd.Series[bool]") -> None:
        if is_meant.any():
            self.lake.write(table, rows[~is_meant], STALE)


def _told_by_ids(store: WinnerStore, target: Target) -> Target:
    """With the parts of conversations, and a source as the conversations whose counting version it gave.

    Others only lose what the source had of them.
    """
    ids = target.conversation_ids | store.parts_of(target.conversation_ids)
    if target.source is not None:
        ids |= store.ids_of_source(target.source)
    return replace(target, source=None, conversation_ids=ids)


def _marks(stones: Tombstones, target: Target) -> set[str]:
    return stones.all_marks(USER, target.user_ids) | stones.all_marks(CONVERSATION, target.conversation_ids)


def _names(batch: pa.RecordBatch, ids: set[str]) -> bool:
    return not ids.isdisjoint(batch.column("conversation_id").to_pylist())


def _without(rows: pa.RecordBatch | pa.Table, ids: set[str]) -> pa.RecordBatch | pa.Table:
    column = rows.column("conversation_id")
    return rows.filter(pc.invert(pc.fill_null(pc.is_in(column, pa.array(sorted(ids), pa.string())), False)))
