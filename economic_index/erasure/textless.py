"""Conversations whose text was dropped, in a weekly step: the engine does not see them, their old rows stay.

What is dropped, and when, is retention.py's.
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import date

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from economic_index.contracts import Table, as_arrow
from economic_index.lake import Lake, Rows


def with_kept_rows(lake: Lake, table: Table, week: date, rows: Rows, ids: Collection[str]) -> Iterator[pa.RecordBatch]:
    """The rows that a step made, with those that textless conversations have in the table as it stands.

    A table of sums over the week stays as it is once texts are gone: it was made of all of them.
    """
    if "conversation_id" not in table.arrow_schema().names:
        old = list(lake.scan_week(table, week))
        return iter(old or (as_arrow(table, rows).to_batches() if isinstance(rows, pd.DataFrame) else rows))
    wanted = pa.array(sorted(ids), pa.string())
    parts = [_chosen(batch, wanted) for batch in lake.scan_week(table, week)]
    kept = pa.Table.from_batches(parts, table.arrow_schema()).sort_by("conversation_id")
    if isinstance(rows, pd.DataFrame):
        made = as_arrow(table, rows)
        return iter(pa.concat_tables([made, kept]).sort_by("conversation_id").combine_chunks().to_batches())
    return _merged(rows, kept)


def _merged(batches: Iterable[pa.RecordBatch], kept: pa.Table) -> Iterator[pa.RecordBatch]:
    """Two streams in order of id as one; no batch is split."""
    for batch in batches:
        if not batch.num_rows:
            continue
        last = batch.column("conversation_id")[-1]
        count = pc.sum(pc.less_equal(kept["conversation_id"], last)).as_py() or 0
        head, kept = kept.slice(0, count), kept.slice(count)
        rows = pa.Table.from_batches([batch.select(kept.schema.names)]).cast(kept.schema)
        yield from pa.concat_tables([rows, head]).sort_by("conversation_id").combine_chunks().to_batches()
    yield from kept.combine_chunks().to_batches()


def _chosen(batch: pa.RecordBatch, ids: pa.Array) -> pa.RecordBatch:
    return batch.filter(pc.is_in(batch.column("conversation_id"), ids))


def without_rows(rows: pd.DataFrame, ids: Collection[str]) -> pd.DataFrame:
    """The rows of conversations that have a text."""
    return rows[~rows["conversation_id"].isin(ids)].reset_index(drop=True) if ids else rows


def without_texts(batches: Iterable[pa.RecordBatch], ids: Collection[str]) -> Iterator[pa.RecordBatch]:
    """The transcripts of conversations that have a text."""
    wanted = pa.array(sorted(ids), pa.string())
    for batch in batches:
        yield batch.filter(pc.invert(pc.is_in(batch.column("conversation_id"), wanted))) if ids else batch
