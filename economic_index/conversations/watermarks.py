"""How far a table of a database was read: the greatest value of its watermark, and which rows stand at it.

Kept as JSON in versions.sqlite, without any text of a row.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from economic_index.conversations.databases import DatabaseError

_TYPES: dict[str, Callable[[str], Any]] = {
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "Decimal": Decimal,
    "str": str,
    "int": int,
}


@dataclass
class Watermark:
    """The greatest value so far, and a hash over the rows at it and those without one, in whatever order they come."""

    value: Any = None
    at_value: int = 0
    without_value: int = 0

    def see(self, value: Any, line: bytes) -> None:
        """Take a row into account. Raises DatabaseError if its value cannot be compared with the others."""
        number = int.from_bytes(hashlib.sha256(line).digest()[:16])
        if value is None:
            self.without_value = (self.without_value + number) % 2**128
            return
        try:
            is_greater = self.value is None or value > self.value
        except TypeError:
            raise DatabaseError("The watermark column holds values of several types.") from None
        if is_greater:
            if type(value).__name__ not in {*_TYPES, "float"}:
                raise DatabaseError("The watermark column must hold times, numbers or texts.")
            self.value, self.at_value = value, 0
        if value == self.value:
            self.at_value = (self.at_value + number) % 2**128

    def to_json(self, settings: str) -> str:
        """As a note, with the settings under which it holds."""
        kind = type(self.value).__name__
        value = self.value.isoformat() if isinstance(self.value, date) else self.value
        told = value if isinstance(value, float) or value is None else str(value)
        hashes = [f"{self.at_value:032x}", f"{self.without_value:032x}"]
        return json.dumps({"settings": settings, "type": kind, "value": told, "hashes": hashes})

    @classmethod
    def from_json(cls, text: str | None, settings: str) -> "Watermark | None":
        """What was noted, if it was under these settings."""
        note = json.loads(text) if text else {}
        if note.get("settings") != settings:
            return None
        value = note["value"]
        convert = _TYPES.get(note["type"])
        at_value, without_value = (int(digits, 16) for digits in note["hashes"])
        return cls(convert(value) if convert and value is not None else value, at_value, without_value)
