"""The same draws through the real dbt models: one home, in which each draw is a segment of its own."""

import os
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa

from benchmarks.coverage_formulas import shares_of
from benchmarks.coverage_worlds import CELLS, Design, draw
from benchmarks.synthetic import batch_of, weeks_from, write_reference
from economic_index.contracts import Table
from economic_index.contracts.lake import (
    CONVERSATIONS,
    FACET_SUMMARIES,
    FACET_SUMMARIES_REJECTED,
    ONET_TASK_MAPPINGS,
    ONET_TASK_MAPPINGS_REJECTED,
    SEGMENTS,
    SOURCES,
    TRANSCRIPTS,
)
from economic_index.contracts.unasked import unasked_read_columns
from economic_index.lake import Lake, empty_frame
from economic_index.vocabulary import UseCase
from orchestration.rollups_project import DBT_FOLDER, dbt_executable

WEEK = weeks_from(datetime(2026, 1, 5, tzinfo=UTC).date(), 1)[0]
# languages: the one facet whose labels are open, so that every cell of the worlds has one
LABELS = [f"x{number}" for number in range(len(CELLS))]


def through_dbt(home: Path, design: Design, draws: int, seed: int) -> str:
    """Write, build, read; what the marts say against numpy on the same draws, and against the truth."""
    rng = np.random.default_rng([seed, design.n, draws])
    logs = [draw(rng, design) for _ in range(draws)]
    _write(Lake(home), logs)
    _build(home)
    with duckdb.connect(str(home / "index.duckdb"), read_only=True) as connection:
        rows = connection.execute("""
            select segment, language, usage_share, usage_share_lo, usage_share_hi, n_eff, df
            from marts.mart_languages
            where segment_type = 'replicate' and period_type = 'all' and footing = 'of_classified'
        """).df()
    return _compared(rows, logs)


def _write(lake: Lake, logs: list[np.ndarray]) -> None:
    """Every conversation of every draw, with ids and people of its own; one's own logs, so that nothing is hidden."""
    write_reference(lake)
    source = {"source": ["replicates"], "product": ["replicates"], "users": ["log"], "audience": ["self"]}
    floors = {"floor_conversations": [0], "floor_users": [0], "is_time_assigned": [False]}
    lake.write(SOURCES, SOURCES.schema.validate(pd.DataFrame(source | floors)))
    people = [np.repeat(np.arange(len(log)), log.sum(axis=1)) for log in logs]
    cells = [np.concatenate([np.repeat(np.arange(log.shape[1]), row) for row in log]) for log in logs]
    which = np.repeat(np.arange(len(logs)), [len(who) for who in people])
    count = len(which)
    ids = pa.array([f"c{number:07d}" for number in range(count)])
    users = pa.array([f"u{draw}-{who}" for draw, who in zip(which, np.concatenate(people), strict=True)])
    states = {f"{facet}_state": "not_asked" for facet in ("use_case", "intent", "soc_group", "skills", "collaboration")}
    states |= {"is_occupational_state": "not_asked", "language_state": "answered"}
    facets = {
        "conversation_id": ids,
        "content_hash": ids,
        "engine": "local",
        "model": "none",
        "use_case": UseCase.WORK.value,
    }
    facets |= (
        unasked_read_columns(count) | {"language": pa.array(LABELS).take(pa.array(np.concatenate(cells)))} | states
    )
    facets["use_case"] = pa.nulls(count, pa.string())
    common = {"source": "replicates", "source_format": "chat_messages", "product": "replicates", "surface": "chat"}
    start = datetime(WEEK.year, WEEK.month, WEEK.day, tzinfo=UTC)
    talks = {"conversation_id": ids, "user_id": users, "started_at": start, "started_at_source": "log", **common}
    mapped = {"conversation_id": ids, "pick": 1, "level": "none", "node_id": "", "weight": 1.0, "state": "answered"}
    mapped |= {"algorithm": "choice", "engine": "local", "model": "none", "version": "0", "onet_version": "20.1"}
    names = pa.array([f"{number:04d}" for number in which])
    cut = {"conversation_id": ids, "segment_type": "replicate", "segment": names}
    tables: dict[Table, pd.DataFrame | Iterator[pa.RecordBatch]] = {
        TRANSCRIPTS: empty_frame(TRANSCRIPTS),
        CONVERSATIONS: iter([batch_of(CONVERSATIONS, talks | {"content_hash": ids, "weight": 1.0}, count)]),
        FACET_SUMMARIES_REJECTED: empty_frame(FACET_SUMMARIES_REJECTED),
        FACET_SUMMARIES: iter([batch_of(FACET_SUMMARIES, facets, count)]),
        ONET_TASK_MAPPINGS_REJECTED: empty_frame(ONET_TASK_MAPPINGS_REJECTED),
        ONET_TASK_MAPPINGS: iter([batch_of(ONET_TASK_MAPPINGS, mapped, count)]),
        SEGMENTS: iter([batch_of(SEGMENTS, cut, count)]),
    }
    lake.commit_week(WEEK, tables)


def _build(home: Path) -> None:
    folders = ["--project-dir", str(DBT_FOLDER), "--profiles-dir", str(DBT_FOLDER)]
    only_models = ["--exclude-resource-type", "test", "unit_test", "--select", "+mart_languages"]
    command = [dbt_executable(), "--quiet", "build", *only_models, *folders, "--target-path", str(home / "dbt_target")]
    subprocess.run(command, env=os.environ | {"OEI_HOME": str(home)}, check=True)


def _compared(rows: pd.DataFrame, logs: list[np.ndarray]) -> str:
    """One paragraph: the largest relative distance from numpy, and the coverage."""
    largest, held = 0.0, 0
    for number, of_draw in rows.groupby("segment"):
        expected = shares_of(logs[int(str(number))])
        if expected is None:
            continue
        cells = of_draw["language"].str.removeprefix("x").astype(int).to_numpy()
        columns = ["usage_share", "usage_share_lo", "usage_share_hi", "n_eff"]
        wanted = np.stack([expected.share, expected.lo, expected.hi, expected.n_eff], axis=1)[cells]
        found = of_draw[columns].to_numpy(float)
        largest = max(largest, float(np.nanmax(np.abs(found - wanted) / np.maximum(1e-12, np.abs(wanted)))))
        held += int(((found[:, 1] <= CELLS[cells]) & (CELLS[cells] <= found[:, 2])).sum())
    return (
        f"Through dbt: {len(logs)} draws, {len(rows):,} intervals of cells that were seen; "
        f"{100 * held / len(rows):.1f} % hold the truth; largest relative distance from numpy on the same draws "
        f"{largest:.1e}."
    )
