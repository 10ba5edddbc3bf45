"""Classifying a week with the local engine, against the bare embedder on exactly the same windows."""

import tempfile
import time
from pathlib import Path

import pandas as pd
import pyarrow as pa

from economic_index.contracts.lake import TRANSCRIPTS
from economic_index.drift.vector_summaries import summaries_of
from economic_index.local.bank import load_bank
from economic_index.local.engine import LocalEngine
from economic_index.local.window import Turn, render

COUNT, TURN, TARGET = 600, 200, 0.85


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


def classify(engine: LocalEngine, batch: pa.RecordBatch) -> None:
    """Facets, sums of vectors and tasks of a batch, as the weekly assets ask for them."""
    conversations = pd.DataFrame({name: batch[name].to_pylist() for name in ("conversation_id", "content_hash")})
    conversations = conversations.assign(user_id=conversations["conversation_id"].str[:3], weight=1.0)
    facets, _ = engine.label(conversations, iter([batch]))
    summaries_of(engine, conversations, iter([batch]))
    engine.map_tasks(conversations, facets, iter([batch]))


def main() -> None:
    """Print the ratio of the two times, taken in turns so that both see the same machine; a week has more."""
    batch = transcripts()
    bare: list[float] = []
    ours: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        engine = LocalEngine.open(Path(folder) / "model", Path(folder) / "vectors.sqlite")
        assert len(engine.index.task_ids) > 300  # the bank is embedded once a home, outside the timing
        classify(engine, batch.slice(0, 1))
        for start in range(0, COUNT, TURN):
            part = batch.slice(start, TURN)
            windows = [render([Turn(m["role"], m["text"]) for m in each]) for each in part["messages"].to_pylist()]
            started = time.monotonic()
            engine.embedder.embed(windows)
            bare.append(time.monotonic() - started)
            started = time.monotonic()
            classify(engine, part)
            ours.append(time.monotonic() - started)
    ratios = sorted(one / other for one, other in zip(bare, ours, strict=True))
    print(
        f"classification ({engine.embedder.kernel}): bare embedder {COUNT / sum(bare):.0f} windows/s, facets and tasks "
        f"{COUNT / sum(ours):.0f}/s: {sum(bare) / sum(ours):.2f} of its speed (to reach: {TARGET}; "
        f"in turns {ratios[0]:.2f} to {ratios[-1]:.2f})"
    )


if __name__ == "__main__":
    main()
