"""Looks into JSON whose types nobody promised: a value of the wrong type counts as absent, nothing raises.

What a key means is not known here: the readers decide.
"""

from typing import Any

from economic_index.conversations.repair import Parsed, parse

_JSON_STARTS = ("{", "[", '"')


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


def opened(value: Any) -> tuple[Any, bool]:
    """What JSON text says (tables keep objects as text), and whether it had to be repaired; else the value itself."""
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if not isinstance(value, str) or value[:64].lstrip()[:1] not in _JSON_STARTS:
        return value, False
    parsed = parse(value.encode("utf-8", "surrogatepass"))
    return (parsed.value, parsed.is_repaired) if isinstance(parsed, Parsed) else (value, False)


def opened_columns(record: Any, keys: tuple[str, ...]) -> tuple[Any, bool]:
    """The record with these values opened where they are JSON text, and whether one had to be repaired."""
    if not isinstance(record, dict):
        return record, False
    found = {key: opened(value) for key in keys if isinstance(value := record.get(key), str | bytes)}
    if not found:
        return record, False
    changed = {key: value for key, (value, _) in found.items()}
    return record | changed, any(is_repaired for _, is_repaired in found.values())


def is_true(value: Any) -> bool:
    """Whether a flag is set, also as tables write it: 1, "1", "t", "true"."""
    if isinstance(value, str):
        return value.strip().lower() in {"1", "t", "true", "yes"}
    return isinstance(value, bool | int | float) and bool(value)
