"""One week of conversations: the winners whose week it is, from the inbox or from the week as it stands.

Nothing is read from a log here, and nothing is committed: the caller does.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import date

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from economic_index.contracts.lake import CONVERSATIONS, TRANSCRIPTS
from economic_index.conversations.sorted_rows import SortedRows
from economic_index.conversations.week_winners import INBOX_KEYS, WEEK_KEYS, WeekWinners, found
from economic_index.conversations.winners import WinnerStore
from economic_index.lake import Lake, LakeError
from economic_index.people.weekly import weights_of

CONVERSATIONS_VERSION = "1"
ROWS_A_BATCH, TRANSCRIPTS_A_BATCH = 65_536, 200
Batches = Iterator[pa.RecordBatch]


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


def textless_of(lake: Lake, week: date) -> set[str]:
    """Conversations of a week whose text was dropped: they keep the labels that they have."""
    with closing(_store(lake)) as store:
        return store.textless(week)


def conversations_of_week(lake: Lake, week: date) -> tuple[Batches, Batches]:
    """Rows of lake/conversations, and of lake/transcripts at most 200 at a time, both sorted by id.

    Either is made when it is drawn, and needs some 300 MB whatever the week's size. Raises LakeError if a winner's row
    lies neither in the inbox nor in the week.
    """
    with closing(_store(lake)) as store:
        winners = WeekWinners.of(*store.row_keys(week))
    if not len(winners):
        return iter(()), iter(())
    in_inbox = lake.scan_inbox(week, INBOX_KEYS, ROWS_A_BATCH)
    in_week = lake.scan_week(CONVERSATIONS, week, ROWS_A_BATCH, WEEK_KEYS)
    waiting = found(map(winners.places_in_inbox, in_inbox), len(winners))
    kept = found(map(winners.places_in_week, in_week), len(winners))
    _check_found(week, waiting | kept)
    rows = SortedRows(lake, week, CONVERSATIONS, winners, waiting, ROWS_A_BATCH)
    transcripts = SortedRows(lake, week, TRANSCRIPTS, winners, waiting, TRANSCRIPTS_A_BATCH)
    return _weighted(lake, week, rows.batches()), transcripts.batches()


def _weighted(lake: Lake, week: date, batches: Batches) -> Batches:
    for batch in batches:
        weights = weights_of(lake, week, batch.select(["conversation_id", "user_id", "started_at"]).to_pandas())
        place = batch.schema.get_field_index("weight")
        yield batch if weights is None else batch.set_column(place, batch.schema.field(place), pa.array(weights))


def scan_conversations(lake: Lake, week: date, count: int, columns: Sequence[str]) -> Batches:
    """Some columns of a week's `count` conversations as they count now, in no order, without weights.

    The week need not have been written. Raises LakeError if a winner's row lies neither in the inbox nor in the week.
    """
    commit = lake.commit_of(CONVERSATIONS, week)
    if commit is not None and commit.row_count == count and not lake.inbox_readings(week):
        yield from lake.scan_week(CONVERSATIONS, week, ROWS_A_BATCH, columns)
        return
    with closing(_store(lake)) as store:
        winners = WeekWinners.of(*store.row_keys(week))
    if not len(winners):
        return
    is_told = np.zeros(len(winners), dtype=np.bool_)
    inbox = lake.scan_inbox(week, [*dict.fromkeys([*columns, *INBOX_KEYS])], ROWS_A_BATCH)
    written = lake.scan_week(CONVERSATIONS, week, ROWS_A_BATCH, [*dict.fromkeys([*columns, *WEEK_KEYS])])
    for batches, places_of in ((inbox, winners.places_in_inbox), (written, winners.places_in_week)):
        for batch in batches:
            places, rows = np.unique(places_of(batch), return_index=True)
            is_new = (places >= 0) & ~is_told[places]
            is_told[places[is_new]] = True
            yield batch.select(list(columns)).take(pa.array(rows[is_new]))
    _check_found(week, is_told)


def _check_found(week: date, is_found: NDArray[np.bool_]) -> None:
    if missing := int((~is_found).sum()):
        raise LakeError(
            f"week {week}: {missing} conversations are in neither the inbox nor the week. "
            "Delete versions.sqlite in the home and read the logs again."
        )


def _store(lake: Lake) -> WinnerStore:
    return WinnerStore(lake.database_path("versions"))
