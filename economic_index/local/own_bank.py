"""Tasks that users add to the bank: TOML files of the bank's own form in `bank/` of a home.

A task is tied to O*NET 20.1 by task ids or by the hashes of statements. Whatever is wrong is told with file and task.
"""

import re
import tomllib
from pathlib import Path
from typing import Any

import pandas as pd

from economic_index.local.bank import MIN_EXAMPLES, BankTask
from economic_index.taxonomy import facts

OWN_ID = re.compile(r"\d\d-own-[a-z0-9-]+")
FIELDS = {"id", "label", "examples", "task_ids", "statements"}
ONET_VERSION = "20.1"


class OwnBankError(ValueError):
    """A file of own tasks that cannot be used; the message names file and task, and the remedy."""


def read_own_tasks(folder: Path) -> tuple[BankTask, ...]:
    """The tasks of all files of the folder, in order of id; none if there is no folder.

    Raises:
        OwnBankError: a file is no TOML, or a task is not as it must be.
    """
    tasks: dict[str, BankTask] = {}
    for path in sorted(folder.glob("*.toml")):
        for task in _tasks_in(path):
            if task.bank_task_id in tasks:
                raise OwnBankError(f"{path.name}: {task.bank_task_id} occurs twice. Give each task an id of its own.")
            tasks[task.bank_task_id] = task
    return tuple(tasks[name] for name in sorted(tasks))


def _tasks_in(path: Path) -> list[BankTask]:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise OwnBankError(f"{path.name}: is no TOML in UTF-8 ({error}). Mend it there.") from None
    entries = content.get("task")
    if not isinstance(entries, list) or not entries or not all(isinstance(entry, dict) for entry in entries):
        raise OwnBankError(f"{path.name}: has no [[task]]. Write one for each task, or delete the file.")
    return [_task(path.name, number, entry) for number, entry in enumerate(entries, start=1)]


def _task(file: str, number: int, entry: dict[str, Any]) -> BankTask:
    name, label, examples = entry.get("id"), entry.get("label"), entry.get("examples")
    where = f"{file}, task {number}" + (f" ({name})" if isinstance(name, str) else "")
    groups = set(map(str, facts.load("soc_groups")["soc_group"]))
    if not isinstance(name, str) or not OWN_ID.fullmatch(name) or name[:2] not in groups:
        raise OwnBankError(f"{where}: id = {name!r}. Write the SOC group, -own-, and a name: 15-own-deploy.")
    if unknown := sorted(set(entry) - FIELDS):
        raise OwnBankError(f"{where}: {', '.join(unknown)} is no field of a task. Known: {', '.join(sorted(FIELDS))}.")
    if not _is_text(label):
        raise OwnBankError(f"{where}: no label. Say in a few words what is done: an activity and its object.")
    if not isinstance(examples, list) or not all(map(_is_text, examples)) or len(set(examples)) < MIN_EXAMPLES:
        raise OwnBankError(f"{where}: fewer than {MIN_EXAMPLES} examples. Write requests as people type them.")
    return BankTask(name, str(label), _statements(where, entry), tuple(examples))


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _statements(where: str, entry: dict[str, Any]) -> dict[str, float]:
    """Hash and share of each statement, summing to 1."""
    if ("task_ids" in entry) == ("statements" in entry):
        raise OwnBankError(
            f"{where}: write task_ids (O*NET {ONET_VERSION} ids and weights), or statements, and not both."
        )
    said = entry.get("task_ids", entry.get("statements"))
    given: dict[str, Any] = said if isinstance(said, dict) else {}
    weights = list(given.values())
    if not weights or not all(isinstance(weight, int | float) and 0 < weight < float("inf") for weight in weights):
        raise OwnBankError(f'{where}: no weights. Write for instance task_ids = {{ "8823" = 1 }}.')
    by_name = _hashes() if "task_ids" in entry else {name: name for name in set(_hashes().values())}
    if dead := sorted(set(given) - set(by_name)):
        raise OwnBankError(f"{where}: {', '.join(dead)} is not in O*NET {ONET_VERSION}. Look it up in onet_tasks.")
    shares: dict[str, float] = {}
    for name, weight in given.items():
        shares[by_name[name]] = shares.get(by_name[name], 0.0) + weight / sum(weights)
    return shares


def _hashes() -> dict[str, str]:
    """Hash of the statement of each task id."""
    known: pd.DataFrame = facts.load("onet_tasks")
    known = known.loc[known["onet_version"] == ONET_VERSION]
    return dict(zip(known["task_id"].astype(str), known["statement_hash"].astype(str), strict=True))
