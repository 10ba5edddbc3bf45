"""`make evaluate`: the engine of the settings against a label set, printed, and written to docs/evaluation.md.

What is measured stands in economic_index/evaluate.
"""

import json
from pathlib import Path
from typing import Any

import orjson
import pandas as pd

from economic_index.contracts.reference import ONET_STATEMENTS
from economic_index.evaluate.acceptable import JUDGED, SECOND_JUDGED
from economic_index.evaluate.baseline import PATH as BASELINE
from economic_index.evaluate.baseline import baseline_of
from economic_index.evaluate.between import between_engines
from economic_index.evaluate.engine_errors import PATH as ERRORS
from economic_index.evaluate.engine_errors import as_csv, error_rows
from economic_index.evaluate.evaluation import evaluate
from economic_index.evaluate.items import TEST
from economic_index.evaluate.judging import judged_rows, key_rows, write_judging_sheets
from economic_index.evaluate.page import Evaluated, as_page
from economic_index.evaluate.report import between_table
from economic_index.labels.label_sets import as_lines
from economic_index.lake import Lake, write_atomically
from economic_index.local.kernel import Kernel
from economic_index.vocabulary import Engine
from orchestration.engines import open_engine
from orchestration.resources import PROGRESS
from orchestration.settings import PROJECT, Settings

PAGE = PROJECT / "docs" / "evaluation.md"
LABEL_FILES = PROJECT / "economic_index" / "labels" / "files"


def run(
    settings: Settings,
    label_set: str = TEST,
    *,
    beside: Settings | None = None,
    writes_baseline: bool = False,
    sheets: Path | None = None,
) -> None:
    """Ask, score, print; the page and the baseline are of the local engine on the test set alone.

    `beside` are the settings of a second engine (the same ones: the local engine in int8), set against the first.
    """
    is_local = settings.engine is Engine.LOCAL
    with PROGRESS:
        found = _evaluated(settings, label_set, Kernel.FP32)
        other = _evaluated(beside, label_set, Kernel.INT8) if beside else None
    print(as_page(found))
    if other is not None:
        print(as_page(other))
        between = between_engines(found.items, found.answers, other.answers)
        print(f"## Agreement of the two engines\n\n{between_table(between)}")
    if sheets is not None:
        keys = key_rows(found.items, found.answers, *_other_choices(settings, found, other))
        _key_path(settings).write_bytes(orjson.dumps(keys))
        written = write_judging_sheets(keys, sheets)
        print(f"{len(written)} sheets of texts and tasks to judge. Delete them after reading.")
    if is_local and label_set == TEST:
        write_atomically(PAGE, as_page(found))
        print(f"Page: {PAGE.relative_to(PROJECT)}")
        if writes_baseline:
            write_atomically(BASELINE, json.dumps(baseline_of(found.items, found.answers), indent=1) + "\n")
            with PROGRESS:
                kernels = [found.answers, _evaluated(settings, label_set, Kernel.INT8).answers]
            errors = pd.concat([error_rows(found.items, answers) for answers in kernels], ignore_index=True)
            write_atomically(ERRORS, as_csv(errors))
            print(f"Baseline: {BASELINE.name}, {ERRORS.name}")


def _other_choices(settings: Settings, found: Evaluated, other: Evaluated | None) -> tuple[dict[str, str], str]:
    """Another engine's task of each item, and its name; without a second engine, of the encoder before fine-tuning."""
    if other is not None and other.answers.picks and other.answers.engine != found.answers.engine:
        ids = [item.id for item in found.items]
        return dict(zip(ids, other.answers.picks, strict=True)), other.answers.engine
    from economic_index.evaluate.base_encoder import NAME, nearest_tasks
    from economic_index.local.vectors import VectorStore

    lake = Lake(settings.home)
    return nearest_tasks(found.items, lake.model_dir, VectorStore(lake.database_path("vectors"))), NAME


def fold_judgements(settings: Settings, judged: Path, second: Path | None = None) -> None:
    """Join what the judge found, and a second one, with whose each task is; sheets of the same home, unchanged."""
    keys = orjson.loads(_key_path(settings).read_bytes())
    (LABEL_FILES / f"{SECOND_JUDGED}.jsonl").unlink(missing_ok=True)  # a second reading is of the same sheets
    for name, path in ((JUDGED, judged), (SECOND_JUDGED, second)):
        if path is not None:
            rows = judged_rows(keys, path.read_bytes())
            (LABEL_FILES / f"{name}.jsonl").write_bytes(as_lines(rows))
            print(f"{name}.jsonl: {len(rows)} conversations. `make evaluate` prints acceptance and skill.")


def _key_path(settings: Settings) -> Path:
    return settings.home / "judging_key.json"


def _evaluated(settings: Settings, label_set: str, kernel: Kernel) -> Evaluated:
    lake = Lake(settings.home)
    # a model chooses among the statements: without them it can be asked for labels alone
    with_tasks = settings.engine is Engine.LOCAL or lake.count_rows(ONET_STATEMENTS) > 0
    PROGRESS.stage(f"Asking the {settings.engine} engine about the {label_set} set")
    return evaluate(_engine(settings, lake, kernel), label_set, _report, with_tasks=with_tasks)


def _report(done: int, of: int) -> None:
    PROGRESS("conversations", done, of)


def _engine(settings: Settings, lake: Lake, kernel: Kernel) -> Any:
    """The local engine (the page is of fp32, so that it is the same on every machine), or the one of the settings."""
    if settings.engine is not Engine.LOCAL:
        return open_engine(settings, PROGRESS)
    from economic_index.local.embedder import Embedder
    from economic_index.local.engine import LocalEngine
    from economic_index.local.heads import load_heads
    from economic_index.local.vectors import VectorStore

    return LocalEngine(
        Embedder(lake.model_dir, kernel),
        VectorStore(lake.database_path("vectors")),
        load_heads(),
        settings.onet_version,
        lambda done, of: PROGRESS.aside("Embedding the task bank, once", done, of),
    )
