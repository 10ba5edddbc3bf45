"""What a table's columns mean: the mapping of a source, and a cell as a name.

It is read in mapping_toml.py and compared with a file in mapped_sniff.py.
"""

import codecs
import json
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from economic_index.vocabulary import SourceFormat

MESSAGE, CONVERSATION = "message", "conversation"
DROP = "drop"
SHARED_COLUMNS = (
    "conversation_id",
    "user_id",
    "time",
    "model",
    "country",
    "region",
    "language",
    "updated_at",
    "deleted",
)
MESSAGE_COLUMNS = ("role", "text", "message_id", "parent_id", "order")
COLUMNS = (*SHARED_COLUMNS, *MESSAGE_COLUMNS, "messages")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


class MappingError(Exception):
    """A mapping that cannot be used; the message names the key and what is allowed."""


@dataclass(frozen=True)
class TableMapping:
    """The mapping of one source. `columns` go from our name to a dotted path, `roles` from a cell's text to a role.

    `declared` is what the TOML says, and `path` where it stands, None if in sources.toml itself.
    """

    declared: Mapping[str, Any]
    rows: str
    columns: Mapping[str, str]
    roles: Mapping[str, str] = field(default_factory=dict)
    time_format: str = "iso"
    zone: str | None = None
    format: str | None = None
    encoding: str = "utf-8"
    delimiter: str | None = None
    quote: str = '"'
    product: str = SourceFormat.MAPPED_TABLE.value
    product_column: str | None = None
    surface_column: str | None = None
    system: str | None = None
    ids_are_random: bool = False
    path: str | None = None

    @property
    def paths(self) -> dict[str, str]:
        """All columns that are looked at, by key of the mapping."""
        beside = {"product_column": self.product_column, "surface_column": self.surface_column}
        return {**self.columns, **{key: path for key, path in beside.items() if path}}

    def system_for(self, source_name: str) -> str:
        """The namespace of its ids: what it says, else the name of its source."""
        return self.system or source_name

    def toml(self) -> str:
        """The value of `mapping` in sources.toml: the file's path, or the mapping itself on one line."""
        return json.dumps(self.path, ensure_ascii=False) if self.path else _inline(self.declared)


def cell_text(value: Any) -> str | None:
    """A cell as an id, a name or a role: text without space around it, whole numbers as text; None if empty.

    Columns of decimals, UUIDs and bytes (Parquet) say what the same column of texts would.
    """
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int | float):
        try:
            return str(value)
        except ValueError:  # an int of thousands of digits
            return None
    return _typed_text(value)


def _typed_text(value: Any) -> str | None:
    if isinstance(value, bytes):
        return _text_of_bytes(value)
    if isinstance(value, Decimal):
        is_whole = value.is_finite() and value == value.to_integral_value()
        return str(int(value) if is_whole else value)
    return str(value) if isinstance(value, UUID) else None


def _text_of_bytes(data: bytes) -> str | None:
    """Text, if the bytes are text; else an id: 16 bytes as a UUID, others in hex, so that no two become one."""
    with suppress(UnicodeDecodeError):
        text = data.decode().strip()
        if text.isprintable():
            return text or None
    return str(UUID(bytes=data)) if len(data) == 16 else data.hex()


def plain_encoding(name: str) -> str:
    """The encoding of lines: a byte order mark stands at the start of a file, and is taken away there."""
    found = codecs.lookup(name).name
    return "utf-8" if found == "utf-8-sig" else found


def _inline(value: Any) -> str:
    """A value as TOML on one line."""
    if isinstance(value, Mapping):
        pairs = (
            f"{key if _BARE_KEY.fullmatch(key) else json.dumps(key)} = {_inline(item)}" for key, item in value.items()
        )
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_inline(item) for item in value) + "]"
    return json.dumps(value, ensure_ascii=False)
