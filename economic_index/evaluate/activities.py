"""Credits for intermediate work activities: is the one that is said among the one or two of a coder?

Coders list activities, best first, and nothing is settled: each coder's own list counts.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from economic_index.evaluate.items import Item
from economic_index.vocabulary import Scoring

Credit = tuple[Item, float, bool]


def activity_credits(items: Sequence[Item], said: Sequence[str], scoring: Scoring) -> list[Credit]:
    """(item, credit, whether an activity was said at all) for every item that a coder gave an activity.

    Strict: half for each coder among whose activities it is (of those who gave any). Lenient: either's.
    Agreed: items whose coders' first activity is the same; it must be that one or another that both gave.
    """
    found = []
    for item, one in zip(items, said, strict=True):
        lists = [set(row["iwa"]) for row in (item.first, item.second) if row["iwa"]]
        if not lists or (scoring is Scoring.AGREED and not _is_agreed(item.first, item.second)):
            continue
        right = [one in each for each in lists]
        credit = {
            Scoring.STRICT: sum(right) / len(right),
            Scoring.LENIENT: float(any(right)),
            Scoring.AGREED: float(all(right)),
        }[scoring]
        found.append((item, credit, one.startswith("4.")))
    return found


def _is_agreed(first: Mapping[str, Any], second: Mapping[str, Any]) -> bool:
    return bool(first["iwa"] and second["iwa"]) and first["iwa"][0] == second["iwa"][0]


def coder_activity_credits(items: Sequence[Item]) -> list[Credit]:
    """The ceiling: one coder's first activity is among the other's, either way half a credit."""
    found = []
    for item in items:
        first, second = item.first["iwa"], item.second["iwa"]
        if first or second:
            halves = [bool(a) and a[0] in b for a, b in ((first, second), (second, first))]
            found.append((item, sum(halves) / 2, True))
    return found
