"""A week of conversations written here, and the engine that asks the rehearsal server about them."""

import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd
import pyarrow as pa
from live_runs import MODEL, QUICK, UNLIMITED, content, talk

from economic_index.classifier import Watch
from economic_index.contracts import validated
from economic_index.contracts.lake import CONVERSATIONS, TRANSCRIPTS
from economic_index.lake import Lake
from economic_index.llm.batch_settings import BatchSettings
from economic_index.llm.client import Endpoint
from economic_index.llm.engine import EngineSettings, ModelEngine
from economic_index.llm.prices import Prices
from economic_index.llm.store import AnswerStore
from economic_index.vocabulary import Engine
from tests.embedded_bank import VECTORS

WEEK = date(2026, 1, 5)
NO_STATEMENTS = pd.DataFrame({"onet_version": [], "statement_hash": [], "statement": []})


def conversations(numbers) -> pd.DataFrame:
    numbers = list(numbers)
    return pd.DataFrame(
        {"conversation_id": [f"c{n:04d}" for n in numbers], "content_hash": [content(n) for n in numbers]}
    )


def transcripts(numbers, messages=talk) -> list[pa.RecordBatch]:
    rows = [
        {
            "conversation_id": f"c{n:04d}",
            "content_hash": content(n),
            "messages": [message | {"sent_at": None, "model": None} for message in messages(n)],
        }
        for n in numbers
    ]
    return [pa.RecordBatch.from_pylist(rows, schema=TRANSCRIPTS.arrow_schema())] if rows else []


def engine(url: str, home: Path, model_dir: Path, statements: pd.DataFrame = NO_STATEMENTS, **changes) -> ModelEngine:
    lent = model_dir.parent / VECTORS  # beside a shared model; or the bank would be embedded in each home
    if lent.exists() and not (home / VECTORS).exists():
        shutil.copy(lent, home / VECTORS)
    settings = EngineSettings(
        engine=Engine.REHEARSAL,
        endpoint=Endpoint(url, "a-key-that-nobody-may-see", is_rehearsal=True),
        model=MODEL,
        salt=b"salt",
        live=QUICK,
        batch=BatchSettings(first_poll=0.02, longest_poll=0.1),
        limits=UNLIMITED,
        **changes,
    )
    return ModelEngine(
        settings,
        AnswerStore(f"sqlite:///{home / 'answers.sqlite'}"),
        Prices(),
        statements,
        model_dir,
        home / VECTORS,
        "run",
        lambda: datetime.now(UTC),
        home / "spool",
        home / "exchange",
    )


def label(asked: ModelEngine, numbers, messages=talk, without=()) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows and dead letters of a week; conversations in `without` have no transcript."""
    written = [n for n in numbers if n not in without]
    batches = iter(transcripts(written, messages))
    rows, rejected = asked.label(conversations(numbers), batches, lambda done, of: None, Watch(WEEK))
    return pa.Table.from_batches(list(rows)).to_pandas(), rejected


def map_tasks(asked: ModelEngine, numbers, facets: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    rows, rejected = asked.map_tasks(conversations(numbers), facets, iter([]), lambda done, of: None, Watch(WEEK))
    return pa.Table.from_batches(list(rows)).to_pandas(), rejected


def home_of(path: Path, numbers, messages=talk) -> Lake:
    """A home with one week of these conversations."""
    lake = Lake(path)
    rows = conversations(numbers)
    frame = lake.read_week(CONVERSATIONS, WEEK).reindex(range(len(rows)))
    frame[rows.columns] = rows
    filled = {name: 0 for name in frame.columns if name.endswith("_count") or name == "source_record"}
    filled |= {name: False for name in frame.columns if name.startswith("is_")}
    words = {"started_at_source": "log", "source_format": "sharegpt"}
    for name, column in CONVERSATIONS.schema.columns.items():
        if name in rows.columns or column.nullable:
            continue
        if name == "started_at":
            frame[name] = "2026-01-05T00:00:00Z"
        elif name == "weight":
            frame[name] = 1.0
        else:
            frame[name] = filled.get(name, words.get(name, "x"))
    frame = validated(CONVERSATIONS, frame)
    lake.commit_week(WEEK, {TRANSCRIPTS: iter(transcripts(numbers, messages)), CONVERSATIONS: frame})
    return lake
