"""Two answers on the tasks of the same conversations, side by side at each level: rows of lake/second_answers.

How often they agree, and how sure that is, is dbt's to say.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from economic_index.assign.found import Found
from economic_index.assign.links import DEEPEST_FIRST, Links, Spot, heaviest
from economic_index.contracts import validated
from economic_index.contracts.hierarchy import SECOND_ANSWERS
from economic_index.vocabulary import Comparison, Engine, Level, MappingState, State


@dataclass(frozen=True)
class SecondMaker:
    """Who gave the second answers, to which question, and how it differs from the first."""

    kind: Comparison
    engine: Engine
    model: str
    version: str
    sample_share: float


def labels_at_levels(found: Found, links: Links) -> dict[Level, str | None]:
    """The node of the heaviest pick at each level; `none` at all of them if no task fits, None where nothing is known.

    Of equal picks, and of a pick's nodes with equal shares, the first by id: the order in which a model names them
    makes no difference.
    """
    if found.state is not MappingState.ANSWERED:
        return dict.fromkeys(DEEPEST_FIRST)
    pick = heaviest(found.picks)
    if pick is None:
        return dict.fromkeys(DEEPEST_FIRST, Level.NONE.value)
    return {level: heaviest(links.nodes(Spot(Level.TASK, pick), level)) for level in DEEPEST_FIRST}


def second_answers(main: Iterable[Found], second: Iterable[Found], links: Links, maker: SecondMaker) -> pd.DataFrame:
    """Rows of lake/second_answers: each conversation that was asked a second time, at each level.

    Conversations of which there is no main answer to compare with have none.
    """
    asked = {found.conversation_id: found for found in second if found.was_asked}
    rows = [
        row
        for first in main
        if (other := asked.get(first.conversation_id)) is not None
        for row in _rows(first, other, links, maker)
    ]
    frame = pd.DataFrame(rows, columns=list(SECOND_ANSWERS.schema.columns))
    return validated(SECOND_ANSWERS, frame.sort_values(["conversation_id", "facet"], ignore_index=True))


def _rows(first: Found, second: Found, links: Links, maker: SecondMaker) -> list[dict[str, object]]:
    main_labels, labels = labels_at_levels(first, links), labels_at_levels(second, links)
    return [
        {
            "conversation_id": second.conversation_id,
            "kind": maker.kind.value,
            "facet": level.value,
            "value": labels[level],
            "main_value": main_labels[level],
            "state": _state(second, labels[level]).value,
            "engine": maker.engine.value,
            "model": second.served_model or maker.model,
            "main_engine": maker.engine.value,
            "version": maker.version,
            "confidence": None,
            "sample_share": maker.sample_share,
        }
        for level in DEEPEST_FIRST
    ]


def _state(found: Found, label: str | None) -> State:
    if found.state is MappingState.ANSWERED and label is None:
        return State.UNCLASSIFIED
    return State(found.state)
