"""Sheets on which tasks are judged blind: the engine's choice among decoys, in an order that a hash gives.

Sheets hold texts and belong outside the project; the key that says which task is whose stays in the home.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from economic_index.evaluate.acceptable import ENGINE_CHOICE, RANDOM, SAME_GROUP
from economic_index.evaluate.answers import ABSTAINED, Answers
from economic_index.evaluate.items import Item
from economic_index.evaluate.targets import OTHER_ENGINE
from economic_index.labels.corpus import open_parts
from economic_index.labels.label_rows import LabelError, value_of
from economic_index.labels.sheets import sheet_text
from economic_index.local.bank import BankTask, load_bank
from economic_index.vocabulary import Facet

KEY = "tasks judged blind"
SAME_GROUP_COUNT, EACH = 2, 25
Row = dict[str, Any]


def key_rows(items: Sequence[Item], answers: Answers, others: Mapping[str, str], other_engine: str) -> list[Row]:
    """Per occupational conversation the tasks to be judged and whose each is, in the order in which they are shown.

    Decoys: two of the SOC group of the engine's choice (of the label, where it made none), one of all others, and
    another engine's choice (`others`, by item) where that is a different one. No choice of the engine's is a decoy.
    """
    bank = {task.bank_task_id: task for task in load_bank()}
    rows = []
    for item, own, sure in zip(items, answers.picks, answers.confidence["task"], strict=True):
        if value_of(item.settled, Facet.IS_OCCUPATIONAL) == "true":
            group = bank[own].soc_group if own in bank else value_of(item.first, Facet.SOC_GROUP)
            choices = dict(_choices(item.id, own, others.get(item.id, ABSTAINED), group, bank))
            shown = [{"kind": choices[task], "node": task} for task in _shuffled(choices, item.id, "order")]
            confidence = None if np.isnan(sure) else float(sure)
            engines = {"engine": answers.engine, "other_engine": other_engine}
            rows.append({"id": item.id, **engines, "confidence": confidence, "choices": shown})
    return rows


def _choices(name: str, own: str, others: str, group: str, bank: Mapping[str, BankTask]) -> Iterator[tuple[str, str]]:
    taken = {own, others}
    if own in bank:
        yield own, ENGINE_CHOICE
    if others in bank and others != own:
        yield others, OTHER_ENGINE
    of_group = _shuffled(
        (task for task in bank if bank[task].soc_group == group and task not in taken), name, SAME_GROUP
    )
    yield from ((task, SAME_GROUP) for task in of_group[:SAME_GROUP_COUNT])
    rest = _shuffled((task for task in bank if bank[task].soc_group != group and task not in taken), name, RANDOM)
    yield from ((task, RANDOM) for task in rest[:1])


def _shuffled(tasks: Any, *of: str) -> list[str]:
    return sorted(tasks, key=lambda task: hashlib.sha256("\n".join((KEY, *of, task)).encode()).digest())


def write_judging_sheets(rows: Sequence[Row], folder: Path) -> list[Path]:
    """What the judge sees: the conversation as the coders saw it, and numbered tasks. Not whose they are."""
    labels = {task.bank_task_id: task.label for task in load_bank()}
    parts = open_parts()
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for begin in range(0, len(rows), EACH):
        shown = []
        for row in rows[begin : begin + EACH]:
            tasks = "\n".join(f"  {n}. {labels[each['node']]}" for n, each in enumerate(row["choices"], start=1))
            text = sheet_text(parts[row["id"]])
            shown.append(f"=====<<< conversation {row['id']} >>>=====\n{text}\n-----<<< tasks >>>-----\n{tasks}\n")
        paths.append(folder / f"judging_{begin // EACH:02}.txt")
        paths[-1].write_text("\n".join(shown), encoding="utf-8", errors="replace")
    return paths


def judged_rows(keys: Sequence[Row], content: bytes) -> list[Row]:
    """The key with what the judge found, from lines {id, acceptable: [numbers of the tasks]}.

    Raises:
        LabelError: a conversation is not judged, or was not asked, or a number is not on its sheet.
    """
    given: dict[str, set[int]] = {}
    for number, line in enumerate(content.splitlines(), start=1):
        row = orjson.loads(line)
        if row["id"] in given:
            raise LabelError(f"judgements, line {number}: {row['id']} stands there twice. Keep one of them.")
        given[row["id"]] = set(row["acceptable"])
    if apart := sorted(set(given) ^ {row["id"] for row in keys}):
        raise LabelError(f"judgements: {len(apart)} conversations not judged or not asked, e.g. {apart[0]}. Judge all.")
    return [_judged(row, given[row["id"]]) for row in keys]


def _judged(row: Row, accepted: set[int]) -> Row:
    if not accepted <= set(range(1, len(row["choices"]) + 1)):
        raise LabelError(f"judgements of {row['id']}: {sorted(accepted)} has a number that is not on the sheet.")
    choices = [{**each, "is_acceptable": n in accepted} for n, each in enumerate(row["choices"], start=1)]
    return {**row, "choices": choices}
