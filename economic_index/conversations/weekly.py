"""One week of conversations: the winners whose week it is, from the inbox or from the week as it stands.

Nothing is read from a log here, and nothing is committed: the caller does.
"""

from collections.abc import Iterator
from contextlib import closing
from datetime import date

import pandas as pd
import pyarrow as pa

from economic_index.contracts.lake import CONVERSATIONS, TRANSCRIPTS
from economic_index.conversations.versions import Version
from economic_index.conversations.winners import WinnerStore
from economic_index.lake import Lake, LakeError, empty_frame
from economic_index.people.weekly import weighted

CONVERSATIONS_VERSION = "1"
BATCH_ROWS = 1000
Place = tuple[int, int]


def winner_counts(lake: Lake) -> dict[date, int]:
    """Number of conversations by week, whether or not their week has been written."""
    with closing(_store(lake)) as store:
        return store.weeks()


def weeks_with_winners(lake: Lake) -> list[date]:
    """Weeks that have conversations, ascending."""
    return list(winner_counts(lake))


def week_fingerprint(lake: Lake, week: date) -> str:
    """Hash of which version of which conversation belongs to a week."""
    with closing(_store(lake)) as store:
        return store.fingerprint_of(week)


def conversations_of_week(lake: Lake, week: date) -> tuple[pd.DataFrame, Iterator[pa.RecordBatch]]:
    """Weighted rows of lake/conversations, and batches of lake/transcripts of at most 1,000, both sorted by id.

    Raises LakeError if a winner's row lies neither in the inbox nor in the week.
    """
    with closing(_store(lake)) as store:
        winners = list(store.of_week(week))
    if not winners:
        return empty_frame(CONVERSATIONS), iter(())
    inbox = lake.read_inbox(week)
    waiting = inbox.to_batches() if inbox is not None else []
    chosen = _places_in_inbox(waiting, winners)
    old_rows = _kept_rows(lake, week, [version for version in winners if version.conversation_id not in chosen])
    new_rows = _rows_at(waiting, CONVERSATIONS.arrow_schema(), sorted(chosen.values()))
    frame = pa.concat_tables([old_rows, new_rows]).to_pandas()
    frame = frame.sort_values("conversation_id", ignore_index=True)
    if len(frame) != len(winners):
        raise LakeError(
            f"week {week}: {len(winners) - len(frame)} conversations are in neither the inbox nor the week. "
            f"Delete {lake.database_path('versions').name} in the home and read the logs again."
        )
    ids = frame["conversation_id"].tolist()
    kept_ids = set(old_rows["conversation_id"].to_pylist())
    return weighted(lake, week, frame), _transcripts(lake, week, waiting, chosen, ids, kept_ids)


def _store(lake: Lake) -> WinnerStore:
    return WinnerStore(lake.database_path("versions"))


def _places_in_inbox(batches: list[pa.RecordBatch], winners: list[Version]) -> dict[str, Place]:
    """Batch and row of each winner that waits in the inbox."""
    wanted = {(version.conversation_id, version.reading_id, version.source_record) for version in winners}
    places: dict[str, Place] = {}
    for number, batch in enumerate(batches):
        keys = zip(
            batch["conversation_id"].to_pylist(),
            batch["reading_id"].to_pylist(),
            batch["source_record"].to_pylist(),
            strict=True,
        )
        for row, key in enumerate(keys):
            if key in wanted:
                places[key[0]] = (number, row)
    return places


def _kept_rows(lake: Lake, week: date, winners: list[Version]) -> pa.Table:
    """Rows of the week as it stands that still are winners."""
    schema = CONVERSATIONS.arrow_schema()
    wanted = {(version.conversation_id, version.content_hash) for version in winners}
    parts = [schema.empty_table()]
    for batch in lake.scan_week(CONVERSATIONS, week) if wanted else ():
        keys = zip(batch["conversation_id"].to_pylist(), batch["content_hash"].to_pylist(), strict=True)
        mask = pa.array([key in wanted for key in keys], pa.bool_())
        parts.append(pa.Table.from_batches([batch.filter(mask).select(schema.names)]).cast(schema))
    return pa.concat_tables(parts)


def _rows_at(batches: list[pa.RecordBatch], schema: pa.Schema, places: list[Place]) -> pa.Table:
    rows_of: dict[int, list[int]] = {}
    for number, row in places:
        rows_of.setdefault(number, []).append(row)
    parts = [schema.empty_table()]
    for number, rows in rows_of.items():
        taken = batches[number].select(schema.names).take(pa.array(rows, pa.int64()))
        parts.append(pa.Table.from_batches([taken]).cast(schema))
    return pa.concat_tables(parts)


def _transcripts(
    lake: Lake,
    week: date,
    waiting: list[pa.RecordBatch],
    chosen: dict[str, Place],
    ids: list[str],
    kept_ids: set[str],
) -> Iterator[pa.RecordBatch]:
    """Merge the week's own transcripts, which lie sorted, with those that wait, a thousand ids at a time."""
    schema = TRANSCRIPTS.arrow_schema()
    kept = _KeptTranscripts(lake.scan_week(TRANSCRIPTS, week, BATCH_ROWS) if kept_ids else iter(()), kept_ids)
    for start in range(0, len(ids), BATCH_ROWS):
        part = ids[start : start + BATCH_ROWS]
        places = sorted(chosen[identity] for identity in part if identity in chosen)
        rows = pa.concat_tables([kept.up_to(part[-1]), _rows_at(waiting, schema, places)])
        if rows.num_rows != len(part):
            raise LakeError(f"week {week}: transcripts and conversations do not belong together; read the logs again.")
        yield from rows.sort_by("conversation_id").combine_chunks().to_batches()


class _KeptTranscripts:
    """The transcripts of a week as it stands, drawn in order of id, without those that moved away."""

    def __init__(self, batches: Iterator[pa.RecordBatch], kept_ids: set[str]) -> None:
        self._batches, self._kept_ids = batches, kept_ids
        self._schema = TRANSCRIPTS.arrow_schema()
        self._rest: pa.Table = self._schema.empty_table()
        self._last = ""

    def up_to(self, last_id: str) -> pa.Table:
        """All kept rows with ids not greater than `last_id` that were not drawn yet."""
        while self._last <= last_id and (batch := next(self._batches, None)) is not None:
            ids = batch["conversation_id"].to_pylist()
            mask = pa.array([identity in self._kept_ids for identity in ids], pa.bool_())
            part = pa.Table.from_batches([batch.filter(mask)]).select(self._schema.names).cast(self._schema)
            self._rest = pa.concat_tables([self._rest, part])
            self._last = ids[-1] if ids else self._last
        count = sum(identity <= last_id for identity in self._rest["conversation_id"].to_pylist())
        drawn, self._rest = self._rest.slice(0, count), self._rest.slice(count)
        return drawn
