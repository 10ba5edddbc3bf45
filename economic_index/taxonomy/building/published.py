"""The published cells of the Anthropic Economic Index, with the whole numbers of conversations behind them.

Values stay as they were published (percentages, hours, years): cells are keyed by statement hash, code or label,
no statement goes into a row, and nothing is renormalised.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from economic_index.releases.totals import recover_total, whole_counts
from economic_index.taxonomy.building.fixtures import FactsDiffer, expect
from economic_index.taxonomy.building.published_figures import printed_figures
from economic_index.taxonomy.building.releases import RELEASE_FILES, ReleaseFiles
from economic_index.taxonomy.codes import normalise, statement_hash
from economic_index.taxonomy.source_files import SOURCES, read

SPECIAL = ("none", "not_classified")  # pseudo-tasks: nothing fits, and withheld
FLOOR_CONVERSATIONS, FLOOR_USERS = 15, 5  # of every task file (Handa et al. 2025, section 2)
PAIR = "::"  # between task and pattern, as the published long files write it


def published_cells(folder: Path) -> pd.DataFrame:
    """Every shipped cell of every release: tasks, patterns, patterns by task, and printed figures."""
    return pd.concat([*(_of_release(folder, files) for files in RELEASE_FILES), printed_figures(folder)])


def _of_release(folder: Path, files: ReleaseFiles) -> pd.DataFrame:
    tasks = _tasks(folder, files)
    found = [tasks]
    if files.patterns:
        found.append(_patterns(folder, files))
    if files.patterns_by_task:
        found.append(_patterns_by_task(folder, files, tasks.set_index("node_id")["conversation_count"]))
    return pd.concat(found)


def node_of(task_name: str) -> str:
    """The key of a published task: the hash of its statement, or the pseudo-task itself."""
    name = normalise(task_name)
    return name if name in SPECIAL else statement_hash(name)


def _tasks(folder: Path, files: ReleaseFiles) -> pd.DataFrame:
    """Shares of statements: the smallest cell is the floor itself, so the total follows from the percentages."""
    rows = read(folder, files.tasks)
    expect(f"published statements of {files.tasks}", len(rows), files.task_count)
    values = rows["pct"].astype("float64")
    total = recover_total(values.tolist(), FLOOR_CONVERSATIONS)
    expect(f"conversations behind {files.tasks}", total, files.conversation_count)
    cells = _cells(files, "onet_task", "onet_task_pct", rows["task_name"].map(node_of), values)
    cells["total_conversation_count"] = total
    cells["conversation_count"] = _counted(values / 100, total)
    cells["onet_version"] = "20.1"
    return SOURCES[files.tasks].stamp(_floored(cells))


def _patterns(folder: Path, files: ReleaseFiles) -> pd.DataFrame:
    """Shares of patterns; where they do not sum to one, what the publisher withheld is in their denominator."""
    rows = read(folder, str(files.patterns))
    values = rows["pct"].astype("float64")
    total = recover_total(values.tolist())
    labels = rows["interaction_type"].str.replace(" ", "_")
    cells = _cells(files, "collaboration", "collaboration_pct", labels, values)
    cells["total_conversation_count"] = total
    cells["conversation_count"] = _counted(values / 100, total)
    return SOURCES[str(files.patterns)].stamp(cells)


def _patterns_by_task(folder: Path, files: ReleaseFiles, of_tasks: pd.Series) -> pd.DataFrame:
    """Shares of patterns within a task, one column per pattern: empty or zero is withheld, and has no row."""
    rows = read(folder, str(files.patterns_by_task)).rename(columns={"task": "task_name", "filtered": "not_classified"})
    wide = rows.set_index(rows["task_name"].map(node_of)).drop(columns="task_name")
    wide = wide.replace("", "0").astype("float64")
    expect(f"tasks of {files.patterns_by_task} without a share", len(wide.index.difference(of_tasks.index)), 0)
    long = wide.rename_axis("task").reset_index().melt("task", var_name="label", value_name="share")
    long = long[long["share"] > 0]
    totals = long["task"].map(of_tasks).astype("int64")
    exact = long["share"] * totals
    counts = exact.round().astype("int64")
    expect(f"cells of {files.patterns_by_task} that are not whole", int((np.abs(exact - counts) > 1e-6).sum()), 0)
    nodes = long["task"] + PAIR + long["label"]
    # the publisher's own quotient: files at hand hold it divided by 100, or pivoted
    values = 100 * counts / totals
    cells = _cells(files, f"onet_task{PAIR}collaboration", "onet_task_collaboration_pct", nodes, values)
    cells["total_conversation_count"], cells["conversation_count"] = totals, counts
    cells["onet_version"] = "20.1"
    return SOURCES[str(files.patterns_by_task)].stamp(_floored(cells))


def _counted(shares: pd.Series, total: int) -> np.ndarray:
    counts = whole_counts(shares.to_numpy(), total)
    if counts is None:
        raise FactsDiffer(f"A published percentage of {total:,} is not a whole number of conversations.")
    return counts


def _floored(cells: pd.DataFrame) -> pd.DataFrame:
    return cells.assign(floor_conversations=FLOOR_CONVERSATIONS, floor_users=FLOOR_USERS)


def _cells(files: ReleaseFiles, facet: str, variable: str, nodes: pd.Series, values: pd.Series) -> pd.DataFrame:
    """Cells of one file, as published."""
    return pd.DataFrame(
        {
            "release": files.release,
            "platform": files.platform,
            "platform_and_product": files.platform_and_product,
            "window_start": files.window[0],
            "window_end": files.window[1],
            "geo_id": "GLOBAL",
            "geography": "global",
            "facet": facet,
            "level": 0,
            "variable": variable,
            "node_id": nodes,
            "value": values,
            "is_renormalised": False,
            "grade": files.grade,
        }
    )
