"""Published figures without a file of cells of their own: global figures, places, occupations, and the paper's table.

Numbers of conversations are known for none but the patterns of the API, which the long files print.
"""

from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from economic_index.taxonomy.building.releases import RELEASE_FILES
from economic_index.taxonomy.source_files import CC_BY, SOURCES, read

PLATFORMS = {"1P API": "api"}  # all others are Claude.ai
# Handa et al. 2025, the table of Job Zones: per cent of usage and of the baseline, and their ratio
JOB_ZONES = {
    "usage_pct": (0.23, 9.40, 16.50, 54.45, 19.43),
    "baseline_pct": (0.57, 12.06, 17.63, 36.33, 33.41),
    "representation_ratio": (0.40, 0.78, 0.94, 1.50, 0.58),
}
JUNE = "2026-06-26"


def printed_figures(folder: Path) -> pd.DataFrame:
    """All cells whose evidence is a printed number alone, and the API's patterns."""
    return pd.concat([_global_figures(folder), _countries(folder), _occupations(folder), _job_zones()])


def _cells(rows: pd.DataFrame, **constants: Any) -> pd.DataFrame:
    """Rows as cells: what is not said is global, of the first level, and of no known number of conversations."""
    defaults: dict[str, Any] = {
        "geo_id": "GLOBAL",
        "geography": "global",
        "level": 0,
        "is_renormalised": False,
        "total_conversation_count": None,
        "conversation_count": None,
        "floor_conversations": None,
        "floor_users": None,
        "onet_version": None,
    }
    given = defaults | constants
    return rows.assign(**{name: value for name, value in given.items() if name not in rows})


def _global_figures(folder: Path) -> pd.DataFrame:
    """Figures of the first rows of official files (A), and such as third parties print of them (B)."""
    found = read(folder, "aei_global_figures").query("facet != 'soc_occupation'")
    rows = pd.DataFrame(
        {
            "release": found["release"].str.removeprefix("release_").str.replace("_", "-"),
            "platform": found["platform_and_product"].map(PLATFORMS).fillna("claude_ai"),
            "platform_and_product": found["platform_and_product"],
            "window_start": found["date_start"].map(date.fromisoformat),
            "window_end": found["date_end"].map(date.fromisoformat),
            "facet": found["facet"],
            "variable": found["variable"],
            "node_id": found["cluster_name"].str.replace(" ", "_"),
            "value": found["value"].astype("float64"),
            "grade": found["grade"],
        }
    )
    cells = _counted_patterns(rows[~_median_interval_is_of_something_else(rows)])
    return SOURCES["aei_global_figures"].stamp(_cells(cells))


def _median_interval_is_of_something_else(rows: pd.DataFrame) -> pd.Series:
    """Ends of a printed interval of a median that does not hold the median: not to be printed again."""
    keys = ["release", "platform", "facet", "variable"]
    parts = rows["variable"].str.extract(r"^(?P<median>.*_median)_ci_(?P<end>lower|upper)$")
    medians = rows.set_index(keys)["value"].rename("median_value")
    ends = rows.assign(variable=parts["median"]).join(medians, on=keys)
    is_outside = (parts["end"].eq("lower") & (ends["value"] > ends["median_value"])) | (
        parts["end"].eq("upper") & (ends["value"] < ends["median_value"])
    )
    return is_outside.groupby([ends[key] for key in keys], dropna=False).transform("any") & parts["end"].notna()


def _counted_patterns(rows: pd.DataFrame) -> pd.DataFrame:
    """Shares of patterns with the conversations that the same file prints beside them."""
    keys = ["release", "platform", "node_id"]
    counts = rows[rows["variable"] == "collaboration_count"].set_index(keys)["value"].astype("int64")
    totals = counts.groupby(keys[:2]).sum()
    is_share = rows["variable"] == "collaboration_pct"
    cells = rows.assign(
        conversation_count=pd.Series(
            [counts.get(tuple(key)) for key in rows[keys].itertuples(index=False)], rows.index
        ),
        total_conversation_count=pd.Series(
            [totals.get(tuple(key)) for key in rows[keys[:2]].itertuples(index=False)], rows.index
        ),
    )
    cells.loc[~is_share, ["conversation_count", "total_conversation_count"]] = None
    return cells


def _countries(folder: Path) -> pd.DataFrame:
    """Usage by country in May 2026: two decimals, alpha-3 codes, an end that is excluded."""
    return _of_june(folder, "aei_2026_06_countries", "geo_id", "overall", {"geography": "country", "node_id": ""})


def _occupations(folder: Path) -> pd.DataFrame:
    """The twenty largest occupations of May 2026, by O*NET-SOC 2019 code."""
    return _of_june(folder, "aei_2026_06_occupations", "node_external_id", "soc_occupation", {"onet_version": "30.1"})


def _of_june(folder: Path, name: str, key: str, facet: str, constants: dict[str, Any]) -> pd.DataFrame:
    wide = read(folder, name).rename(columns={"node_external_id": "node_id"})
    keys = ["date_start", "date_end", key if key == "geo_id" else "node_id"]
    metrics = [metric for metric in map(str, wide) if metric.endswith(("_pct", "_index")) or metric == "pct"]
    long = wide.melt(keys, metrics, var_name="variable", value_name="text")
    long = long[long["text"] != ""]
    rows = long.assign(
        window_start=long.pop("date_start").map(date.fromisoformat),
        window_end=long.pop("date_end").map(date.fromisoformat),
        value=long.pop("text").astype("float64"),
    )
    about = {
        "release": JUNE,
        "platform": "claude_ai",
        "platform_and_product": "claude_ai",
        "facet": facet,
        "grade": "B",
    }
    return SOURCES[name].stamp(_cells(rows, **about, **constants))


def _job_zones() -> pd.DataFrame:
    """The paper's own table, which stands beside ours."""
    rows = [
        {"variable": variable, "node_id": str(zone), "value": value}
        for variable, values in JOB_ZONES.items()
        for zone, value in enumerate(values, start=1)
    ]
    first = RELEASE_FILES[0]
    return _cells(
        pd.DataFrame(rows),
        release=first.release,
        platform=first.platform,
        platform_and_product=first.platform_and_product,
        window_start=first.window[0],
        window_end=first.window[1],
        facet="job_zone",
        grade="P",
        vintage="Handa et al. 2025, arXiv 2503.04761",
        licence_id=CC_BY,
    )
