"""What was found for a week as rows of lake/onet_task_mappings, and as dead letters where there is no answer.

Who found it is in the rows; nothing is chosen here.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

import pandas as pd
import pyarrow as pa

from economic_index.assign.candidates import BANK
from economic_index.assign.found import Found
from economic_index.assign.retrieval import Pick
from economic_index.assign.rows import MappingRows
from economic_index.contracts import as_arrow
from economic_index.contracts.lake import ONET_TASK_MAPPINGS, ONET_TASK_MAPPINGS_REJECTED
from economic_index.facets.asking import AT_ONCE
from economic_index.vocabulary import MappingState, State


def mapping_batches(found: Iterable[Found], kind: str, new_rows: Callable[[], MappingRows]) -> Iterator[pa.RecordBatch]:
    """The rows, conversation after conversation; candidates are of this kind."""
    waiting = iter(found)
    while part := list(islice(waiting, AT_ONCE)):
        rows = new_rows()
        for each in part:
            rows.served_model = each.served_model
            if each.state is not MappingState.ANSWERED or not each.picks:
                rows.add_none(each.conversation_id, each.state)
            else:
                add_picks(rows, kind, each.conversation_id, each.picks)
        yield from as_arrow(ONET_TASK_MAPPINGS, rows.frame()).to_batches()


def add_picks(rows: MappingRows, kind: str, conversation_id: str, picks: Mapping[str, float]) -> None:
    """Picks of candidates: tasks of the bank as the statements that they stand for, or statements."""
    if kind == BANK:
        rows.add_picks(conversation_id, [Pick(name, share) for name, share in picks.items()])
    else:
        rows.add_statements(conversation_id, picks)


def dead_letters(found: Iterable[Found]) -> pd.DataFrame:
    """Conversations whose task was to be asked for and has no answer."""
    letters = [letter for each in found if (letter := _letter(each))]
    return pd.DataFrame(letters, columns=list(ONET_TASK_MAPPINGS_REJECTED.schema.columns))


def _letter(found: Found) -> dict[str, Any] | None:
    if not found.was_asked or found.state is MappingState.ANSWERED:
        return None
    ended = found.ended
    if ended:
        reason, detail, tries = State(ended.state), ended.reason, ended.tries
    else:
        reason, tries = State(found.state), 0
        detail = "not sent" if reason is State.OVER_BUDGET else "its description is not in the store of answers"
    return {
        "conversation_id": found.conversation_id,
        "reason": reason.value,
        "detail": detail,
        "attempt_count": tries,
    }
