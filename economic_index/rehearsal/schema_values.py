"""Values that satisfy any answer schema, made of the numbered lines of a prompt: for questions that nobody planted.

What is planted is answered by answers.py; nothing here is right or wrong.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from economic_index.rehearsal.choices import Option
from economic_index.rehearsal.draws import one_of, uniform

PHRASE = "made for a rehearsal"
LONGEST_ARRAY = 12


class Maker:
    """Makes values of one schema; every draw depends on `key` and on the place in the schema alone."""

    def __init__(self, schema: Mapping[str, Any], lines: Sequence[Option], key: str) -> None:
        self._definitions = schema.get("$defs") or {}
        self._lines = [line.text for line in lines]
        self._numbers = {line.number for line in lines}
        self._key = key

    def value(self, node: Any, place: str) -> Any:
        """A value of a schema's node; `place` tells nodes apart."""
        node = self._resolved(node)
        if "const" in node:
            return node["const"]
        if node.get("enum"):
            return self._option(node["enum"], place)
        kind = node.get("type")
        kind = kind[0] if isinstance(kind, list) and kind else kind
        if kind == "object":
            return {name: self.value(child, f"{place}.{name}") for name, child in node.get("properties", {}).items()}
        if kind == "array":
            return self._array(node, place)
        return self._scalar(kind, place)

    def _resolved(self, node: Any) -> Mapping[str, Any]:
        while isinstance(node, Mapping):
            if "$ref" in node:
                node = self._definitions.get(str(node["$ref"]).rpartition("/")[2])
            elif node.get("anyOf"):
                node = node["anyOf"][0]
            else:
                return node
        return {}

    def _option(self, options: Sequence[Any], place: str) -> Any:
        """One of an enum; where it counts numbered lines, one that there is."""
        written = [option for option in options if str(option) in self._numbers]
        return one_of(written or options, self._key, place)

    def _array(self, node: Mapping[str, Any], place: str) -> list[Any]:
        """About the square root of the number of lines, without repetitions: a grouping, not a copy."""
        wanted = min(max(math.isqrt(len(self._lines)), 2), LONGEST_ARRAY)
        made: list[Any] = []
        for number in range(wanted):
            value = self.value(node.get("items"), f"{place}[{number}]")
            if value not in made:
                made.append(value)
        return made

    def _scalar(self, kind: Any, place: str) -> Any:
        if kind in {"integer", "number"}:
            return 1 + int(uniform(self._key, place) * 9)
        if kind == "boolean":
            return uniform(self._key, place) < 0.5
        if kind == "null":
            return None
        return one_of(self._lines, self._key, place) if self._lines else PHRASE
