"""Which published release these logs are set beside on the page: one, so that its verdicts are one family (Holm).

Rows are chosen here, never computed.
"""

import pandas as pd

from economic_index.publish.selection import rows_of_all
from economic_index.publish.served import ServedMarts

PLATFORM = {"claude_ai": "Claude.ai", "api": "API"}


def beside_published(marts: ServedMarts) -> pd.DataFrame:
    """Comparisons with the newest release of Claude.ai that publishes patterns too, else with the newest of any."""
    rows = rows_of_all(marts, "mart_published_comparison")
    if rows.empty:
        return rows
    of_patterns = rows[(rows["measure"] == "automation") & (rows["platform"] == "claude_ai")]
    wanted = (of_patterns if len(of_patterns) else rows).sort_values(["release", "platform"]).iloc[-1]
    chosen = (rows["release"] == wanted["release"]) & (rows["platform"] == wanted["platform"])
    found: pd.DataFrame = rows[chosen].reset_index(drop=True)
    return found


def release_title(rows: pd.DataFrame) -> str:
    """`Anthropic Economic Index, release of 27 March 2025 (Claude.ai)`."""
    first = rows.iloc[0]
    day, platform = pd.Timestamp(str(first["release"])), PLATFORM.get(str(first["platform"]), str(first["platform"]))
    return f"Anthropic Economic Index, release of {day:%-d %B %Y} ({platform})"
