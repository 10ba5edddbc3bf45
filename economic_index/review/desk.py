"""The desk of a home: what was drawn, what is still to be read, and what came back, kept in its lake.

Texts pass from lake/transcripts to the caller alone; before one does, it is a row of lake/review_access_log.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pandas as pd

from economic_index.contracts import Table, validated
from economic_index.contracts.lake import CONVERSATIONS, FACET_SUMMARIES, ONET_TASK_MAPPINGS, TRANSCRIPTS
from economic_index.contracts.review_items import (
    REVIEW_ACCESS_LOG,
    REVIEW_DRAWS,
    REVIEW_FRAMES,
    REVIEW_ITEMS,
    REVIEWED,
    REVIEWS_REJECTED,
)
from economic_index.contracts.reviews import REVIEWS
from economic_index.lake import Lake
from economic_index.review.chances import with_chances
from economic_index.review.checking import Checked
from economic_index.review.draws import FRAME, UNTRAINED, DrawPlan, draw, first_draws
from economic_index.review.making import makers, making_set, marked
from economic_index.review.predictions import predictions
from economic_index.review.readings import Known
from economic_index.review.standing import disputes, options, readers, with_settled
from economic_index.review.tasks import Task
from economic_index.review.test_set import DRAW as TEST_DRAW
from economic_index.review.test_set import reviews_of_test_set
from economic_index.review.texts import Turn, texts_of
from economic_index.taxonomy import facts
from economic_index.vocabulary import Coder, ReadingKind


@dataclass(frozen=True)
class HandedOut:
    """Tasks to be written to a file, and drawn conversations that are gone or were changed since."""

    tasks: list[Task]
    gone_count: int


@dataclass(frozen=True)
class ReviewDesk:
    """Review in one home."""

    lake: Lake

    def draw_week(self, plan: DrawPlan, week: date, drawn_on: date) -> pd.DataFrame:
        """Draw from a week once: a draw that was made stays as it is. Its row of lake/review_draws."""
        draw_id = plan.draw_id(week)
        known = self.lake.read(REVIEW_DRAWS)
        if draw_id in set(known["draw_id"]):
            return known[known["draw_id"] == draw_id]
        frame, left_out, called = self._frame(week)
        if frame.empty:
            return known.iloc[:0]
        made = draw(plan, week, frame, left_out, drawn_on, called)
        others = self.lake.read_week(REVIEW_FRAMES, week)
        others = others[others["draw_id"] != draw_id]
        self.lake.commit_week(week, {REVIEW_FRAMES: _joined(REVIEW_FRAMES, others, made.frame)})
        # the record comes last: a draw that was cut short is made again, the same
        self.lake.update(REVIEW_ITEMS, lambda old: _replaced(REVIEW_ITEMS, old, made.items, "draw_id"))
        self.lake.update(REVIEW_DRAWS, lambda old: _replaced(REVIEW_DRAWS, old, made.record, "draw_id"))
        return made.record

    def _frame(self, week: date) -> tuple[pd.DataFrame, int, str]:
        """The engine's labels of a week's conversations that may be drawn, how many may not, and what they are."""
        conversations = self.lake.read_week(CONVERSATIONS, week)
        made = conversations["conversation_id"].isin(makers(self.lake.read(REVIEWS)))
        ids = set(conversations.loc[~conversations["is_reserved"].astype(bool) & ~made, "conversation_id"])
        found = self._predicted(week)
        called = UNTRAINED if made.any() else FRAME
        return found[found["conversation_id"].isin(ids)], len(conversations) - len(ids), called

    def _predicted(self, week: date) -> pd.DataFrame:
        """The engine's one label for each facet of each conversation of a week; no row before it was asked."""
        facets, mappings = (self.lake.read_week(table, week) for table in (FACET_SUMMARIES, ONET_TASK_MAPPINGS))
        if facets.empty:
            return facets
        versions = set(mappings["onet_version"])  # one a week: it is a setting of the home
        groups_of = facts.soc_groups_of_statements(max(versions)) if versions else {}
        return predictions(facets, mappings, groups_of)

    def take_test_set(self) -> int:
        """Put the test set's labels beside the engine's, in place of what stood there; how many reviews that are."""
        weeks = self.lake.weeks_of(FACET_SUMMARIES)
        found = pd.concat([self._predicted(week) for week in weeks]) if weeks else pd.DataFrame({"conversation_id": []})
        rows = reviews_of_test_set(found)

        def beside(old: pd.DataFrame) -> pd.DataFrame:
            return _joined(REVIEWS, marked(old[old["draw_id"] != TEST_DRAW]), rows)

        old = self.lake.read(REVIEWS)
        if not beside(old).equals(old):
            self.lake.update(REVIEWS, beside)
        return len(rows)

    def to_read(self, kind: ReadingKind, reviewers: int, draw_id: str | None = None) -> pd.DataFrame:
        """Items that want readings by people: too few first ones, or first ones that disagree.

        A draw of an earlier version may hold conversations of the making set: nobody is asked to read them.
        """
        items = first_draws(self.lake.read(REVIEW_ITEMS))
        items = items[~items["conversation_id"].isin(making_set())]
        if draw_id is not None:
            items = items[items["draw_id"] == draw_id]
        reviews = self.lake.read(REVIEWS)
        if kind is ReadingKind.THIRD:
            return items[items["conversation_id"].isin({conversation for conversation, _ in disputes(reviews)})]
        read = items["conversation_id"].map(readers(reviews, Coder.PERSON)).fillna(0)
        return items[read < reviewers]

    def hand_out(
        self,
        items: pd.DataFrame,
        kind: ReadingKind,
        who: str,
        at: datetime,
        *,
        reviewers: int = 1,
        with_predictions: bool = False,
    ) -> HandedOut:
        """The items with their texts, for so many reviewers; that each is handed out is written down first."""
        texts: dict[str, list[Turn]] = {}
        for week in sorted(set(items["week_start"])):
            rows = items[items["week_start"] == week]
            wanted = dict(zip(rows["conversation_id"], rows["content_hash"], strict=True))
            texts |= texts_of(self.lake.scan_week(TRANSCRIPTS, week), wanted)
        open_items = items[items["conversation_id"].isin(texts)]
        same = {"exported_at": at, "exported_by": who, "kind": kind.value, "shows_predictions": with_predictions}
        self._log(open_items, reviewers, same)
        reviews = self.lake.read(REVIEWS)
        disputed: dict[str, frozenset[str]] = {}
        for (conversation, _), facets in (disputes(reviews) if kind is ReadingKind.THIRD else {}).items():
            disputed[conversation] = disputed.get(conversation, frozenset()) | facets
        tasks = [
            Task(
                row["draw_id"],
                row["conversation_id"],
                texts[row["conversation_id"]],
                kind,
                options(reviews, row["conversation_id"], disputed.get(row["conversation_id"], frozenset())),
                {facet: row[facet] for facet in REVIEWED if pd.notna(row[facet])} if with_predictions else {},
            )
            for row in open_items.to_dict("records")
        ]
        return HandedOut(tasks, len(items) - len(open_items))

    def _log(self, items: pd.DataFrame, reviewers: int, same: dict[str, Any]) -> None:
        texts = items[["draw_id", "conversation_id"]]
        rows = [texts.assign(reviewer=number, **same) for number in range(1, reviewers + 1)]
        new = validated(REVIEW_ACCESS_LOG, pd.concat(rows)[list(REVIEW_ACCESS_LOG.schema.columns)])
        self.lake.update(REVIEW_ACCESS_LOG, lambda old: _joined(REVIEW_ACCESS_LOG, old, new))

    def known(self, pseudonym: Callable[[str], str], today: date) -> Known:
        """What a file that comes back is held against."""
        items = self.lake.read(REVIEW_ITEMS)
        rows: list[dict[str, Any]] = first_draws(items).to_dict("records")  # type: ignore[assignment]  # keys are names
        return Known(
            items={row["conversation_id"]: dict(row) for row in rows},
            draws_of={str(name): frozenset(ids) for name, ids in items.groupby("conversation_id")["draw_id"]},
            disputes=disputes(self.lake.read(REVIEWS)),
            pseudonym=pseudonym,
            today=today,
        )

    def take(self, file_name: str, checked: Checked, today: date) -> pd.DataFrame:
        """Keep what a file said, in place of what the same coders had said; all reviews as they stand then."""
        rejected = pd.DataFrame(
            [
                {
                    "file_name": file_name,
                    "line": each.line,
                    "draw_id": each.draw_id,
                    "conversation_id": each.conversation_id,
                    "reason": each.reason.value,
                    "detail": each.detail,
                    "rejected_on": today,
                }
                for each in checked.put_aside
            ],
            columns=list(REVIEWS_REJECTED.schema.columns),
        )
        self.lake.update(
            REVIEWS_REJECTED,
            lambda old: _joined(REVIEWS_REJECTED, old[old["file_name"] != file_name], rejected),
        )
        self.lake.update(REVIEWS, lambda old: self._standing(_replaced(REVIEWS, old, checked.rows, "review_id")))
        return self.lake.read(REVIEWS)

    def _standing(self, reviews: pd.DataFrame) -> pd.DataFrame:
        """Settled anew, and each with its chance to come to its kind of coder."""
        items = self.lake.read(REVIEW_ITEMS)
        items = items[~items["conversation_id"].isin(making_set())]
        draws = self.lake.read(REVIEW_DRAWS)
        reviews = with_chances(reviews, draws, items, lambda week: self.lake.read_week(REVIEW_FRAMES, week))
        return with_settled(marked(reviews))


def _joined(table: Table, old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    filled = [rows for rows in (old, new) if len(rows)]
    return validated(table, pd.concat(filled, ignore_index=True) if filled else new)


def _replaced(table: Table, old: pd.DataFrame, new: pd.DataFrame, column: str) -> pd.DataFrame:
    """New rows in place of old ones that have the same value in the column."""
    return _joined(table, old[~old[column].isin(set(new[column]))], new)
