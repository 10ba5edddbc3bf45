"""Classifying a week with the local engine, against the bare embedder on exactly the same windows."""

import tempfile
import time
from pathlib import Path

import pandas as pd
import pyarrow as pa

from economic_index.contracts.lake import TRANSCRIPTS
from economic_index.local.bank import load_bank
from economic_index.local.engine import LocalEngine
from economic_index.local.window import Turn, render

COUNT, TARGET = 400, 0.85


def transcripts() -> pa.RecordBatch:
    """Conversations of the bank's example requests, long enough to fill their windows."""
    requests = [example for task in load_bank() for example in task.examples]
    rows = []
    for number in range(COUNT):
        words = [requests[(number * 31 + step) % len(requests)] for step in range(8)]
        roles = ["user", "assistant"] * 4
        messages = [
            {"role": role, "text": f"{text} {text}", "sent_at": None, "model": None, "has_attachment": False}
            for role, text in zip(roles, words, strict=True)
        ]
        rows.append({"conversation_id": f"c{number:04d}", "content_hash": f"h{number:04d}", "messages": messages})
    return pa.RecordBatch.from_pylist(rows, schema=TRANSCRIPTS.arrow_schema())


def main() -> None:
    """Print the ratio of the two times."""
    batch = transcripts()
    conversations = pd.DataFrame({name: batch[name].to_pylist() for name in ("conversation_id", "content_hash")})
    with tempfile.TemporaryDirectory() as folder:
        engine = LocalEngine.open(Path(folder) / "model", Path(folder) / "vectors.sqlite")
        assert len(engine.index.task_ids) > 300  # the bank is embedded once a home, outside the timing
        turns = [[Turn(m["role"], m["text"]) for m in messages] for messages in batch["messages"].to_pylist()]
        windows = [render(item) for item in turns]
        engine.embedder.embed(windows[:20])
        started = time.monotonic()
        engine.embedder.embed(windows)
        bare = time.monotonic() - started
        started = time.monotonic()
        facets, _ = engine.label(conversations, iter([batch]))
        engine.map_tasks(conversations, facets, iter([batch]))
        ours = time.monotonic() - started
    print(f"classification: bare embedder {bare:.1f} s, facets and tasks {ours:.1f} s: {bare / ours:.2f} of its speed "
          f"(to reach: {TARGET})")  # fmt: skip
