"""Looks into JSON whose types nobody promised: a value of the wrong type counts as absent, nothing raises.

What a key means is not known here: the readers decide.
"""

from typing import Any


def mapping_at(value: Any, *keys: str) -> dict[str, Any]:
    """The object under a path of keys (of `value` itself without keys), or an empty one."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def list_at(value: Any, *keys: str) -> list[Any]:
    """The array under a path of keys, or an empty one."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, list) else []


def text_at(value: Any, *keys: str) -> str | None:
    """The text under a path of keys; None if it is empty or something else."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, str) and value else None


def id_at(value: Any, *keys: str) -> str | None:
    """A text, or a whole number as text, under a path of keys: what may serve as an id."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) and value.strip() else None


def first_at(value: dict[str, Any], keys: tuple[str, ...]) -> Any:
    """The first value among keys of one object that is neither null nor an empty text."""
    for key in keys:
        found = value.get(key)
        if found is not None and found != "":
            return found
    return None
