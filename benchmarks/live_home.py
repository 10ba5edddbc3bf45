"""One week of conversations of about 1,000 tokens that nobody had, and the asset that labels them, for timing."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import numpy as np
import pandas as pd
import pyarrow as pa

from assets.facet_summaries import facet_summaries_asset
from benchmarks.synthetic import FIRST, write_home
from economic_index.contracts.lake import CONVERSATIONS, TRANSCRIPTS
from economic_index.due import Stage, StageVersions, weekly_stages
from economic_index.lake import Lake
from economic_index.llm.client import Endpoint
from economic_index.llm.engine import EngineSettings, ModelEngine
from economic_index.llm.live import LiveSettings
from economic_index.llm.pace import Limits
from economic_index.llm.prices import Prices
from economic_index.llm.store import AnswerStore
from economic_index.local.bank import load_bank
from economic_index.vocabulary import Engine

WEEK = FIRST
CHARS = 2_500  # about 1,000 tokens


def texts(ids: list[str]) -> Iterator[pa.RecordBatch]:
    """Transcripts out of the bank's own sentences, each another mixture."""
    words = np.array([example for task in load_bank() for example in task.examples])
    for start in range(0, len(ids), 1_000):
        rows = []
        for number, name in enumerate(ids[start : start + 1_000], start=start):
            drawn = np.random.default_rng(number).choice(words, 40)
            parts = [" ".join(drawn[place : place + 10])[: CHARS // 4] for place in range(0, 40, 10)]
            messages = [
                {"role": role, "text": f"{number} {text}", "sent_at": None, "model": None, "has_attachment": False}
                for role, text in zip(["user", "assistant"] * 2, parts, strict=True)
            ]
            rows.append({"conversation_id": name, "content_hash": name, "messages": messages})
        yield pa.RecordBatch.from_pylist(rows, schema=TRANSCRIPTS.arrow_schema())


def make_home(root: Path, count: int) -> Lake:
    """A home with one week of so many conversations and their texts."""
    lake = write_home(root, count, 1)
    conversations = lake.read_week(CONVERSATIONS, WEEK)
    lake.commit_week(
        WEEK, {TRANSCRIPTS: texts(conversations["conversation_id"].tolist()), CONVERSATIONS: conversations}
    )
    return lake


def stage() -> Stage:
    """The step of facets, at a version of its own."""
    return weekly_stages(StageVersions("bench", "bench", "bench"))[2]


def engine(lake: Lake, url: str, concurrency: int = 50) -> ModelEngine:
    """The engine that asks the server, out of the home's store."""
    settings = EngineSettings(
        engine=Engine.REHEARSAL,
        endpoint=Endpoint(url, "rehearsal", is_rehearsal=True),
        salt=b"bench",
        live=LiveSettings(concurrency=concurrency),
        limits=Limits(None, None, None),
        tolerated=1.0,
    )
    return ModelEngine(
        settings,
        AnswerStore(f"sqlite:///{lake.database_path('answers')}"),
        Prices(),
        pd.DataFrame(columns=["onet_version", "statement_hash", "statement"]),
        lake.model_dir,
        lake.database_path("vectors"),
        run_id="bench",
        now=lambda: datetime.now(UTC),
        spool=lake.root / "spool",
        exchange=lake.root / "exchange",
    )


def materialize_facets(lake: Lake, url: str, instance: dg.DagsterInstance) -> None:
    """The asset lake/facet_summaries, from its start to its end."""
    result = dg.materialize(
        [facet_summaries_asset(stage())],
        instance=instance,
        partition_key=WEEK.isoformat(),
        resources={
            "lake": dg.ResourceDefinition.hardcoded_resource(lake),
            "engine": dg.ResourceDefinition.hardcoded_resource(engine(lake, url)),
            "progress": dg.ResourceDefinition.hardcoded_resource(lambda what, done, of: None),
        },
        run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
    )
    assert result.success
