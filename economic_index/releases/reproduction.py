"""Published figures beside what the served marts print of the same releases: a row each, and the page of all.

Only looked up and compared here: every number of ours is a cell of a mart.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from economic_index.publish.served import ServedMarts
from economic_index.releases.fixtures import Fixture

SAME, OTHER, APART, MISSING = "the same", "differs", "apart, as it must be", "missing"
HEADING = ("figure", "published", "ours", "difference", "verdict")
INTRODUCTION = """\
# Published figures, computed again

Written by `make reproduce`, which feeds the published cells of the Anthropic Economic Index, and nothing else, to the
models that roll up anybody's own logs. Published cells enter as counts of conversations by statement and pattern,
before any split to occupations; every figure below is then a cell of a served table.

"the same": ours rounds to the published digits. Figures marked as wrong answers are what a known mistake gives: ours
must stay apart from them.
"""


@dataclass(frozen=True)
class Reproduced:
    """One published figure and ours."""

    fixture: Fixture
    ours: float | None

    @property
    def difference(self) -> float | None:
        """Ours less the published figure, in its unit."""
        return None if self.ours is None else self.ours - self.fixture.published

    @property
    def verdict(self) -> str:
        """What the difference says, at the published digits."""
        if self.difference is None:
            return MISSING
        is_same = abs(self.difference) <= 0.5 * 10**-self.fixture.digits + 1e-9
        if self.fixture.is_wrong_answer:
            return OTHER if is_same else APART
        return SAME if is_same else OTHER

    @property
    def is_right(self) -> bool:
        """The verdict is the one that must be."""
        return self.verdict in (SAME, APART)

    def cells(self) -> tuple[str, str, str, str, str]:
        """The row as printed: two digits more of ours than were published."""
        digits = self.fixture.digits
        ours = "" if self.ours is None else f"{self.ours:,.{digits + 2 if digits else 0}f}"
        difference = "" if self.difference is None else f"{self.difference:+,.{digits + 2 if digits else 0}f}"
        return self.fixture.what, f"{self.fixture.published:,.{digits}f}", ours, difference, self.verdict


def reproduce(marts: ServedMarts, wanted: Iterable[Fixture]) -> list[Reproduced]:
    """Look up every figure in the marts of one build; figures of one section stand together."""
    found = [Reproduced(fixture, _look_up(marts.mart(fixture.mart), fixture)) for fixture in wanted]
    order = list(dict.fromkeys(row.fixture.section for row in found))
    return sorted(found, key=lambda row: order.index(row.fixture.section))


def _look_up(rows: pd.DataFrame, fixture: Fixture) -> float | None:
    for column, value in fixture.where.items():
        if column not in rows:
            return None
        rows = rows[rows[column] == value]
    # two rows would be two answers to one question
    if len(rows) != 1 or pd.isna(rows[fixture.column].iloc[0]):
        return None
    return float(rows[fixture.column].iloc[0]) * fixture.scale


def as_lines(found: list[Reproduced]) -> list[str]:
    """For a terminal: aligned columns under a heading for each section."""
    width = max(len(row.fixture.what) for row in found)
    lines: list[str] = []
    section = ""
    for row in found:
        if row.fixture.section != section:
            section = row.fixture.section
            lines += ["", section]
        what, published, ours, difference, verdict = row.cells()
        lines.append(f"  {what:<{width}} {published:>12} | {ours:>14} | {difference:>10} | {verdict}")
    return lines


def as_page(found: list[Reproduced]) -> str:
    """A page of docs/: one table a section."""
    right = sum(row.is_right for row in found)
    parts = [INTRODUCTION, f"{right} of {len(found)} figures are as they must be.", ""]
    for section in dict.fromkeys(row.fixture.section for row in found):
        rows = [row for row in found if row.fixture.section == section]
        sources = ", ".join(dict.fromkeys(row.fixture.source for row in rows))
        parts += [f"## {section}", "", f"Source: {sources}.", ""]
        parts += [f"| {' | '.join(HEADING)} |", "| --- | ---: | ---: | ---: | --- |"]
        parts += [f"| {' | '.join(row.cells())} |" for row in rows]
        parts.append("")
    return "\n".join(parts)
