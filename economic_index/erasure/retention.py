"""Drops texts past their limit: of conversations that are classified, so many days after their week's end.

Labels stay, and are asked no more; which weekly step keeps them is assets/table.py's. No clock is read.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from datetime import date, datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from economic_index.contracts.lake import CONVERSATIONS, FACET_SUMMARIES, ONET_TASK_MAPPINGS, TRANSCRIPTS
from economic_index.conversations.readers.sessions import IDLE
from economic_index.conversations.sources import Source
from economic_index.conversations.times import EPOCH
from economic_index.conversations.winners import WinnerStore
from economic_index.lake import Lake, week_of

WORDS = ("request", "task_evidence")
"""What an engine wrote about a text, in words."""
_WEEK = timedelta(days=7)
_STALE = ""
_DAY_MICROS = 86_400_000_000


def drop_old_texts(lake: Lake, sources: Iterable[Source], as_of: datetime) -> int:
    """Drop what is past its source's limit; how many conversations lost their text now.

    What is not classified yet is kept until it is. What API logs that ended by then left open goes, too; a conversation
    that goes on stays open until it ends. Killed half-way, the next call goes on. Vectors and answers of the
    contents go with the same reading (economic_index/forgetting.py): their text is kept by nobody.
    """
    limits = {source.name: source.keep_text_days for source in sources if source.keep_text_days is not None}
    count = 0
    with closing(WinnerStore(lake.database_path("versions"))) as store:
        for name, days in limits.items():
            lake.drop_chains(store.ended_before(name, _end_of_open(as_of.date() - timedelta(days=days))))
        for week in lake.weeks_of(TRANSCRIPTS):
            if old := _past(limits, week, as_of.date()):
                store.drop_texts(_classified(lake, week, old) - store.textless(week))
            if ids := store.textless(week, is_done=False):
                _rewrite(lake, week, store.textless(week))
                store.end_dropping(ids)
                count += len(ids)
    return count


def _end_of_open(limit: date) -> int:
    """A log that ends before this (microseconds since 1970) may have left open what began in a week past its limit."""
    return ((week_of(limit) + IDLE - EPOCH.date()) // timedelta(days=1)) * _DAY_MICROS


def _past(limits: Mapping[str, int], week: date, today: date) -> set[str]:
    return {name for name, days in limits.items() if week + _WEEK + timedelta(days=days) <= today}


def _classified(lake: Lake, week: date, sources: set[str]) -> set[str]:
    """Conversations of these sources that have facets, of the content that counts, and tasks."""
    meant = {
        (name, content)
        for batch in lake.scan_week(CONVERSATIONS, week)
        for name, content, source in _rows(batch, "conversation_id", "content_hash", "source")
        if source in sources
    }
    asked = {
        pair
        for batch in lake.scan_week(FACET_SUMMARIES, week)
        for pair in _rows(batch, "conversation_id", "content_hash")
    }
    mapped = {name for batch in lake.scan_week(ONET_TASK_MAPPINGS, week) for (name,) in _rows(batch, "conversation_id")}
    return {name for name, content in meant & asked if name in mapped}


def _rows(batch: pa.RecordBatch, *columns: str) -> Iterator[tuple[str, ...]]:
    return zip(*(batch.column(name).to_pylist() for name in columns), strict=True)


def _rewrite(lake: Lake, week: date, ids: set[str]) -> None:
    """Transcripts without messages, facets without words; the week's steps are due, and ask only what has text."""
    wanted = pa.array(sorted(ids), pa.string())
    transcripts = (_emptied(batch, wanted) for batch in lake.scan_week(TRANSCRIPTS, week))
    facets = (_wordless(batch, wanted) for batch in lake.scan_week(FACET_SUMMARIES, week))
    # the facets first: when texts are gone, nothing but their labels speaks of them
    lake.commit_week(week, {FACET_SUMMARIES: facets}, _STALE)
    lake.commit_week(week, {TRANSCRIPTS: transcripts}, _STALE)


def _emptied(batch: pa.RecordBatch, ids: pa.Array) -> pa.RecordBatch:
    is_meant = pc.is_in(batch.column("conversation_id"), ids)
    column = batch.column("messages")
    empty = pa.array([[]] * batch.num_rows, column.type)
    return batch.set_column(batch.schema.get_field_index("messages"), "messages", pc.if_else(is_meant, empty, column))


def _wordless(batch: pa.RecordBatch, ids: pa.Array) -> pa.RecordBatch:
    is_meant = pc.is_in(batch.column("conversation_id"), ids)
    for name in WORDS:
        column = batch.column(name)
        emptied = pc.if_else(is_meant, pa.scalar(None, column.type), column)
        batch = batch.set_column(batch.schema.get_field_index(name), name, emptied)
    return batch
