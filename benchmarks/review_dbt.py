"""The same draws of reviewed logs through the real dbt models: one home, in which each draw is a month of its own."""

import os
import subprocess
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa

from benchmarks.review_formulas import Log, correct, interval
from benchmarks.synthetic import batch_of, write_reference
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
from economic_index.contracts.reviews import REVIEWS
from economic_index.contracts.unasked import unasked_read_columns
from economic_index.lake import Lake, empty_frame
from orchestration.rollups_project import DBT_FOLDER, dbt_executable

FIRST = date(2020, 6, 8)
# SOC groups: a facet without modes, of which a mapping may name any
GROUPS = np.array(["11", "13", "15", "17", "19", "21"])
ASKED = ("language", "is_occupational", "use_case", "collaboration", "intent", "soc_group", "skills")


def week_of(number: int) -> date:
    """A Monday of a month that no other draw has."""
    day = date(FIRST.year + (FIRST.month - 1 + number) // 12, (FIRST.month - 1 + number) % 12 + 1, 10)
    return day - timedelta(days=day.weekday())


def through_dbt(home: Path, logs: list[Log], truth: np.ndarray) -> str:
    """Write, build, read; what the models say against numpy on the same draws, and against the truth."""
    lake = Lake(home)
    write_reference(lake)
    source = {"source": ["draws"], "product": ["draws"], "users": ["log"], "audience": ["self"]}
    floors = {"floor_conversations": [0], "floor_users": [0], "is_time_assigned": [False]}
    lake.write(SOURCES, SOURCES.schema.validate(pd.DataFrame(source | floors)))
    for number, log in enumerate(logs):
        _write_week(lake, number, log)
    reviews = pd.concat([_reviews(number, log) for number, log in enumerate(logs)], ignore_index=True)
    lake.write(REVIEWS, REVIEWS.schema.validate(reviews[list(REVIEWS.schema.columns)]))
    _build(home)
    with duckdb.connect(str(home / "index.duckdb"), read_only=True) as connection:
        rows = connection.execute("""
            select periods.period_start, found.label, found.corrected_share, found.corrected_share_lo,
                found.corrected_share_hi
            from intermediate.int_corrected_intervals_computed as found
            inner join intermediate.int_corrections_listed as listed using (correction_key)
            inner join intermediate.int_periods_listed as periods using (period_key)
            where periods.period_type = 'month' and not listed.is_pooled and found.interval_target = 'process'
        """).df()
    return _compared(rows, logs, truth)


def _write_week(lake: Lake, number: int, log: Log) -> None:
    count, week = len(log.user), week_of(number)
    ids = pa.array(_ids(number, log))
    states = {f"{facet}_state": "not_asked" for facet in ASKED}
    facets = {"conversation_id": ids, "content_hash": ids, "engine": "local", "model": "none"}
    facets |= unasked_read_columns(count) | states
    nulls = dict.fromkeys(
        ("use_case", "collaboration", "intent", "soc_group", "language"), pa.nulls(count, pa.string())
    )
    start = datetime(week.year, week.month, week.day, tzinfo=UTC)
    talks = {
        "conversation_id": ids,
        "user_id": pa.array([f"u{number}-{user}" for user in log.user]),
        "started_at": start,
    }
    talks |= {"started_at_source": "log", "source": "draws", "source_format": "chat_messages", "product": "draws"}
    is_known = log.predicted < len(GROUPS)
    mapped = {
        "conversation_id": ids,
        "pick": 1,
        "weight": 1.0,
        "algorithm": "choice",
        "engine": "local",
        "model": "none",
    }
    mapped |= {"level": pa.array(np.where(is_known, "soc_group", "unclassified")), "version": str(number)}
    mapped |= {"node_id": pa.array(np.where(is_known, np.append(GROUPS, "")[log.predicted], ""))}
    mapped |= {"state": pa.array(np.where(is_known, "answered", "unclassified")), "onet_version": "20.1"}
    lake.commit_week(
        week,
        {
            TRANSCRIPTS: empty_frame(TRANSCRIPTS),
            CONVERSATIONS: iter(
                [batch_of(CONVERSATIONS, talks | {"surface": "chat", "content_hash": ids, "weight": 1.0}, count)]
            ),
            FACET_SUMMARIES_REJECTED: empty_frame(FACET_SUMMARIES_REJECTED),
            FACET_SUMMARIES: iter([batch_of(FACET_SUMMARIES, facets | nulls, count)]),
            ONET_TASK_MAPPINGS_REJECTED: empty_frame(ONET_TASK_MAPPINGS_REJECTED),
            ONET_TASK_MAPPINGS: iter([batch_of(ONET_TASK_MAPPINGS, mapped, count)]),
            SEGMENTS: empty_frame(SEGMENTS),
        },
    )


def _ids(number: int, log: Log) -> list[str]:
    return [f"c{number:03d}-{position:05d}" for position in range(len(log.user))]


def _reviews(number: int, log: Log) -> pd.DataFrame:
    """What a coder who is always right says of the conversations drawn."""
    rows = pd.DataFrame({"conversation_id": _ids(number, log), "value": GROUPS[log.true]})
    rows["inclusion_probability"] = log.chance
    rows = rows[log.is_reviewed].assign(facet="soc_group", outcome="labelled", coder="machine", coder_id="a")
    rows["review_id"] = rows["conversation_id"]
    rows["draw_id"] = f"d{number}"
    rows["predicted_version"] = str(number)
    same = {"codebook_version": "1", "frame": "uniform", "is_settled": False, "reviewed_on": FIRST, "seconds": np.nan}
    return rows.assign(**same, second_value=None, predicted=None)


def _build(home: Path) -> None:
    folders = ["--project-dir", str(DBT_FOLDER), "--profiles-dir", str(DBT_FOLDER)]
    only = ["--exclude-resource-type", "test", "unit_test", "--select", "+int_corrected_intervals_computed"]
    command = [dbt_executable(), "--quiet", "build", *only, "+int_periods_listed", *folders]
    command += ["--target-path", str(home / "dbt_target"), "--log-path", str(home / "dbt_logs")]
    subprocess.run(command, env=os.environ | {"OEI_HOME": str(home)}, check=True)


def _compared(rows: pd.DataFrame, logs: list[Log], truth: np.ndarray) -> str:
    """One sentence: the largest relative distance from numpy, and the coverage."""
    largest, held, made = 0.0, 0, 0
    for number, log in enumerate(logs):
        found = correct(log)
        lo, hi = interval(found, found.sampling, found.reviewing, found.joint)
        start = pd.Timestamp(week_of(number) + timedelta(days=3)).replace(day=1)
        of_draw = rows[pd.to_datetime(rows["period_start"]) == start].set_index("label")
        seen = [label for label, name in enumerate(GROUPS) if name in of_draw.index]
        columns = ["corrected_share", "corrected_share_lo", "corrected_share_hi"]
        printed = of_draw.loc[GROUPS[seen], columns].to_numpy(float)
        wanted = np.stack([found.share, lo, hi], axis=1)[seen]
        largest = max(largest, float((np.abs(printed - wanted) / np.maximum(1e-9, np.abs(wanted))).max(initial=0)))
        held += int(((printed[:, 1] <= truth[seen]) & (truth[seen] <= printed[:, 2])).sum())
        made += len(seen)
    return (
        f"Through dbt: {len(logs)} draws, {made} intervals; {100 * held / made:.1f} % hold the truth; largest relative "
        f"distance from numpy on the same draws {largest:.1e}."
    )
