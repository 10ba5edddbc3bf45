"""Long files as they leave a home: published cells unchanged, and one's own marts for internal use.

Own figures are written as `internal_` files only: they are not protected for publication (method, section 3.5).
"""

import csv
import io
import math
from collections.abc import Iterator

import pandas as pd

from economic_index.publish.served import ServedMarts
from economic_index.releases.long_schema import COLUMNS, PAIR, TASK, rows_of

# marts of one's own, the published name of their facet, and the column that names the cell
OWN = {
    "mart_tasks": (TASK, "task_label"),
    "mart_collaboration": ("collaboration", "collaboration"),
    "mart_automation": ("collaboration_automation_augmentation", "mode"),
    "mart_soc_groups": ("soc_group", "soc_group_title"),
    "mart_occupations": ("soc_occupation", "onet_soc_code"),
    "mart_use_cases": ("use_case", "use_case"),
}
SPECIAL = {"_none": "none", "_unclassified": "not_classified"}
VALUES = {
    "pct": "usage_share",
    "pct_ci_lower": "usage_share_lo",
    "pct_ci_upper": "usage_share_hi",
    "count": "n_conversations",
}
NOTE = """\
Files named internal_ hold figures of these logs in the published long schema.

They are not protected for publication: nothing keeps a cell that is hidden in one file from being had by subtraction
from another level, period, segment or earlier file, counts are exact, and shares are not rounded. Keep them inside.

Read with code columns as text and NA detection off (`NA` is Namibia):
    pandas.read_csv(path, dtype=str, keep_default_na=False)

A cell that is not there is hidden or was never seen; it is not zero. `none`: no such attribute. `not_classified`:
nothing could be said. Shares are per cent of all that came in.
"""


class NotImported(Exception):
    """Something that is not wholly imported was asked for as a release."""


def published_files(cells: pd.DataFrame, names: pd.DataFrame, statements: pd.DataFrame) -> Iterator[tuple[str, str]]:
    """File name and content of each published release and platform, cells as they were published.

    A statement is printed where its text is at hand (imported, or fetched), else its hash.
    """
    named = _named(cells, names, statements)
    for (release, platform), rows in named.groupby(["release", "platform"]):
        ordered = rows.sort_values(["geography", "geo_id", "facet", "level", "variable", "name"])
        yield f"aei_{platform}_{release}.csv", _as_csv(rows_of(ordered.to_dict("records")))  # type: ignore[arg-type]


def _named(cells: pd.DataFrame, names: pd.DataFrame, statements: pd.DataFrame) -> pd.DataFrame:
    """Cells with the published name of their node."""
    texts = (
        dict(zip(statements["statement_hash"], statements["statement"].str.lower(), strict=True))
        if len(statements)
        else {}
    )
    imported = {(row.facet, row.node_id): row.name for row in names.itertuples(index=False)}

    def name(facet: str, node_id: str) -> str:
        if (facet, node_id) in imported:
            return str(imported[facet, node_id])
        first, *label = node_id.split(PAIR)
        words = [part.replace("_", " ") if part != "not_classified" else part for part in label]
        if facet.startswith(TASK):
            return PAIR.join([texts.get(first, first), *words])
        return node_id if node_id in ("not_classified", "") else node_id.replace("_", " ")

    pairs = zip(cells["facet"], cells["node_id"], strict=True)
    return cells.assign(name=[name(facet, node) for facet, node in pairs])


def internal_files(marts: ServedMarts) -> Iterator[tuple[str, str]]:
    """File name and content of each own mart, and the note that goes with them."""
    home = marts.mart("mart_summary_of_home").iloc[0]
    for mart, (facet, column) in OWN.items():
        rows = marts.mart(mart)
        rows = rows[rows["segment_type"].ne("published") & rows["footing"].eq("of_all") & rows["usage_share"].notna()]
        rows = rows[~rows["is_suppressed"]]
        lines = rows_of(list(_own_cells(rows, facet, column, (home["first_week"], home["last_week"]))))
        yield f"internal_{facet}.csv", _as_csv(lines)
    yield "README.txt", NOTE


def _own_cells(
    rows: pd.DataFrame, facet: str, column: str, weeks: tuple[object, object]
) -> Iterator[dict[str, object]]:
    """A cell a variable; special cells by their published names."""
    for row in rows.to_dict("records"):
        start, end = _window(str(row["period_type"]), pd.Timestamp(row["period_start"]), weeks)
        cut = "all" if row["segment_type"] == "all" else f"{row['segment_type']}: {row['segment']}"
        name = str(row[column])
        for variable, source in VALUES.items():
            value = float(row[source]) * (1 if variable == "count" else 100)
            if not math.isnan(value):
                yield {
                    "geo_id": "GLOBAL",
                    "geography": "global",
                    "window_start": start,
                    "window_end": end,
                    "platform_and_product": cut,
                    "facet": facet,
                    "level": 0,
                    "variable": f"{facet}_{variable}",
                    "name": SPECIAL.get(name, name.lstrip("_")),
                    "value": value,
                }


def _window(period_type: str, start: pd.Timestamp, weeks: tuple[object, object]) -> tuple[object, object]:
    """First and last day of a period; all weeks run from the first Monday to the last Sunday."""
    if period_type == "all":
        first, last = (pd.Timestamp(str(week)) for week in weeks)
        return first.date(), (last + pd.Timedelta(days=6)).date()
    if period_type == "week":
        return start.date(), (start + pd.Timedelta(days=6)).date()
    months = {"month": 1, "quarter": 3}[period_type]
    return start.date(), (start + pd.DateOffset(months=months) - pd.Timedelta(days=1)).date()


def _as_csv(lines: Iterator[tuple[str, ...]]) -> str:
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(lines)
    return target.getvalue()
