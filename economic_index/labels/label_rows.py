"""What a row of labels must look like: fields, closed values, and what goes with what.

Rows of one coder and settled rows differ: a settled one has the closed facets alone, each with a value or `unsettled`.
A row that was read again has the closed facets, and what the first reading said of the rest stands.
"""

from collections.abc import Mapping
from enum import Enum
from functools import cache
from typing import Any

import orjson

from economic_index.taxonomy import facts
from economic_index.vocabulary import Collaboration, Facet, Intent, UseCase

UNSETTLED = "unsettled"
NO_GROUP = "none"
"""The first SOC group of a conversation that is not occupational."""
CLOSED: dict[str, tuple[str, ...]] = {
    Facet.IS_OCCUPATIONAL.value: ("false", "true"),
    Facet.USE_CASE.value: tuple(map(str, UseCase)),
    Facet.COLLABORATION.value: tuple(map(str, Collaboration)),
    Facet.INTENT.value: tuple(map(str, Intent)),
}
SETTLED_FACETS = (*CLOSED, Facet.SOC_GROUP.value)
CODER_FIELDS = {
    "id", "is_occupational", "use_case", "collaboration", "collaboration_second", "intent", "soc_groups", "iwa",
    "occupations", "request", "language", "confidence",
}  # fmt: skip
OPTIONAL_FIELDS = {"stratum"}
AGAIN_FIELDS = {
    "id", "is_occupational", "use_case", "collaboration", "collaboration_second", "intent", "soc_groups", "confidence",
}  # fmt: skip
SETTLED_FIELDS = {"id", "is_occupational", "use_case", "collaboration", "intent", "soc_groups", "disputed"}
MAX_WORDS = 24


class RowKind(Enum):
    """What a file's rows are: one coder's, settled between two, or the closed facets read again."""

    CODED, SETTLED, READ_AGAIN = range(3)


class LabelError(ValueError):
    """A label file that cannot be used; the message names file and line, and the remedy."""


@cache
def soc_groups() -> tuple[str, ...]:
    """The two-digit SOC major groups, ascending."""
    return tuple(sorted(str(group) for group in facts.load("soc_groups")["soc_group"]))


@cache
def _activities() -> frozenset[str]:
    return frozenset(map(str, facts.load("activities")["iwa_id"]))


def classes_of(facet: str) -> tuple[str, ...]:
    """All values of a closed facet, the first SOC group among them."""
    return (*soc_groups(), NO_GROUP) if facet == Facet.SOC_GROUP else CLOSED[facet]


def value_of(row: Mapping[str, Any], facet: str) -> str:
    """A row's value of a closed facet as a word: `unsettled` where it is not settled."""
    if facet == Facet.SOC_GROUP:
        groups = row["soc_groups"]
        return UNSETTLED if groups == UNSETTLED else (groups or [NO_GROUP])[0]
    value = row[facet]
    return str(value).lower() if isinstance(value, bool) else str(value)


def checked_rows(file: str, content: bytes, *, codebook: int, kind: RowKind) -> list[dict[str, Any]]:
    """The rows of a file.

    Raises:
        LabelError: a line is no row as it must be; the message has the file, the line, the fault and the remedy.
    """
    rows: list[dict[str, Any]] = []
    first_lines: dict[str, int] = {}
    for number, line in enumerate(content.splitlines(), start=1):
        where = f"{file}, line {number}"
        try:
            row = orjson.loads(line)
        except orjson.JSONDecodeError:
            raise LabelError(f"{where}: not JSON. One object a line, no blank lines.") from None
        if not isinstance(row, dict) or not isinstance(row.get("id"), str):
            raise LabelError(f"{where}: no object with an `id`. Write the id of the conversation's first record.")
        fault = _settled_fault(row) if kind is RowKind.SETTLED else _fault(row, codebook, kind)
        if fault:
            raise LabelError(f"{where} ({row['id']}): {fault}")
        if row["id"] in first_lines:
            raise LabelError(f"{where}: {row['id']} stands in line {first_lines[row['id']]} already. Keep one of them.")
        first_lines[row["id"]] = number
        rows.append(row)
    return rows


def _fault(row: dict[str, Any], codebook: int, kind: RowKind) -> str | None:
    """What is wrong with a coder's row, and what to do; None if nothing is."""
    is_again = kind is RowKind.READ_AGAIN
    fields, optional = (AGAIN_FIELDS, set[str]()) if is_again else (CODER_FIELDS, OPTIONAL_FIELDS)
    if missing := sorted(fields - set(row)):
        return f"lacks {', '.join(missing)}. Read the conversation again, and write every field."
    if extra := sorted(set(row) - fields - optional):
        return f"has {', '.join(extra)}, which no row has. Take it out; labels and our own words alone are kept."
    faults = [_closed_fault(row), _second_fault(row), _groups_fault(row), _confidence_fault(row)]
    if not is_again:
        faults += [_activities_fault(row, codebook), _words_fault(row)]
    return next((fault for fault in faults if fault), None)


def _closed_fault(row: Mapping[str, Any]) -> str | None:
    for facet, values in CLOSED.items():
        is_flag = facet == Facet.IS_OCCUPATIONAL
        if value_of(row, facet) not in values or isinstance(row[facet], bool) != is_flag:
            allowed = "true or false, without quotes" if is_flag else "one of " + ", ".join(values)
            return f"{facet} = {row[facet]!r}. Write {allowed}."
    return None


def _second_fault(row: Mapping[str, Any]) -> str | None:
    second = row["collaboration_second"]
    if second is None or (second in CLOSED[Facet.COLLABORATION] and second != row["collaboration"]):
        return None
    return f"collaboration_second = {second!r}. Write another pattern than the first, or null."


def _groups_fault(row: Mapping[str, Any]) -> str | None:
    groups = row["soc_groups"]
    if not isinstance(groups, list) or len(groups) > 3 or not set(groups) <= set(soc_groups()):
        return f"soc_groups = {groups!r}. Write at most three two-digit SOC groups as strings, best first."
    if bool(groups) != row["is_occupational"]:
        return "soc_groups and is_occupational do not go together. No group if not occupational, else one to three."
    return None


def _activities_fault(row: Mapping[str, Any], codebook: int) -> str | None:
    activities = row["iwa"]
    if not isinstance(activities, list) or len(activities) > 2 or not set(activities) <= _activities():
        return f"iwa = {activities!r}. Write at most two ids of intermediate work activities, best first."
    # before version 1 activities were asked of conversations that are not occupational, too
    if codebook >= 1 and bool(activities) != row["is_occupational"]:
        return "iwa and is_occupational do not go together. No activity if not occupational, else one or two."
    return None


def _words_fault(row: Mapping[str, Any]) -> str | None:
    if not isinstance(row["request"], str) or not 0 < len(row["request"].split()) <= MAX_WORDS:
        return f"request is empty or longer than {MAX_WORDS} words. Say in your own words what was asked."
    if not isinstance(row["language"], str) or not row["language"]:
        return "language is empty. Write a BCP-47 code, or und."
    return None


def _confidence_fault(row: Mapping[str, Any]) -> str | None:
    if row["confidence"] not in (1, 2, 3):
        return f"confidence = {row['confidence']!r}. Write 1, 2 or 3."
    return None


def _settled_fault(row: Mapping[str, Any]) -> str | None:
    if set(row) != SETTLED_FIELDS:
        return (
            f"a settled row has {', '.join(sorted(SETTLED_FIELDS))}, and nothing else. Write it with labels/settle.py."
        )
    if not set(row["disputed"]) <= set(SETTLED_FACETS):
        return f"disputed = {row['disputed']!r}. Name facets of {', '.join(SETTLED_FACETS)}."
    for facet in SETTLED_FACETS:
        if value_of(row, facet) not in (*classes_of(facet), UNSETTLED):
            return f"{facet} = {value_of(row, facet)!r}. Write a value of the codebook, or {UNSETTLED}."
    group, flag = value_of(row, Facet.SOC_GROUP), value_of(row, Facet.IS_OCCUPATIONAL)
    if UNSETTLED not in (group, flag) and (group == NO_GROUP) != (flag == "false"):
        return "settled as not occupational with a SOC group, or the other way round. Settle both together."
    return None
