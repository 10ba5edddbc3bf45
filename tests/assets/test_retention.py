"""Texts past their limit go and their labels stay: no engine is asked about them again, no delivery returns them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import numpy as np
import pandas as pd
import pytest

from assets.conversations import conversations_asset
from assets.facet_summaries import facet_summaries_asset
from assets.onet_task_mappings import onet_task_mappings_asset
from assets.people import segments_asset
from economic_index.contracts import as_arrow
from economic_index.contracts.lake import (
    CONVERSATIONS,
    FACET_SUMMARIES,
    FACET_SUMMARIES_REJECTED,
    ONET_TASK_MAPPINGS,
    ONET_TASK_MAPPINGS_REJECTED,
    TRANSCRIPTS,
)
from economic_index.conversations.reading import LogReader
from economic_index.conversations.reading_outcome import Reading
from economic_index.conversations.sources import Source
from economic_index.due import StageVersions, due_weeks, weekly_stages
from economic_index.lake import Lake, empty_frame
from economic_index.local.vectors import VectorStore
from economic_index.review.texts import texts_of
from tests.home_search import places_of
from tests.people_logs import Said, filled, write_lines

WEEK, KEY, DAYS = date(2026, 1, 5), b"k" * 32, 30
ENDS = datetime(2026, 1, 12, tzinfo=UTC)
SECRET, KEPT = "the recipe of the harbour bakery", "how long is a mile"
SAID = [Said(f"6f1c2c1e-0001-4000-8000-{number:012d}", f"user-{number}", f"{SECRET} {number}") for number in range(3)]
OTHERS = [Said(f"6f1c2c1e-0002-4000-8000-{number:012d}", f"other-{number}", KEPT) for number in range(2)]


class Engine:
    """Labels with its own name, and remembers whom it saw."""

    def __init__(self, name: str, *, in_batches: bool = False) -> None:
        self.name, self.seen, self.in_batches = name, [], in_batches

    def _rows(self, table: Any, columns: dict[str, Any], count: int) -> Any:
        frame = filled(table, columns | {"engine": "claude", "model": self.name}, count)
        if not self.in_batches:
            return frame
        return iter(pa_batches(table, frame))

    def label(self, conversations: pd.DataFrame, batches: Iterator[Any], report: Any, watch: Any) -> tuple[Any, Any]:
        texts = {row["conversation_id"]: row["messages"] for batch in batches for row in batch.to_pylist()}
        assert set(texts) == set(conversations["conversation_id"])
        assert all(texts.values())
        self.seen += sorted(texts)
        columns = {name: conversations[name] for name in ("conversation_id", "content_hash")}
        columns |= {"request": f"they ask: {SECRET}", "task_evidence": SECRET}
        return self._rows(FACET_SUMMARIES, columns, len(texts)), empty_frame(FACET_SUMMARIES_REJECTED)

    def map_tasks(
        self, conversations: pd.DataFrame, facets: pd.DataFrame, batches: Iterator[Any], report: Any, watch: Any
    ) -> tuple[Any, Any]:
        assert facets["conversation_id"].tolist() == conversations["conversation_id"].tolist()
        columns: dict[str, Any] = {"conversation_id": conversations["conversation_id"], "pick": 1, "level": "none"}
        columns |= {"weight": 1.0, "state": "answered", "algorithm": "choice", "onet_version": "20.1"}
        rows = self._rows(ONET_TASK_MAPPINGS, columns, len(conversations))
        return rows, empty_frame(ONET_TASK_MAPPINGS_REJECTED)


def pa_batches(table: Any, frame: pd.DataFrame) -> list[Any]:
    return as_arrow(table, frame).to_batches(max_chunksize=1)


def stages(version: str) -> Any:
    return weekly_stages(StageVersions("1", version, version))


def read(lake: Lake, days_after: int, *sources: Source) -> Reading:
    return LogReader(sources, KEY, ENDS + timedelta(days=days_after)).read(lake)


def run(lake: Lake, engine: Engine) -> dict[str, Any]:
    """The weekly steps of the week; what Dagster is told of the facets."""
    conversations, segments, facets, mappings = stages(engine.name)
    made = [conversations_asset(conversations), segments_asset(segments), facet_summaries_asset(facets)]
    with dg.DagsterInstance.ephemeral() as instance:
        done = dg.materialize(
            [*made, onet_task_mappings_asset(mappings)],
            resources={"lake": lake, "engine": engine, "progress": lambda what, done, of: None},
            instance=instance,
            partition_key=WEEK.isoformat(),
        )
    assert done.success
    assert due_weeks(lake, stages(engine.name), ENDS + timedelta(days=400)) == []
    key = dg.AssetKey(FACET_SUMMARIES.key())
    (told,) = [each for each in done.get_asset_materialization_events() if each.asset_key == key]
    return {name: value.value for name, value in told.materialization.metadata.items()}


def texts(lake: Lake) -> dict[str, int]:
    """Messages by conversation."""
    rows = [row for batch in lake.scan_week(TRANSCRIPTS, WEEK) for row in batch.to_pylist()]
    return {row["conversation_id"]: len(row["messages"]) for row in rows}


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "home")


@pytest.fixture
def sources(tmp_path: Path) -> tuple[Source, Source]:
    """One whose texts go after a month, and one whose texts stay."""
    old, other = write_lines(tmp_path / "old.jsonl", SAID), write_lines(tmp_path / "other.jsonl", OTHERS)
    return replace(old, keep_text_days=DAYS), other


@pytest.mark.parametrize("in_batches", [False, True])
def test_past_the_limit_texts_and_words_about_them_go_and_labels_stay(
    lake: Lake, sources: tuple[Source, Source], in_batches: bool
) -> None:
    read(lake, 1, *sources)
    run(lake, Engine("first", in_batches=in_batches))
    before = lake.read_week(FACET_SUMMARIES, WEEK)
    vectors = VectorStore(lake.database_path("vectors"))
    vectors.put("encoder", [(name, np.ones(4, np.float32)) for name in before["content_hash"]])
    assert read(lake, DAYS - 1, *sources).dropped_text_count == 0
    reading = read(lake, DAYS, *sources)
    assert reading.dropped_text_count == len(SAID)
    assert f"{len(SAID)} conversations lost their text" in reading.summary
    again = Engine("first", in_batches=in_batches)
    assert run(lake, again)["conversations_without_text"] == len(SAID)
    assert len(again.seen) == len(OTHERS)
    assert sorted(texts(lake).values()) == [0] * len(SAID) + [2] * len(OTHERS)
    after = lake.read_week(FACET_SUMMARIES, WEEK)
    pd.testing.assert_frame_equal(
        after.drop(columns=["request", "task_evidence"]), before.drop(columns=["request", "task_evidence"])
    )
    kept = set(again.seen)
    assert after["request"].isna().tolist() == [name not in kept for name in after["conversation_id"]]
    held = vectors.get("encoder", before["content_hash"].tolist())
    assert held.keys() == set(after.loc[after["conversation_id"].isin(kept), "content_hash"])
    if not in_batches:  # the others' words hold it, too
        assert [path for path in places_of(lake.root, [f"{SECRET} 1"]) if path != "inbox"] == []
    assert read(lake, DAYS + 1, *sources).dropped_text_count == 0


def test_a_new_engine_asks_only_what_has_a_text_and_the_old_labels_say_who_gave_them(
    lake: Lake, sources: tuple[Source, Source]
) -> None:
    read(lake, 1, *sources)
    run(lake, Engine("first"))
    read(lake, DAYS, *sources)
    second = Engine("second")
    run(lake, second)
    assert len(second.seen) == len(OTHERS)
    for table in (FACET_SUMMARIES, ONET_TASK_MAPPINGS):
        rows = lake.read_week(table, WEEK)
        assert rows["conversation_id"].is_monotonic_increasing
        assert rows["model"].value_counts().to_dict() == {"first": len(SAID), "second": len(OTHERS)}


def test_what_grew_or_is_read_in_another_way_after_the_limit_brings_no_text_back(
    lake: Lake, sources: tuple[Source, Source]
) -> None:
    read(lake, 1, *sources)
    run(lake, Engine("first"))
    read(lake, DAYS, *sources)
    run(lake, Engine("first"))
    grown = [replace(each, text=f"{each.text}, and longer") for each in SAID]
    write_lines(Path(sources[0].path), grown)
    reading = read(lake, DAYS + 1, *sources)
    assert [report.past_retention_count for report in reading.reports] == [len(SAID)]
    read(lake, DAYS + 2, replace(sources[0], product="helpdesk"), sources[1])
    last = Engine("first")
    run(lake, last)
    assert places_of(lake.root, [f"{SECRET} 1", "and longer"]) == {}
    assert len(lake.read_week(CONVERSATIONS, WEEK)) == len(SAID) + len(OTHERS)


def test_an_old_archive_is_asked_first_and_loses_its_texts_with_the_next_reading(
    lake: Lake, sources: tuple[Source, Source]
) -> None:
    assert read(lake, 300, *sources).dropped_text_count == 0
    engine = Engine("first")
    run(lake, engine)
    assert len(engine.seen) == len(SAID) + len(OTHERS)
    assert read(lake, 300, *sources).dropped_text_count == len(SAID)


def test_killed_between_the_note_and_the_rewriting_the_next_reading_goes_on(
    lake: Lake, sources: tuple[Source, Source], monkeypatch: pytest.MonkeyPatch
) -> None:
    from economic_index.erasure import retention

    def killed(*arguments: object) -> None:
        raise KeyboardInterrupt

    read(lake, 1, *sources)
    run(lake, Engine("first"))
    with monkeypatch.context() as patched:
        patched.setattr(retention, "_rewrite", killed)
        with pytest.raises(KeyboardInterrupt):
            read(lake, DAYS, *sources)
    assert places_of(lake.root, [f"{SECRET} 1"])
    assert read(lake, DAYS, *sources).dropped_text_count == len(SAID)
    assert places_of(lake.root, [f"{SECRET} 1"]) == {}


def test_a_reviewer_is_handed_no_conversation_without_its_text(lake: Lake, sources: tuple[Source, Source]) -> None:
    read(lake, 1, *sources)
    run(lake, Engine("first"))
    read(lake, DAYS, *sources)
    rows = lake.read_week(CONVERSATIONS, WEEK)
    wanted = dict(zip(rows["conversation_id"], rows["content_hash"], strict=True))
    assert len(texts_of(lake.scan_week(TRANSCRIPTS, WEEK), wanted)) == len(OTHERS)
