"""The published shares of the Anthropic Economic Index, with the whole numbers of conversations behind them.

Cells are keyed by statement hash or label: no statement goes into a row, and nothing is renormalised.
"""

from datetime import date
from pathlib import Path

import pandas as pd

from economic_index.taxonomy.building.fixtures import FactsDiffer, expect
from economic_index.taxonomy.codes import normalise, statement_hash
from economic_index.taxonomy.source_files import SOURCES, read

# The smallest N that makes every percentage of the file a whole number of conversations (method, section 2).
N_TASKS, N_PATTERNS = 767_510, 797_504
NONE = "none"  # the pseudo-task of conversations that fit no statement
WINDOW = (date(2024, 12, 16), date(2024, 12, 23))  # Handa et al. 2025: both days included


def published_cells(folder: Path) -> pd.DataFrame:
    """The February 2025 shares of statements (floor: 15 conversations, 5 accounts) and of patterns (no floor stated).

    The patterns do not sum to one: what the publisher withheld is in their denominator.
    """
    tasks, patterns = read(folder, "aei_tasks"), read(folder, "aei_patterns")
    expect("published statements", len(tasks), 3_514)
    names = tasks["task_name"].map(normalise)
    hashes = names.map(lambda name: NONE if name == NONE else statement_hash(name))
    of_tasks = _cells("task", "statement", hashes, tasks["pct"], N_TASKS)
    of_tasks[["floor_conversations", "floor_users"]], of_tasks["onet_version"] = (15, 5), "20.1"
    expect("conversations behind the statements", int(of_tasks["conversation_count"].sum()), N_TASKS)
    labels = patterns["interaction_type"].str.replace(" ", "_")
    of_patterns = _cells("collaboration", "label", labels, patterns["pct"], N_PATTERNS)
    return pd.concat([SOURCES["aei_tasks"].stamp(of_tasks), SOURCES["aei_patterns"].stamp(of_patterns)])


def _cells(facet: str, level: str, nodes: pd.Series, percentages: pd.Series, total: int) -> pd.DataFrame:
    """Cells of one file: shares as fractions, and the conversations that they stand for."""
    shares = percentages.astype("float64") / 100
    counts = (shares * total).round()
    if ((shares * total - counts).abs() > 1e-6).any():
        raise FactsDiffer(f"{facet}: a published percentage of {total:,} is not a whole number of conversations.")
    return pd.DataFrame(
        {
            "release": "2025-02-10",
            "platform": "claude_ai",
            "window_start": WINDOW[0],
            "window_end": WINDOW[1],
            "geography": "global",
            "facet": facet,
            "level": level,
            "variable": "share",
            "node_id": nodes,
            "value": shares,
            "total_conversation_count": total,
            "conversation_count": counts.astype("int64"),
            "is_renormalised": False,
            "grade": "A",
        }
    )
