"""The conversations of a week as the facets describe them, for whoever finds their tasks; and which have none to find.

No task is asked for here, and no transcript is read.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd

from economic_index.assign.choice import Described
from economic_index.facets.asking import AT_ONCE, FacetQuestions
from economic_index.llm.replies import form_fields
from economic_index.llm.store import AnswerStore
from economic_index.vocabulary import Facet, MappingState, State

FACET_COLUMNS = ("conversation_id", "content_hash", "is_occupational", "is_occupational_state", "request_state")


@dataclass
class Descriptions:
    """Reads the store for one week; `facets` in order of their ids, with FACET_COLUMNS."""

    facet_questions: FacetQuestions
    store: AnswerStore
    facets: pd.DataFrame = field(repr=False)

    @cached_property
    def is_open(self) -> Any:
        """Which conversations a task is asked for: work, with a request in words."""
        rows = self.facets
        is_work = rows["is_occupational_state"].eq(State.ANSWERED) & rows["is_occupational"].eq(True).fillna(False)
        return (is_work & rows["request_state"].eq(State.ANSWERED)).to_numpy(bool)

    @property
    def open_count(self) -> int:
        """How many those are."""
        return int(self.is_open.sum())

    def missing(self) -> list[str]:
        """Contents whose task is asked for and whose description is not in this store, each once."""
        contents = sorted(set(self.facets.loc[self.is_open, "content_hash"]))
        found: list[str] = []
        for start in range(0, len(contents), AT_ONCE):
            part = contents[start : start + AT_ONCE]
            standings = self.facet_questions.standings(self.store, part, with_reply=False)
            found += [content for content in part if Facet.REQUEST not in standings[content].answered]
        return found

    def of(self, places: Sequence[int]) -> dict[int, Described]:
        """The descriptions of the conversations at these places of the table, by place; not all have one."""
        rows = self.facets.iloc[list(places)]
        contents = rows["content_hash"].tolist()
        standings = self.facet_questions.standings(self.store, contents)
        found = {}
        for place, name, content in zip(places, rows["conversation_id"], contents, strict=True):
            answer = standings[content].answered.get(Facet.REQUEST)
            if answer is not None:
                form = form_fields(answer.reply)
                found[place] = Described(str(name), content, form["request"], form["task_evidence"], answer.key)
        return found

    def parts(self) -> Iterator[tuple[pd.DataFrame, dict[int, Described]]]:
        """The week in order, a thousand at once: rows whose index are their places, and the descriptions by place."""
        rows = self.facets[list(FACET_COLUMNS)].reset_index(drop=True)
        for start in range(0, len(rows), AT_ONCE):
            part = rows.iloc[start : start + AT_ONCE]
            yield part, self.of([int(place) for place in part.index if self.is_open[place]])


def closed_state(row: Any) -> MappingState:
    """Why no task is asked for: no work, or a question before it has no answer."""
    if row.is_occupational_state != State.ANSWERED:
        return MappingState(row.is_occupational_state)
    if pd.isna(row.is_occupational) or not row.is_occupational:
        return MappingState.NOT_OCCUPATIONAL
    if row.request_state != State.ANSWERED:
        return MappingState(row.request_state)
    return MappingState.DEAD
