"""Long files as the publisher writes them, with every trap, and with sentences that nobody published."""

from pathlib import Path

HEADER = "geo_id,geography,date_start,date_end,platform_and_product,facet,level,variable,cluster_name,value"
START, END = "2026-02-05", "2026-02-12"
CHAT = '"Claude AI (Free, Pro, and Max)"'
WATER, SORT = "water the plants of the office.", '"sort letters, cards and parcels."'
# conversations of the task file: their percentages of 1,000 are whole, and the smallest is the floor
TASKS = {WATER: 600, SORT: 185, "none": 200, "not_classified": 15}


def lines() -> list[str]:
    """A small file of one release: a country that is no missing value, tasks, patterns, patterns by task, a time."""
    found = [
        line("NA", "country", "country", "usage_count", "", 41.0),
        line("NA", "country", "country", "usage_pct", "", 0.1),
    ]
    found += [line("GLOBAL", "global", "onet_task", "onet_task_pct", task, n / 10) for task, n in TASKS.items()]
    for pattern, count in {"task iteration": 500, "none": 300, "not_classified": 200}.items():
        found.append(line("GLOBAL", "global", "collaboration", "collaboration_count", pattern, float(count)))
        found.append(line("GLOBAL", "global", "collaboration", "collaboration_pct", pattern, count / 10))
    pair = f"{WATER}::task iteration"
    found.append(line("GLOBAL", "global", "onet_task::collaboration", "onet_task_collaboration_pct", pair, 62.5))
    found.append(line("GLOBAL", "global", "human_only_time", "human_only_time_mean", "", 2.843552350997925))
    found.append(line("GLOBAL", "global", "request", "request_pct", "help with a garden", 1.5, level=2))
    return found


def line(geo_id: str, geography: str, facet: str, variable: str, cluster: str, value: float, level: int = 0) -> str:
    """One row."""
    return f"{geo_id},{geography},{START},{END},{CHAT},{facet},{level},{variable},{cluster},{value!r}"


def write(
    folder: Path, rows: list[str] | None = None, name: str = "aei_raw_claude_ai_2026-02-05_to_2026-02-12.csv"
) -> Path:
    """Write a file; without `rows` the whole one."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text("\n".join([HEADER, *(lines() if rows is None else rows)]) + "\n", encoding="utf-8")
    return path
