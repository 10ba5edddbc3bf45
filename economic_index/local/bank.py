"""The task bank: work tasks in our own words, each tied to the O*NET statements that it stands for.

No vectors here; who uses the bank to find tasks is assign/. No O*NET sentence is ever in it.
"""

import hashlib
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

import pandas as pd

from economic_index.contracts import validated
from economic_index.contracts.reference import BANK_LINKS, BANK_TASKS

ONET_VERSIONS = ("20.1", "30.1")
VINTAGE, LICENCE, OWN_LICENCE = "0.1", "Apache-2.0", "own"
MIN_EXAMPLES = 4


@dataclass(frozen=True)
class BankTask:
    """One task: `statements` maps the hash of an O*NET 20.1 statement to its share of the task."""

    bank_task_id: str
    label: str
    statements: dict[str, float]
    examples: tuple[str, ...]

    @property
    def soc_group(self) -> str:
        """The two-digit group under whose file the task stands."""
        return self.bank_task_id[:2]


def _files() -> dict[str, bytes]:
    folder = resources.files("economic_index.local").joinpath("bank")
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.name.endswith(".toml")}


_own: list[BankTask] = []


def use_own_tasks(tasks: Iterable[BankTask]) -> None:
    """Add a home's own tasks to the bank of this process (own_bank.py reads them), in place of those added before."""
    _own[:] = tasks
    load_bank.cache_clear()
    bank_version.cache_clear()


@cache
def load_bank() -> tuple[BankTask, ...]:
    """All tasks, a home's own among them, in order of id."""
    return tuple(sorted([*shipped_tasks(), *_own], key=lambda task: task.bank_task_id))


@cache
def shipped_tasks() -> tuple[BankTask, ...]:
    """The project's own tasks, in order of id."""
    tasks = [
        BankTask(task["id"], task["label"], task["statements"], tuple(task["examples"]))
        for content in _files().values()
        for task in tomllib.loads(content.decode())["task"]
    ]
    return tuple(sorted(tasks, key=lambda task: task.bank_task_id))


def requests_in_other_languages() -> dict[str, dict[str, str]]:
    """For the tasks of the most published use, one request in each of five languages other than English.

    They measure how near an engine finds tasks in a language (benchmarks/languages.py); nothing is searched with them.
    """
    file = resources.files("economic_index.local").joinpath("bank_languages.toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))


@cache
def bank_version() -> str:
    """Hash of everything in the bank, 12 hex characters: any edit changes it."""
    digest = hashlib.sha256()
    for task in load_bank():
        digest.update(repr((task.bank_task_id, task.label, sorted(task.statements.items()), task.examples)).encode())
    return digest.hexdigest()[:12]


def broken_bank_rules(tasks: tuple[BankTask, ...]) -> list[str]:
    """What is wrong with a bank, one sentence each; empty if nothing is."""
    broken = []
    ids = [task.bank_task_id for task in tasks]
    hashes = [statement for task in tasks for statement in task.statements]
    examples = [example.casefold() for task in tasks for example in task.examples]
    for name, values in (("id", ids), ("statement", hashes), ("example", examples)):
        broken += [f"{name} {value!r} occurs twice" for value in sorted(_repeated(values))]
    for task in tasks:
        if abs(sum(task.statements.values()) - 1) > 1e-9:
            broken.append(f"{task.bank_task_id}: weights do not sum to 1")
        if min(task.statements.values(), default=0) <= 0:
            broken.append(f"{task.bank_task_id}: a weight is not positive")
        if len(task.examples) < MIN_EXAMPLES:
            broken.append(f"{task.bank_task_id}: fewer than {MIN_EXAMPLES} examples")
    return broken


def _repeated(values: list[str]) -> set[str]:
    seen: set[str] = set()
    return {value for value in values if value in seen or seen.add(value)}  # type: ignore[func-returns-value]


def tasks_frame() -> pd.DataFrame:
    """reference/bank_tasks."""
    rows = pd.DataFrame(
        {
            "bank_task_id": [task.bank_task_id for task in load_bank()],
            "label": [task.label for task in load_bank()],
            "bank_version": bank_version(),
            "vintage": VINTAGE,
            "licence_id": [_licence(task.bank_task_id) for task in load_bank()],
        }
    )
    return validated(BANK_TASKS, rows)


def _licence(bank_task_id: str) -> str:
    return OWN_LICENCE if bank_task_id in {task.bank_task_id for task in _own} else LICENCE


def links_frame(onet_tasks: pd.DataFrame) -> pd.DataFrame:
    """reference/bank_links: every task id of a version whose statement's hash is one of the bank's.

    In a version that lacks some of a task's statements, the weights of those that are left sum to 1.
    """
    pairs = pd.DataFrame(
        [
            (task.bank_task_id, statement, weight)
            for task in load_bank()
            for statement, weight in task.statements.items()
        ],
        columns=["bank_task_id", "statement_hash", "weight"],
    )
    known = onet_tasks.loc[onet_tasks["onet_version"].isin(ONET_VERSIONS)]
    links = pairs.merge(known[["onet_version", "statement_hash", "task_id"]], on="statement_hash")
    each = links.drop_duplicates(["bank_task_id", "onet_version", "statement_hash"])
    totals = each.groupby(["bank_task_id", "onet_version"])["weight"].sum().rename("total")
    links = links.join(totals, on=["bank_task_id", "onet_version"])
    links["weight"] = links["weight"] / links["total"]
    licences = links["bank_task_id"].map(_licence)
    links = links.assign(vintage=VINTAGE, licence_id=licences)[list(BANK_LINKS.schema.columns)]
    order = ["bank_task_id", "onet_version", "statement_hash", "task_id"]
    return validated(BANK_LINKS, links.sort_values(order, ignore_index=True))


def statement_weights(onet_tasks: pd.DataFrame, onet_version: str) -> dict[str, dict[str, float]]:
    """Per bank task, the statements of one O*NET version and their weights, which sum to 1.

    A task none of whose statements is in that version has no entry.
    """
    links = links_frame(onet_tasks)
    links = links.loc[links["onet_version"] == onet_version]
    links = links.drop_duplicates(["bank_task_id", "statement_hash"])
    weights: dict[str, dict[str, float]] = {}
    triples = zip(links["bank_task_id"], links["statement_hash"], links["weight"], strict=True)
    for task, statement, weight in triples:
        weights.setdefault(str(task), {})[str(statement)] = float(weight)
    return weights


def published_mass_covered(published_cells: pd.DataFrame) -> float:
    """Share of the usage published in February 2025 that falls on statements of the bank, `none` left out."""
    tasks = _published_tasks(published_cells)
    return float(tasks.loc[tasks["is_covered"], "value"].sum() / tasks["value"].sum())


def published_mass_covered_by_group(
    published_cells: pd.DataFrame, groups_of: Mapping[str, Sequence[str]]
) -> dict[str, float]:
    """The same within each SOC group; `groups_of` are the groups of each statement, which share its usage evenly."""
    tasks = _published_tasks(published_cells)
    rows = [
        (group, value / len(among), is_covered)
        for node, value, is_covered in tasks.itertuples(index=False)
        for among in [groups_of.get(str(node), ())]
        for group in among
    ]
    tasks = pd.DataFrame(rows, columns=["soc_group", "value", "is_covered"])
    covered = tasks["value"].where(tasks["is_covered"], 0.0).groupby(tasks["soc_group"]).sum()
    shares = covered / tasks.groupby("soc_group")["value"].sum()
    return {str(group): float(share) for group, share in shares.items()}


def _published_tasks(cells: pd.DataFrame) -> pd.DataFrame:
    is_task = (cells["release"] == "2025-02-10") & (cells["facet"] == "onet_task") & (cells["node_id"] != "none")
    covered = {statement for task in load_bank() for statement in task.statements}
    tasks = cells.loc[is_task, ["node_id", "value"]]
    return tasks.assign(is_covered=tasks["node_id"].isin(covered))
