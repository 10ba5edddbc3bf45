"""Asks an engine about first parts, as the coders saw them, or about whole conversations, and brings its rows into one
form: answered and forced.

Any engine that is a Classifier. Texts go from the corpus to the engine, and nowhere else.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from economic_index.classifier import Classifier, Report, Rows, Watch
from economic_index.contracts.lake import TRANSCRIPTS
from economic_index.evaluate.items import ACTIVITY, AUTOMATION, TASK_GROUP, Item, classes, mode_of
from economic_index.labels.corpus import open_parts
from economic_index.labels.label_rows import NO_GROUP, soc_groups
from economic_index.local.window import Turn
from economic_index.review.predictions import heaviest_group
from economic_index.taxonomy import facts
from economic_index.vocabulary import AnswerKind, Facet, Level, State

Reals = npt.NDArray[np.float64]
ABSTAINED = "(no answer)"
WEEK = date(2020, 6, 1)
"""Engines are told of a week; labelled conversations have none."""
CLOSED_FACETS = (Facet.IS_OCCUPATIONAL, Facet.USE_CASE, Facet.COLLABORATION, Facet.INTENT, Facet.SOC_GROUP)


@runtime_checkable
class NamesActivities(Protocol):
    """An engine that can name an intermediate work activity without a task."""

    def activities(
        self, conversations: pd.DataFrame, batches: Iterator[pa.RecordBatch]
    ) -> dict[str, tuple[str, float]]:
        """Activity and confidence by conversation."""
        ...


@runtime_checkable
class HoldsBack(Protocol):
    """An engine that publishes no task where too little speaks for one."""

    def forced(self) -> Classifier:
        """The same engine, publishing one all the same."""
        ...


@dataclass(frozen=True)
class Answers:
    """What an engine says of some items, in their order: by facet and kind of answer, and how sure it is of it.

    `picks` are the tasks of the bank that it chose first, forced, with the confidence `task`; empty if it mapped none.
    `is_published` says which of them its mapping has.
    """

    engine: str
    version: str
    said: Mapping[tuple[str, AnswerKind], Sequence[str]]
    confidence: Mapping[str, Reals]
    picks: Sequence[str] = ()
    is_published: Sequence[bool] = ()


def ask(
    engine: Classifier, items: Sequence[Item], report: Report, *, with_tasks: bool = True, is_whole: bool = False
) -> Answers:
    """Label the items' first parts, or the whole conversations; and map them to tasks unless told not to."""
    conversations, batch = _asked(items, is_whole)
    watch = Watch(WEEK)
    labelled, _ = engine.label(conversations, iter([batch]), report, watch)
    facets = _frame(labelled)
    mappings, forced, named = None, None, {}
    if with_tasks:
        mapped, _ = engine.map_tasks(conversations, facets, iter([batch]), report, watch)
        mappings = _frame(mapped)
        if isinstance(engine, HoldsBack):
            forced = _frame(engine.forced().map_tasks(conversations, facets, iter([batch]), report, watch)[0])
        named = engine.activities(conversations, iter([batch])) if isinstance(engine, NamesActivities) else {}
    return answers_of([item.id for item in items], facets, mappings, named, forced)


def _asked(items: Sequence[Item], is_whole: bool) -> tuple[pd.DataFrame, pa.RecordBatch]:
    """The two forms in which an engine gets conversations: rows, and transcripts."""
    parts = {item.id: open_parts()[item.id] for item in sorted(items, key=lambda item: item.id)}
    turns = {name: part.whole if is_whole else part.turns for name, part in parts.items()}
    rows = [
        {"conversation_id": name, "content_hash": _content_hash(of_one), "messages": list(_messages(of_one))}
        for name, of_one in turns.items()
    ]
    frame = pd.DataFrame(rows, columns=["conversation_id", "content_hash"], dtype="str")
    return frame, pa.RecordBatch.from_pylist(rows, TRANSCRIPTS.arrow_schema())


def _content_hash(turns: Sequence[Turn]) -> str:
    digest = hashlib.sha256()
    for turn in turns:
        digest.update(f"{turn.role}\0{turn.text}\0".encode("utf-8", "replace"))
    return digest.hexdigest()


def _messages(turns: Sequence[Turn]) -> Iterator[dict[str, Any]]:
    for turn in turns:
        text = turn.text.encode("utf-8", "replace").decode()
        yield {"role": str(turn.role), "text": text, "sent_at": None, "model": None, "has_attachment": False}


def _frame(rows: Rows) -> pd.DataFrame:
    if isinstance(rows, pd.DataFrame):
        return rows
    frame: pd.DataFrame = pa.Table.from_batches(list(rows)).to_pandas()
    return frame


def answers_of(
    ids: Sequence[str],
    facets: pd.DataFrame,
    mappings: pd.DataFrame | None,
    named: Mapping[str, tuple[str, float]] | None = None,
    forced: pd.DataFrame | None = None,
) -> Answers:
    """Rows of lake/facet_summaries and lake/onet_task_mappings as answers, in the order of the ids.

    `named` are activities that the engine gives without a task: its forced answer, where it gives one. `forced` are the
    mappings of an engine that holds none back, where the engine does.
    """
    rows = facets.set_index("conversation_id").loc[list(ids)]
    activities = _activities(mappings) if mappings is not None else {}
    said: dict[tuple[str, AnswerKind], Sequence[str]] = {}
    confidence: dict[str, Reals] = {}
    for facet in CLOSED_FACETS:
        if facet == Facet.SOC_GROUP and _has_no_head(rows):
            continue
        found = [_answer(row, facet) for _, row in rows.iterrows()]
        said[facet, AnswerKind.ANSWERED] = [each[0] for each in found]
        said[facet, AnswerKind.FORCED] = [each[1] for each in found]
        confidence[facet] = np.array([each[2] for each in found], np.float64)
    for kind in AnswerKind:
        said[AUTOMATION, kind] = [mode_of(label) for label in said[Facet.COLLABORATION, kind]]
        if mappings is not None:
            known = {**activities, **(named or {})} if kind is AnswerKind.FORCED else activities
            said[ACTIVITY, kind] = [known.get(name, (ABSTAINED, np.nan))[0] for name in ids]
    confidence[AUTOMATION] = _mode_confidence(rows, confidence[Facet.COLLABORATION])
    confidence[ACTIVITY] = np.array([activities.get(name, (ABSTAINED, np.nan))[1] for name in ids], np.float64)
    forced = mappings if forced is None else forced
    if mappings is not None and forced is not None:
        for kind, among in ((AnswerKind.ANSWERED, mappings), (AnswerKind.FORCED, forced)):
            groups = _groups(among, rows["is_occupational_confidence"])
            # where no task and no group was mapped, figures count the group that was answered
            answered = said.get((Facet.SOC_GROUP, kind), [ABSTAINED] * len(rows))
            pairs = zip(ids, answered, strict=True)
            said[TASK_GROUP, kind] = [groups[name][0] if name in groups else other for name, other in pairs]
        confidence[TASK_GROUP] = np.array([groups.get(name, ("", np.nan))[1] for name in ids], np.float64)
    picks, published = ({} if each is None else _picks(each) for each in (forced, mappings))
    confidence["task"] = np.array([picks.get(name, (ABSTAINED, np.nan))[1] for name in ids], np.float64)
    picked = [picks.get(name, (ABSTAINED, np.nan))[0] for name in ids] if mappings is not None else []
    is_published = [name in published for name in ids] if mappings is not None else []
    first = facets.iloc[0]
    version = str(first["model_hash"]) if isinstance(first["model_hash"], str) else str(first["model"])
    return Answers(str(first["engine"]), version, said, confidence, picked, is_published)


def _has_no_head(rows: pd.DataFrame) -> bool:
    """Whether the engine says no SOC group of its own, apart from that of the tasks."""
    unasked = rows["soc_group_state"] == State.NOT_ASKED
    screened = (rows["is_occupational_state"] == State.ANSWERED) & rows["is_occupational"].eq(False)
    return bool((unasked & ~screened).any())


def _answer(row: Any, facet: str) -> tuple[str, str, float]:
    """The answer that the rows have, the likeliest label, and the confidence in it."""
    state, value, sure = row[f"{facet}_state"], row[facet], row[f"{facet}_confidence"]
    if facet == Facet.SOC_GROUP and state == State.NOT_ASKED:
        return NO_GROUP, NO_GROUP, _real(row["is_occupational_confidence"])  # screened: see _has_no_head
    said = str(value).lower() if state == State.ANSWERED and facet == Facet.IS_OCCUPATIONAL else str(value)
    said = said if state == State.ANSWERED else ABSTAINED
    likely = row[f"{facet}_probabilities"]
    names = soc_groups() if facet == Facet.SOC_GROUP else classes(facet)
    forced = names[int(np.argmax(likely))] if _is_some(likely) else said
    return said, forced, _real(sure)


def _is_some(value: Any) -> bool:
    return value is not None and not isinstance(value, float) and len(value) > 0


def _real(value: Any) -> float:
    return float("nan") if pd.isna(value) else float(value)


def _mode_confidence(rows: pd.DataFrame, of_pattern: Reals) -> Reals:
    """The probability of all patterns of the same mode together; without probabilities that of the pattern."""
    names = [mode_of(label) for label in classes(Facet.COLLABORATION)]
    sure = of_pattern.copy()
    for place, likely in enumerate(rows["collaboration_probabilities"]):
        if _is_some(likely):
            mode = names[int(np.argmax(likely))]
            sure[place] = sum(share for share, name in zip(likely, names, strict=True) if name == mode)
    return sure


def _picks(mappings: pd.DataFrame) -> dict[str, tuple[str, float]]:
    """The task of the bank that was picked first, and the confidence in it."""
    first = mappings[(mappings["pick"] == 1) & (mappings["level"] == Level.TASK) & mappings["bank_task_id"].notna()]
    rows = zip(first["conversation_id"], first["bank_task_id"], first["confidence"], strict=True)
    return {str(name): (str(task), _real(confidence)) for name, task, confidence in rows}


def _activities(mappings: pd.DataFrame) -> dict[str, tuple[str, float]]:
    """The one intermediate work activity that most of a conversation's weight lies on, and the confidence in it."""
    of_statement = facts.iwas_of_statements("20.1")
    listed = facts.load("activities")
    of_dwa = dict(zip(listed["dwa_id"], listed["iwa_id"], strict=True))
    return _heaviest(
        mappings,
        {
            Level.TASK: lambda node: sorted(of_statement.get(node, ())),
            Level.DWA: lambda node: [of_dwa[node]] if node in of_dwa else [],
            Level.IWA: lambda node: [node],
        },
    )


def _groups(mappings: pd.DataFrame, screened: "pd.Series[float]") -> dict[str, tuple[str, float]]:
    """The SOC group that figures count, and the confidence in it: of what is not occupational that of the screen."""
    of_statement = facts.soc_groups_of_statements("20.1")
    found = {}
    for name, rows in mappings.groupby("conversation_id"):
        if group := heaviest_group(rows, of_statement):
            sure = screened[name] if group == NO_GROUP else rows["confidence"].iloc[0]
            found[str(name)] = group, _real(sure)
    return found


def _heaviest(mappings: pd.DataFrame, split: Mapping[str, Any]) -> dict[str, tuple[str, float]]:
    """Per conversation what most weight lies on when each pick is split evenly; ties by name."""
    weights: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    sure: dict[str, float] = {}
    columns = ["conversation_id", "level", "node_id", "weight", "confidence"]
    for name, level, node, weight, confidence in mappings[columns].itertuples(index=False):
        among = split[level](node) if level in split else ()
        for each in among:
            weights[name][each] += weight / len(among)
            sure[name] = _real(confidence)
    return {name: (min(of, key=lambda each: (-of[each], each)), sure[name]) for name, of in weights.items()}
