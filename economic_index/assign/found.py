"""What an algorithm found for each conversation of a week: its picks, or why there are none; the same for all of them.

How it was found is the algorithm's; what becomes of it is written in ensemble and agreement.
"""

from collections.abc import Mapping
from typing import NamedTuple

from economic_index.llm.records import StoredOutcome
from economic_index.vocabulary import MappingState, State


class Found(NamedTuple):
    """One conversation. With the state answered, no picks mean that none of the tasks fits.

    `was_asked` is false where no task was to be found: not occupational, or the facets know too little.
    """

    conversation_id: str
    state: MappingState
    picks: Mapping[str, float]
    """Candidate to share, heaviest first."""
    served_model: str | None = None
    ended: StoredOutcome | None = None
    was_asked: bool = True


def without_answer(conversation_id: str, ended: StoredOutcome | None) -> Found:
    """A question that ended without an answer, or was not sent."""
    return Found(conversation_id, MappingState(ended.state if ended else State.OVER_BUDGET), {}, None, ended)
