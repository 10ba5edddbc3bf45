"""A mapping out of TOML: every key known, every mistake named with what is allowed.

What a mapping is stands in mapping.py; no table is opened here.
"""

import re
import tomllib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from economic_index.conversations.mapping import (
    COLUMNS,
    CONVERSATION,
    DROP,
    MESSAGE,
    MESSAGE_COLUMNS,
    MappingError,
    TableMapping,
    cell_text,
    plain_encoding,
)
from economic_index.vocabulary import Role

FORMATS = ("csv", "jsonl", "parquet")
CSV_KEYS = ("encoding", "delimiter", "quote")
KEYS = (
    *("format", "rows", *CSV_KEYS, "product", "product_column", "surface_column", "system", "ids_are_random"),
    *("columns", "roles", "time"),
)
REQUIRED = {MESSAGE: ("conversation_id", "role", "text"), CONVERSATION: ("messages",)}
TIME_FORMATS = ("iso", "epoch_s", "epoch_ms")
_PROBE = datetime(2026, 11, 23, 17, 45, 31)  # noqa: DTZ001 - any moment that tells day, month and hour apart


def load_mapping(path: Path) -> TableMapping:
    """The mapping in a TOML file. Raises MappingError."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise MappingError(f"{path.name}: the mapping cannot be read ({type(error).__name__}).") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise MappingError(f"{path.name}: not TOML ({error}).") from None
    return parse_mapping(document, path.name, str(path))


def parse_mapping(document: Mapping[str, Any], where: str, path: str | None = None) -> TableMapping:
    """A mapping that was parsed. Raises MappingError."""
    _only(document, KEYS, where)
    rows = document.get("rows")
    if rows not in REQUIRED:
        raise MappingError(f'{where}: rows must be "message" or "conversation": what one row of the table is.')
    for key in KEYS[:-3]:
        kind = bool if key == "ids_are_random" else str
        if key in document and (not isinstance(document[key], kind) or document[key] == ""):
            raise MappingError(f"{where}: {key} must be {'true or false' if kind is bool else 'text'}.")
    columns = _columns(document, rows, where)
    time_format, zone = _time(_section(document, "time", where), where)
    plain = {key: document[key] for key in KEYS[:-3] if key in document and key != "rows"}
    mapping = TableMapping(
        declared=document,
        rows=rows,
        columns=columns,
        roles=_roles(document, rows, where),
        time_format=time_format,
        zone=zone,
        path=path,
        **plain,
    )
    _check_form(mapping, document, where)
    return mapping


def _only(section: Mapping[str, Any], known: tuple[str, ...], where: str) -> None:
    if unknown := sorted(set(section) - set(known)):
        raise MappingError(f"{where}: unknown key {unknown[0]!r}. Known: {', '.join(known)}.")


def _section(document: Mapping[str, Any], name: str, where: str) -> Mapping[str, Any]:
    section = document.get(name, {})
    if not isinstance(section, dict):
        raise MappingError(f"{where}: [{name}] is a section.")
    return section


def _columns(document: Mapping[str, Any], rows: str, where: str) -> dict[str, str]:
    columns = _section(document, "columns", where)
    _only(columns, COLUMNS, f"{where}, [columns]")
    for key, column in columns.items():
        if not isinstance(column, str) or not column:
            raise MappingError(f"{where}, [columns]: {key} must be the name of a column.")
    for key in REQUIRED[rows]:
        if key not in columns:
            raise MappingError(f'{where}, [columns]: {key} is missing; rows = "{rows}" needs it.')
    foreign = ("messages",) if rows == MESSAGE else MESSAGE_COLUMNS
    for key in foreign:
        if key in columns:
            other = CONVERSATION if rows == MESSAGE else MESSAGE
            raise MappingError(f'{where}, [columns]: {key} is only for rows = "{other}".')
    if "parent_id" in columns and "message_id" not in columns:
        raise MappingError(f"{where}, [columns]: parent_id needs message_id.")
    return dict(columns)


def _roles(document: Mapping[str, Any], rows: str, where: str) -> dict[str, str]:
    section, where = _section(document, "roles", where), f"{where}, [roles]"
    if rows == CONVERSATION:
        if section:
            raise MappingError(f'{where}: only for rows = "message"; messages in a column name their roles themselves.')
        return {}
    known = (Role.USER.value, Role.ASSISTANT.value, DROP)
    _only(section, known, where)
    roles: dict[str, str] = {}
    for role, values in section.items():
        for value in values if isinstance(values, list) else [values]:
            text = cell_text(value)
            if text is None:
                raise MappingError(f"{where}: {role} lists values of the role column: texts, numbers, true or false.")
            if roles.setdefault(text, role) != role:
                raise MappingError(f"{where}: {text!r} stands under two roles.")
    if Role.USER.value not in roles.values():
        raise MappingError(f"{where}: user is missing: the values of the role column that stand for a person.")
    return roles


def _time(section: Mapping[str, Any], where: str) -> tuple[str, str | None]:
    where = f"{where}, [time]"
    _only(section, ("format", "zone"), where)
    pattern, zone = section.get("format", "iso"), section.get("zone")
    if not isinstance(pattern, str) or not (pattern in TIME_FORMATS or _is_pattern(pattern)):
        raise MappingError(
            f"{where}: format must be {', '.join(TIME_FORMATS)}, or a pattern of strptime that names year, month "
            'and day, such as "%d.%m.%Y %H:%M".'
        )
    if zone is not None:
        try:
            ZoneInfo(zone)
        except (KeyError, ValueError, TypeError, OSError):
            raise MappingError(f'{where}: zone must be a name of the IANA list, such as "Europe/Lisbon".') from None
    return pattern, zone


def _is_pattern(pattern: str) -> bool:
    """Whether what the pattern writes names a day again."""
    try:
        return datetime.strptime(_PROBE.strftime(pattern), pattern).date() == _PROBE.date()  # noqa: DTZ007
    except (ValueError, re.error):
        return False


def _check_form(mapping: TableMapping, document: Mapping[str, Any], where: str) -> None:
    if mapping.format is not None and mapping.format not in FORMATS:
        raise MappingError(f"{where}: format must be {', '.join(FORMATS)}; without it the file tells.")
    told = [key for key in CSV_KEYS if key in document]
    if told and mapping.format in {"jsonl", "parquet"}:
        raise MappingError(f"{where}: {told[0]} is for csv alone.")
    for key in ("delimiter", "quote"):
        if key in document and (len(document[key]) != 1 or document[key] in "\r\n"):
            raise MappingError(f"{where}: {key} is one character.")
    if mapping.delimiter == mapping.quote:
        raise MappingError(f"{where}: delimiter and quote are the same.")
    if not _keeps_ascii(mapping.encoding):
        raise MappingError(
            f'{where}: encoding must be one in which ASCII stays ASCII, such as "utf-8" or "cp1252"; UTF-16 is told '
            "by its byte order mark and needs no key."
        )


def _keeps_ascii(name: str) -> bool:
    try:
        return "\n,a".encode(plain_encoding(name)) == b"\n,a"
    except (LookupError, ValueError, TypeError):
        return False
