"""The fields that an answer schema asks for, sorted once by how the rehearsal fills them.

What they are filled with is answers.py's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any


class Kind(Enum):
    """How a field is filled."""

    EVIDENCE = auto()  # a phrase that tells nothing of the conversation
    REQUEST = auto()  # the label of a task of the bank
    ONE = auto()  # one of the options
    SOME = auto()  # a subset of the options
    OTHER = auto()  # a planted value, or whatever the schema allows


@dataclass(frozen=True, slots=True)
class Field:
    """One property of the schema; `options` of ONE and SOME."""

    name: str
    kind: Kind
    options: Sequence[Any]
    node: Mapping[str, Any]


def fields_of(schema: Mapping[str, Any] | None) -> tuple[Field, ...]:
    """The fields of an object schema, in its order."""
    properties = (schema or {}).get("properties") or {}
    return tuple(_field(name, node) for name, node in properties.items())


def _field(name: str, node: Mapping[str, Any]) -> Field:
    if name == "request":
        return Field(name, Kind.REQUEST, (), node)
    if name.endswith("evidence"):
        return Field(name, Kind.EVIDENCE, (), node)
    if node.get("enum"):
        return Field(name, Kind.ONE, tuple(node["enum"]), node)
    options = (node.get("items") or {}).get("enum") if node.get("type") == "array" else None
    return Field(name, Kind.SOME, tuple(options), node) if options else Field(name, Kind.OTHER, (), node)
