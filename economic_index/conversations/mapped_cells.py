"""Cells of a mapped table by dotted path, and what of them may pass: codes that look like codes, flags that are set.

What a conversation is made of is decided by the reader.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from economic_index.conversations.kept_names import kept_name
from economic_index.conversations.mapping import cell_text

_COUNTRY = re.compile(r"[A-Za-z]{2}")
_REGION = re.compile(r"[A-Za-z]{2}-[A-Za-z0-9]{1,3}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*")
_NAME = re.compile(r"[^\W\d][\w $.()/#-]{0,39}")
_NOT_SET = (None, "false", "f", "no", "n", "0", "null", "none")
MAX_NAMES = 60


def cell(record: Mapping[str, Any], path: str | None) -> Any:
    """The value under a column's name, or under a dotted path of keys; None if there is none."""
    if path is None:
        return None
    if path in record:
        return record[path]
    value: Any = record
    for key in path.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return value


def getter(path: str | None) -> Callable[[Mapping[str, Any]], Any]:
    """What `cell` does for one path, quicker where the path is a plain name."""
    if path is None:
        return lambda record: None
    if "." in path:
        return lambda record: cell(record, path)
    return lambda record: record.get(path)


def may_hold(record: Mapping[str, Any], path: str) -> bool:
    """Whether a record has the column; an object that is null may have had any key."""
    if path in record:
        return True
    value: Any = record
    for key in path.split("."):
        if value is None:
            return value is not record
        if not isinstance(value, dict) or key not in value:
            return False
        value = value[key]
    return True


def decoded(value: Any) -> tuple[Any, bool]:
    """Words that stand as bytes as text, and whether some of them were none; anything else as it is."""
    if not isinstance(value, bytes):
        return value, False
    try:
        return value.decode(), False
    except UnicodeDecodeError:
        return value.decode("utf-8", "replace"), True


def is_set(value: Any) -> bool:
    """Whether a flag is set: true, 1, yes, or any time or text, such as that of `deleted_at`."""
    text = cell_text(value)
    return (text.lower() if text else None) not in _NOT_SET


def country(value: Any) -> str | None:
    """ISO 3166-1 alpha-2, else None."""
    text = cell_text(value)
    return text.upper() if text and _COUNTRY.fullmatch(text) else None


def region(value: Any) -> str | None:
    """ISO 3166-2, else None."""
    text = cell_text(value)
    return text.upper() if text and _REGION.fullmatch(text) else None


def language(value: Any) -> str | None:
    """BCP-47, else None."""
    text = cell_text(value)
    return text.replace("_", "-") if text and _LANGUAGE.fullmatch(text) else None


def label(value: Any) -> str | None:
    """A short name, of a product or a model."""
    return kept_name(cell_text(value))


def shown_names(names: Sequence[str]) -> str:
    """Names of columns for a message; what does not look like one is only counted: it might be text."""
    shown = [name for name in names if _NAME.fullmatch(name)][:MAX_NAMES]
    others = len(names) - len(shown)
    return ", ".join(shown) + (f" and {others} others" if others else "")
