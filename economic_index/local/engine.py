"""The embedded engine: labels conversations and maps them to tasks, without a key and without a network.

It holds the parts together; what each does stands in its own module. It never logs, and keeps no text.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from economic_index.assign.retrieval import BankIndex, evidence, pick_tasks, task_scores
from economic_index.assign.rows import MappingMaker, MappingRows
from economic_index.classifier import Watch
from economic_index.contracts import Table, validated
from economic_index.contracts.lake import FACET_SUMMARIES_REJECTED, ONET_TASK_MAPPINGS_REJECTED
from economic_index.local.answers import Maker, answer, finish, unread
from economic_index.local.bank import bank_version, statement_weights
from economic_index.local.bank_index import open_index, soc_groups
from economic_index.local.embedder import MODEL_NAME, Embedder
from economic_index.local.heads import Heads, bare_features, load_heads, logistic, probabilities
from economic_index.local.reading import read, windows_of
from economic_index.local.vectors import VectorStore
from economic_index.local.versions import facets_version, model_hash, window_maker
from economic_index.taxonomy import facts
from economic_index.vocabulary import DeadLetterReason, Engine, Level, MappingState, State

Report = Callable[[int, int], None]
Vectors = npt.NDArray[np.float32]
# Vectors are kept after so many, so that a killed run loses little.
STORE_EVERY = 250
READ_AT_ONCE = 1_000


def _silent(done: int, of: int) -> None:
    """No one listens."""


@dataclass
class LocalEngine:
    """all-MiniLM-L6-v2, linear heads and the task bank."""

    embedder: Embedder
    store: VectorStore
    heads: Heads
    onet_version: str = "20.1"
    report_bank: Report = field(default=_silent, repr=False)
    engine: str = Engine.LOCAL.value
    model: str = MODEL_NAME

    @classmethod
    def open(
        cls, model_dir: Path, vectors_path: Path, onet_version: str = "20.1", report_bank: Report = _silent
    ) -> "LocalEngine":
        """Build the model once into `model_dir` (some seconds), and open the vectors' file.

        `report_bank` hears how far the bank is embedded, once per home.

        Raises:
            WeightsUnavailable: the package that carries the weights is not installed.
        """
        return cls(Embedder(model_dir), VectorStore(vectors_path), load_heads(), onet_version, report_bank)

    @property
    def model_hash(self) -> str:
        """Hash of weights, kernel and heads."""
        return model_hash(self.embedder.kernel)

    @property
    def facets_version(self) -> str:
        """Fingerprint of all that can change a facet's answer."""
        return facets_version(self.embedder.kernel)

    @property
    def vector_maker(self) -> str:
        """What makes the vectors of windows."""
        return window_maker(self.embedder.kernel)

    @property
    def bank_version(self) -> str:
        """Hash of the task bank."""
        return bank_version()

    @cached_property
    def index(self) -> BankIndex:
        """The bank, embedded at first use."""
        return open_index(self.embedder, self.store, self.heads.activities.labels, self.report_bank)

    @cached_property
    def groups(self) -> tuple[str, ...]:
        """All SOC groups, ascending."""
        return soc_groups()

    def forced(self) -> "LocalEngine":
        """The same engine, holding no task back however little speaks for it: for evaluations alone."""
        return replace(self, heads=replace(self.heads, task_threshold=0.0))

    def label(
        self,
        conversations: pd.DataFrame,
        batches: Iterator[pa.RecordBatch],
        report: Report = _silent,
        watch: Watch | None = None,
    ) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Rows of lake/facet_summaries, exactly one a conversation, and the dead letters.

        A conversation without a transcript is a dead letter, and has its row with that state.
        """
        hashes = dict(zip(conversations["conversation_id"], conversations["content_hash"], strict=True))
        maker = Maker(self.model, self.model_hash)
        frames: list[pd.DataFrame] = []
        done = 0
        for batch in _in_small_batches(batches):
            seen = read(batch)
            vectors = self._vectors(seen.hashes, seen.windows, _shifted(report, done, len(hashes)))
            inputs = self.heads.features(vectors, seen.shapes)
            frames.append(answer(seen.ids, seen.hashes, seen.languages, inputs, self.heads, self.groups, maker))
            done += len(seen.ids)
        rows = pd.concat(frames, ignore_index=True) if frames else unread([], [], maker)
        rows = rows.loc[rows["conversation_id"].isin(list(hashes))]
        missing = sorted(set(hashes) - set(rows["conversation_id"]))
        if missing:
            dead = unread(missing, [hashes[name] for name in missing], maker)
            rows = pd.concat([rows, dead], ignore_index=True)
        return finish(rows), _dead_letters(FACET_SUMMARIES_REJECTED, missing)

    def retry(self, table: str, states: Collection[State], contents: Sequence[str]) -> int:
        """Nothing is kept of what had no answer: it is asked again in any case."""
        return 0

    def map_tasks(
        self,
        conversations: pd.DataFrame,
        facets: pd.DataFrame,
        batches: Iterator[pa.RecordBatch],
        report: Report = _silent,
        watch: Watch | None = None,
    ) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Rows of lake/onet_task_mappings and the dead letters; text is read only where a vector is missing."""
        wanted = facets.loc[facets["conversation_id"].isin(conversations["conversation_id"])]
        rows = MappingRows(self._mapping_maker(), self._statements)
        is_open = wanted["is_occupational_state"].eq(State.ANSWERED) & wanted["is_occupational"].eq(True).fillna(False)
        for row in wanted.loc[~is_open, ["conversation_id", "is_occupational_state"]].itertuples(index=False):
            rows.add_none(str(row.conversation_id), _closed_state(str(row.is_occupational_state)))
        unvectored = self._map_open(wanted.loc[is_open], batches, rows)
        known = set(wanted["conversation_id"])
        absent = sorted(set(conversations["conversation_id"]) - known) + unvectored
        for name in absent:
            rows.add_none(name, MappingState.DEAD)
        dead = wanted.loc[wanted["is_occupational_state"] == State.DEAD, "conversation_id"]
        return rows.frame(), _dead_letters(ONET_TASK_MAPPINGS_REJECTED, sorted([*absent, *dead]))

    def activities(
        self, conversations: pd.DataFrame, batches: Iterator[pa.RecordBatch]
    ) -> dict[str, tuple[str, float]]:
        """The likeliest intermediate work activity of each conversation, and its calibrated probability.

        Forced: of every conversation that has a transcript, occupational or not. Figures are made of tasks.
        """
        vectors = self.vectors(conversations, batches)
        ready = conversations.loc[conversations["content_hash"].isin(list(vectors))]
        if ready.empty:
            return {}
        inputs = bare_features(np.stack([vectors[name] for name in ready["content_hash"]]))
        names, sure = self._first_activities(probabilities(self.heads.activities, inputs))
        return dict(zip(ready["conversation_id"], zip(names, sure, strict=True), strict=True))

    def _first_activities(self, likely: npt.NDArray[np.float64]) -> tuple[list[str], list[float]]:
        """The likeliest activity of each conversation, and how sure it is, out of [conversations, activities]."""
        names = [self.heads.activities.labels[place] for place in likely.argmax(axis=1)]
        return names, np.round(likely.max(axis=1), 4).tolist()

    def _map_open(self, wanted: pd.DataFrame, batches: Iterator[pa.RecordBatch], rows: MappingRows) -> list[str]:
        """Map the occupational conversations; returns those that have neither vector nor transcript."""
        vectors = self.vectors(wanted, batches)
        is_known = wanted["content_hash"].isin(list(vectors))
        ready = wanted.loc[is_known]
        for start in range(0, len(ready), READ_AT_ONCE):
            part = ready.iloc[start : start + READ_AT_ONCE]
            self._map_part(part, np.stack([vectors[name] for name in part["content_hash"]]), rows)
        return sorted(str(name) for name in wanted.loc[~is_known, "conversation_id"])

    def _map_part(self, facets: pd.DataFrame, vectors: Vectors, rows: MappingRows) -> None:
        activities = probabilities(self.heads.activities, bare_features(vectors))
        groups = np.stack([np.asarray(each, np.float64) for each in facets["soc_group_probabilities"]])
        scores = task_scores(vectors, activities, groups, self.index)
        proof = evidence(scores, activities, groups, self.index)
        confidence = np.round(logistic(proof, self.heads.task_calibration), 4)
        picked = pick_tasks(scores, self.index)
        activity, activity_confidence = self._first_activities(activities)
        asked = zip(facets["conversation_id"], facets["soc_group"], facets["soc_group_confidence"], strict=True)
        said = zip(asked, picked, confidence, activity, activity_confidence, strict=True)
        for (name, group, group_confidence), picks, sure, iwa, iwa_sure in said:
            # as deep as the evidence reaches: task, activity, SOC group
            if sure >= self.heads.task_threshold:
                rows.add_picks(name, picks, float(sure))
            elif iwa_sure >= self.heads.activities.threshold:
                rows.add_coarser(name, Level.IWA, iwa, float(iwa_sure))
            elif not pd.isna(group):
                rows.add_coarser(name, Level.SOC_GROUP, group, float(group_confidence))
            else:
                rows.add_none(name, MappingState.UNCLASSIFIED, float(sure))

    @cached_property
    def _statements(self) -> dict[str, dict[str, float]]:
        return statement_weights(facts.load("onet_tasks"), self.onet_version)

    def _mapping_maker(self) -> MappingMaker:
        return MappingMaker(self.model, self.model_hash, self.bank_version, self.onet_version)

    def _vectors(self, hashes: Sequence[str], windows: Sequence[str], report: Report) -> Vectors:
        """Vectors of the windows, out of the home where they are known."""
        maker = self.vector_maker
        known = self.store.get(maker, hashes)
        new = sorted({name: place for place, name in enumerate(hashes) if name not in known}.values())
        for start in range(0, len(new), STORE_EVERY):
            part = new[start : start + STORE_EVERY]
            before = len(hashes) - len(new) + start
            texts = [windows[place] for place in part]
            made = self.embedder.embed(texts, _shifted(report, before, len(hashes)))
            fresh = {hashes[place]: vector for place, vector in zip(part, made, strict=True)}
            self.store.put(maker, fresh.items())
            known |= fresh
        report(len(hashes), len(hashes))
        return np.stack([known[name] for name in hashes])

    def vectors(self, wanted: pd.DataFrame, batches: Iterator[pa.RecordBatch]) -> dict[str, npt.NDArray[np.float32]]:
        """Vectors of conversations by content hash; transcripts are read only if some are missing."""
        maker = self.vector_maker
        names = wanted["content_hash"].tolist()
        known = self.store.get(maker, names)
        lacking = set(names) - set(known)
        if lacking:
            for batch in _in_small_batches(batches):
                hashes = batch.column(batch.schema.get_field_index("content_hash")).to_pylist()
                chosen = [place for place, name in enumerate(hashes) if name in lacking]
                if chosen:
                    part = batch.take(pa.array(chosen))
                    kept = [hashes[place] for place in chosen]
                    vectors = self._vectors(kept, windows_of(part), _silent)
                    known |= dict(zip(kept, vectors, strict=True))
        return known


def _shifted(report: Report, before: int, of: int) -> Report:
    """A report of a part, told as progress of the whole."""

    def shifted(done: int, _: int) -> None:
        report(before + done, of)

    return shifted


def _in_small_batches(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The same rows, at most 1,000 at once, no empty batch."""
    for batch in batches:
        for start in range(0, batch.num_rows, READ_AT_ONCE):
            yield batch.slice(start, READ_AT_ONCE)


def _closed_state(facet_state: str) -> MappingState:
    """Why a conversation is not mapped: it is not occupational, or the question was not answered."""
    is_answered = facet_state == State.ANSWERED
    return MappingState.NOT_OCCUPATIONAL if is_answered else MappingState(facet_state)


def _dead_letters(table: Table, ids: Sequence[str]) -> pd.DataFrame:
    rows = pd.DataFrame(
        {
            "conversation_id": list(ids),
            "reason": DeadLetterReason.DEAD.value,
            "detail": "transcript missing",
            "attempt_count": 1,
        },
        columns=list(table.schema.columns),
    )
    return validated(table, rows)
