"""A home full of classified conversations that nobody had: heavy-tailed users, real reference facts.

For timing the rollups only; no figure of such a home means anything.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from economic_index.contracts import Table
from economic_index.contracts.lake import (
    ASKED_FACETS,
    CONVERSATIONS,
    FACET_SUMMARIES,
    FACET_SUMMARIES_REJECTED,
    ONET_TASK_MAPPINGS,
    ONET_TASK_MAPPINGS_REJECTED,
    SOURCES,
    TRANSCRIPTS,
)
from economic_index.contracts.reference import BANK_LINKS, BANK_TASKS, FACT_TABLES
from economic_index.contracts.unasked import unasked_read_columns
from economic_index.lake import Lake, empty_frame
from economic_index.local import bank
from economic_index.taxonomy import facts
from economic_index.vocabulary import Collaboration, Intent, UseCase

MODELS = ("model-a", "model-b", "model-c")
FIRST = date(2023, 9, 4)


def write_reference(lake: Lake) -> None:
    """The shipped facts and the bank, as the assets would write them."""
    for table in FACT_TABLES:
        lake.write(table, facts.load(table.name))
    lake.write(BANK_TASKS, bank.tasks_frame())
    lake.write(BANK_LINKS, bank.links_frame(facts.load("onet_tasks")))


def batch_of(table: Table, columns: dict[str, object], count: int) -> pa.RecordBatch:
    """Arrow columns of a table: given ones as they are, the others null, false, zero or empty by type."""
    arrays = []
    for field in table.arrow_schema():
        value = columns.get(field.name)
        if value is None and field.nullable:
            arrays.append(pa.nulls(count, field.type))
        elif value is None or isinstance(value, str | int | float | bool | datetime):
            constant = _default(field.type) if value is None else value
            arrays.append(pa.array([constant] * count, field.type))
        else:
            arrays.append(pa.array(value).cast(field.type))
    return pa.RecordBatch.from_arrays(arrays, schema=table.arrow_schema())


def _default(kind: pa.DataType) -> object:
    if pa.types.is_list(kind):
        return []
    if pa.types.is_boolean(kind):
        return False
    return 0 if pa.types.is_integer(kind) else 1.0 if pa.types.is_floating(kind) else ""


def _pick(rng: np.random.Generator, labels: list[str], weights: list[float], count: int) -> pa.Array:
    share = np.array(weights) / sum(weights)
    return pa.array(labels).take(pa.array(rng.choice(len(labels), count, p=share)))


def _facets(rng: np.random.Generator, ids: pa.Array, count: int) -> pa.RecordBatch:
    unknown = rng.random(count) < 0.2
    state = pa.array(np.where(unknown, "unclassified", "answered"))
    mask = pa.array(unknown)

    def judged(labels: list[str], weights: list[float]) -> pa.Array:
        values = _pick(rng, labels, weights, count)
        return pa.compute.if_else(mask, pa.nulls(count, pa.string()), values)

    columns: dict[str, object] = {
        "conversation_id": ids,
        "content_hash": ids,
        "engine": "local",
        "model": "synthetic",
        "language": "en",
        **unasked_read_columns(count),
        "collaboration": judged([c.value for c in Collaboration], [39, 2, 20, 33, 1, 5]),
        "use_case": judged([c.value for c in UseCase], [55, 14, 31]),
        "intent": judged([c.value for c in Intent], [39, 58, 3]),
        "is_occupational": pa.array(rng.random(count) < 0.94),
        **{f"{facet}_state": "answered" for facet in ("language", "is_occupational")},
        **{f"{facet}_state": state for facet in ("collaboration", "use_case", "intent")},
        **{f"{facet}_state": "not_asked" for facet in ("soc_group", "skills")},
    }
    assert {f"{facet}_state" for facet in ASKED_FACETS} <= set(columns)
    return batch_of(FACET_SUMMARIES, columns, count)


def _mappings(rng: np.random.Generator, ids: pa.Array, links: pd.DataFrame, count: int) -> pa.RecordBatch:
    """Each conversation takes one bank task (heavy-tailed), and with it all its statements."""
    tasks = links["bank_task_id"].unique()
    popularity = 1 / np.arange(1, len(tasks) + 1) ** 0.8
    chosen = rng.choice(len(tasks), count, p=popularity / popularity.sum())
    unmapped = rng.random(count) < 0.25
    by_task = links.groupby(pd.Categorical(links["bank_task_id"], tasks), observed=False).indices
    sizes = np.array([len(by_task[task]) for task in tasks])
    rows_of = np.concatenate([by_task[task] for task in tasks])
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    lengths = np.where(unmapped, 1, sizes[chosen])
    owner = np.repeat(np.arange(count), lengths)
    offset = np.arange(len(owner)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    link = rows_of[np.minimum(starts[chosen[owner]] + offset, len(rows_of) - 1)]
    is_open = unmapped[owner]
    columns: dict[str, object] = {
        "conversation_id": ids.take(pa.array(owner)),
        "pick": 1,
        "level": pa.array(np.where(is_open, "unclassified", "task")),
        "node_id": pa.array(np.where(is_open, "", links["statement_hash"].to_numpy(object)[link]).astype(str)),
        "bank_task_id": pa.array(np.where(is_open, None, links["bank_task_id"].to_numpy(object)[link])),
        "weight": np.where(is_open, 1.0, links["weight"].to_numpy()[link]),
        "state": pa.array(np.where(is_open, "unclassified", "answered")),
        "algorithm": "bank_retrieval",
        "engine": "local",
        "model": "synthetic",
        "version": "synthetic",
        "onet_version": "20.1",
    }
    return batch_of(ONET_TASK_MAPPINGS, columns, len(owner))


def _conversations(
    rng: np.random.Generator, ids: pa.Array, users: np.ndarray, week: date, count: int
) -> pa.RecordBatch:
    start = datetime(week.year, week.month, week.day, tzinfo=UTC)
    columns: dict[str, object] = {
        "conversation_id": ids,
        "user_id": pa.array(np.char.add("u", users.astype(str))),
        "started_at": start,
        "started_at_source": "log",
        "source": "synthetic",
        "source_format": "chat_messages",
        "product": "synthetic",
        "surface": "chat",
        "model": _pick(rng, list(MODELS), [50, 30, 20], count),
        "content_hash": ids,
        "source_record": 1,
        "weight": 1.0,
    }
    return batch_of(CONVERSATIONS, columns, count)


def weeks_from(first: date, count: int) -> list[date]:
    """Consecutive Mondays."""
    return [first + timedelta(weeks=number) for number in range(count)]


def write_home(root: Path, conversations: int, weeks: int, seed: int = 7) -> Lake:
    """A home of so many conversations over so many weeks."""
    rng = np.random.default_rng(seed)
    lake = Lake(root)
    write_reference(lake)
    source = {"source": ["synthetic"], "product": ["synthetic"], "users": ["log"], "audience": ["organisation"]}
    floors = {"floor_conversations": [15], "floor_users": [5], "is_time_assigned": [False]}
    lake.write(SOURCES, SOURCES.schema.validate(pd.DataFrame(source | floors)))
    links = bank.links_frame(facts.load("onet_tasks")).query("onet_version == '20.1'")
    links = links.drop_duplicates(["bank_task_id", "statement_hash"]).reset_index(drop=True)
    people = max(conversations // 12, 3)
    for number, week in enumerate(weeks_from(FIRST, weeks)):
        count = conversations // weeks
        ids = pa.array([f"c{number:03d}-{i:07d}" for i in range(count)])
        users = np.minimum(rng.zipf(1.5, count) + rng.integers(0, people, count), people)
        tables: dict[Table, pd.DataFrame | Iterator[pa.RecordBatch]] = {
            TRANSCRIPTS: empty_frame(TRANSCRIPTS),
            CONVERSATIONS: iter([_conversations(rng, ids, users, week, count)]),
            FACET_SUMMARIES_REJECTED: empty_frame(FACET_SUMMARIES_REJECTED),
            FACET_SUMMARIES: iter([_facets(rng, ids, count)]),
            ONET_TASK_MAPPINGS_REJECTED: empty_frame(ONET_TASK_MAPPINGS_REJECTED),
            ONET_TASK_MAPPINGS: iter([_mappings(rng, ids, links, count)]),
        }
        lake.commit_week(week, tables)
    return lake
