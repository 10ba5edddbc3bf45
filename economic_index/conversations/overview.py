"""What a home holds of its sources, for a person: by source, and by source and week, as counts and days alone.

No transcript is opened, and no value of a log is shown: names of models and languages are counted only.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import pandas as pd

from economic_index.conversations.distinct import DistinctIds
from economic_index.conversations.known_files import SourceFiles
from economic_index.conversations.sources import Source
from economic_index.conversations.weekly import scan_conversations
from economic_index.conversations.winners import WinnerStore
from economic_index.lake import Lake

MAX_ROWS = 200
COLUMNS = ("source", "user_id", "language", "model", "started_at")
WEEK = timedelta(days=7)


@dataclass
class WeekOverview:
    """One source in one week. Whoever is not named is no user."""

    conversation_count: int = 0
    user_ids: DistinctIds = field(default_factory=DistinctIds)


@dataclass
class SourceOverview:
    """One source, as far as it was read. `rejected` counts records by reason."""

    name: str
    files: SourceFiles = field(default_factory=SourceFiles)
    conversation_count: int = 0
    user_ids: DistinctIds = field(default_factory=DistinctIds)
    languages: set[str] = field(default_factory=set)
    models: set[str] = field(default_factory=set)
    rejected: Counter[str] = field(default_factory=Counter)
    first_day: date | None = None
    last_day: date | None = None
    weeks: dict[date, WeekOverview] = field(default_factory=dict)

    def add(self, week: date, rows: pd.DataFrame) -> None:
        """Take in some of its conversations of one week."""
        users = rows["user_id"].dropna().unique()
        of_week = self.weeks.setdefault(week, WeekOverview())
        of_week.conversation_count += len(rows)
        of_week.user_ids.add(users)
        self.conversation_count += len(rows)
        self.user_ids.add(users)
        self.languages |= set(rows["language"].dropna())
        self.models |= set(rows["model"].dropna())
        first, last = rows["started_at"].min().date(), rows["started_at"].max().date()
        self.first_day = min(self.first_day or first, first)
        self.last_day = max(self.last_day or last, last)

    def gaps(self) -> list[date]:
        """Weeks between its first and its last that have no conversation."""
        return gaps_of(self.weeks)

    def silent_days(self, as_of: datetime) -> int | None:
        """Days since its last conversation began; None if it has none."""
        return None if self.last_day is None else (as_of.date() - self.last_day).days


def gaps_of(weeks: dict[date, WeekOverview] | Counter[date]) -> list[date]:
    """Mondays between the first and the last week that are not among them."""
    if not weeks:
        return []
    first = min(weeks)
    return [week for number in range((max(weeks) - first).days // 7) if (week := first + number * WEEK) not in weeks]


def look_over(lake: Lake, store: WinnerStore, sources: Sequence[Source]) -> list[SourceOverview]:
    """Each source of sources.toml, then those that it names no more."""
    found = {source.name: SourceOverview(source.name) for source in sources}
    for name, files in store.files.by_source().items():
        found.setdefault(name, SourceOverview(name)).files = files
    for name, reason, _, count in store.files.rejections_by_source():
        found.setdefault(name, SourceOverview(name)).rejected[reason] += count
    for week, count in store.weeks().items():
        for batch in scan_conversations(lake, week, count, COLUMNS):
            for name, rows in batch.to_pandas().groupby("source", sort=False):
                found.setdefault(str(name), SourceOverview(str(name))).add(week, rows)
    return list(found.values())


def silent_sources(
    overviews: Sequence[SourceOverview], sources: Sequence[Source], as_of: datetime
) -> list[tuple[str, int | None]]:
    """Sources without a new conversation for longer than their setting: name, and days (None: it never had one)."""
    limits = {source.name: source.silent_after_days for source in sources}
    silent = []
    for overview in overviews:
        limit, days = limits.get(overview.name), overview.silent_days(as_of)
        if limit is not None and (days is None or days > limit):
            silent.append((overview.name, days))
    return silent


def as_markdown(overviews: Sequence[SourceOverview], max_rows: int = MAX_ROWS) -> str:
    """Two tables of at most `max_rows` rows together, the latest weeks first; says what is left out."""
    shown = overviews[: max_rows // 2]
    lines = [
        "| source | files | records | conversations | users | languages | models | rejected | duplicates "
        "| first day | last day | weeks without any |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|",
        *map(_source_row, shown),
    ]
    if left := len(overviews) - len(shown):
        lines.append(f"\n{left} sources are left out.")
    rows = sorted(((week, item) for item in shown for week in item.weeks), key=lambda row: row[0], reverse=True)
    taken = rows[: max_rows - len(shown)]
    lines += ["", "| week | source | conversations | users |", "|---|---|---|---|"]
    for week, item in taken:
        of_week = item.weeks[week]
        lines.append(f"| {week} | {_name(item)} | {of_week.conversation_count:,} | {len(of_week.user_ids):,} |")
    if left := len(rows) - len(taken):
        lines.append(f"\n{left:,} earlier rows are left out.")
    return "\n".join(lines)


def _source_row(item: SourceOverview) -> str:
    reasons = ", ".join(f"{reason} {count:,}" for reason, count in sorted(item.rejected.items())) or "0"
    cells: Iterator[object] = iter(
        (
            f"{item.files.file_count:,}",
            f"{item.files.record_count:,}",
            f"{item.conversation_count:,}",
            f"{len(item.user_ids):,}",
            f"{len(item.languages):,}",
            f"{len(item.models):,}",
            reasons,
            f"{item.files.duplicate_count:,}",
            item.first_day or "",
            item.last_day or "",
            told_gaps(item.gaps()),
        )
    )
    return f"| {_name(item)} | {' | '.join(map(str, cells))} |"


def told_gaps(weeks: Sequence[date], shown: int = 3) -> str:
    """How many weeks, and the last of them."""
    if not weeks:
        return "0"
    named = ", ".join(map(str, weeks[-shown:]))
    return f"{len(weeks):,} ({'… ' if len(weeks) > shown else ''}{named})"


def _name(item: SourceOverview) -> str:
    """A name is one's own word; nothing in it may end its cell."""
    return "".join(letter if letter.isalnum() or letter in "-_. " else "_" for letter in item.name)[:80]


def week_lines(weeks: Counter[date], users: dict[date, set[str]], shown: int = 12) -> Iterator[str]:
    """The latest weeks, one line each."""
    for week in sorted(weeks)[-shown:]:
        yield f"  {week}     {weeks[week]:,} conversations, {len(users.get(week, ())):,} users"
