"""sources.toml: what is read, and what a format cannot say of itself (product, users, weeks).

No log is opened here; every key is known, and an unknown one is an error that lists them.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from economic_index.conversations.mapping import MappingError, TableMapping
from economic_index.conversations.mapping_toml import load_mapping, parse_mapping
from economic_index.conversations.places import is_url
from economic_index.conversations.records import AUTO, SURFACES
from economic_index.conversations.redaction import KINDS
from economic_index.conversations.sources import KEYS, AssignWeeks, Source, SourcesError
from economic_index.conversations.stores import StorageLibraryError, check_address
from economic_index.vocabulary import Audience, SourceFormat, UserRule

PEOPLE_SECTIONS = ("users", "identities", "weights")
"""Sections of sources.toml that say who the users are (economic_index/people/declared.py)."""

_OTHER_TYPES: dict[str, type] = {
    "assign_weeks": dict,
    "redact": tuple,
    "environments": list,
    "keep_user_instructions": bool,
    "max_rejected_share": float,
    "silent_after_days": int,
    "keep_text_days": int,
    **dict.fromkeys(("max_record_bytes", "max_member_bytes", "max_archive_bytes", "max_members"), int),
}
_TYPES: dict[str, type] = {name: _OTHER_TYPES.get(name, str) for name in KEYS}
_SEVERAL_TYPES: dict[str, tuple[type, ...]] = {"mapping": (str, dict), "max_rejected_share": (int, float)}
_DATABASE_KEYS = ("table", "query", "watermark")
_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*")
_CHOICES: dict[str, Sequence[str]] = {
    "format": (AUTO, *SourceFormat),
    "surface": SURFACES,
    "users": tuple(UserRule),
    "audience": tuple(Audience),
}


def load_sources(path: Path) -> list[Source]:
    """The entries of sources.toml, in order; relative paths start at its folder. Raises SourcesError."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SourcesError(f"{path}: does not exist. Make it with `make index LOGS=folder`.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SourcesError(f"{path.name}: not TOML ({error}).") from None
    common = _common(document.pop("keep_text_days", None), path.name)
    unknown = set(document) - {"source", *PEOPLE_SECTIONS}
    entries = document.get("source", [])
    if unknown or not isinstance(entries, list):
        raise SourcesError(
            f"{path.name}: holds {sorted(unknown) or 'no list'}; only [[source]] entries, the sections "
            f"{', '.join(PEOPLE_SECTIONS)}, and keep_text_days above them are known."
        )
    folder = path.absolute().parent
    sources = [
        _from_folder(parse_source({**common, **entry}, f"{path.name}, entry {number}", folder), folder)
        for number, entry in enumerate(entries, start=1)
    ]
    names = [source.name for source in sources]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise SourcesError(f"{path.name}: two entries are named {twice[0]!r}. A name stands for one source.")
    return sources


def _common(days: Any, where: str) -> dict[str, Any]:
    """What stands above the entries holds for each that does not say otherwise."""
    if isinstance(days, Mapping | list):
        raise SourcesError(f"{where}: keep_text_days must be a number of days, above the first [[source]].")
    return {} if days is None else {"keep_text_days": days}


def _from_folder(source: Source, folder: Path) -> Source:
    if not source.path or is_url(source.path):
        return source
    return replace(source, path=str(folder / Path(source.path).expanduser()))


def parse_source(entry: Mapping[str, Any], where: str, folder: Path = Path()) -> Source:
    """One entry; the mapping that it names lies relative to `folder`. Raises SourcesError."""
    _check_keys(entry, where)
    entry = {**entry, **_redaction(entry, where)}
    _check_values(entry, where)
    values = dict(entry)
    if "users" in values:
        values["users"] = UserRule(values["users"])
    if "audience" in values:
        values["audience"] = Audience(values["audience"])
    if "assign_weeks" in values:
        values["assign_weeks"] = _assign_weeks(values["assign_weeks"], where)
    if "mapping" in values:
        values["mapping"] = _mapping(values["mapping"], where, folder)
    if "environments" in values:
        values["environments"] = _environments(values["environments"], where)
    _check_table(values, where)
    source = Source(**values)
    _check_limits(source, where)
    if is_url(source.path):
        try:
            check_address(source.path)
        except StorageLibraryError as error:
            raise SourcesError(f"{where}: path: {error}") from None
    return source


def _check_limits(source: Source, where: str) -> None:
    if not 0 <= source.max_rejected_share <= 1:
        raise SourcesError(f"{where}: max_rejected_share must be a share from 0 to 1.")
    if source.silent_after_days is None:
        return
    if source.silent_after_days < 1:
        raise SourcesError(f"{where}: silent_after_days must be 1 or more.")
    if source.assign_weeks is not None:
        raise SourcesError(f"{where}: silent_after_days needs times of the log; these are assigned (assign_weeks).")


def _check_keys(entry: Mapping[str, Any], where: str) -> None:
    if unknown := sorted(set(entry) - set(KEYS)):
        raise SourcesError(f"{where}: unknown key {unknown[0]!r}. Known: {', '.join(KEYS)}.")
    for key in ("name",) if "url_env" in entry else ("name", "path"):
        if not entry.get(key):
            raise SourcesError(f"{where}: {key} is missing.")


def _check_values(entry: Mapping[str, Any], where: str) -> None:
    for key, value in entry.items():
        kinds = _SEVERAL_TYPES.get(key, _TYPES[key])
        if not isinstance(value, kinds) or isinstance(value, bool) != (_TYPES[key] is bool):
            raise SourcesError(f"{where}: {key} must be {_TYPES[key].__name__}, not {type(value).__name__}.")
        if key in _CHOICES and value not in _CHOICES[key]:
            raise SourcesError(f"{where}: {key} = {value!r} is none of {', '.join(_CHOICES[key])}.")
    if entry.get("keep_text_days", 0) < 0:
        raise SourcesError(f"{where}: keep_text_days is a number of days, 0 or more.")


def _redaction(entry: Mapping[str, Any], where: str) -> dict[str, Any]:
    """`redact` as a tuple in one order: true is every kind, false none."""
    if "redact" not in entry:
        return {}
    told = entry["redact"]
    if isinstance(told, bool):
        return {"redact": KINDS if told else ()}
    if not isinstance(told, list) or (unknown := [kind for kind in told if kind not in KINDS]):
        named = repr(unknown[0]) if isinstance(told, list) else type(told).__name__
        raise SourcesError(f"{where}: redact holds {named}; it is true, or a list of {', '.join(KINDS)}.")
    return {"redact": tuple(kind for kind in KINDS if kind in told)}


def _mapping(value: str | Mapping[str, Any], where: str, folder: Path) -> TableMapping:
    try:
        if isinstance(value, str):
            return load_mapping(folder / Path(value).expanduser())
        return parse_mapping(value, f"{where}, mapping")
    except MappingError as error:
        raise SourcesError(f"{where}: {error}" if isinstance(value, str) else str(error)) from None


def _check_table(values: Mapping[str, Any], where: str) -> None:
    """A table goes with a mapping; one of a database with its address in the environment."""
    mapping, is_mapped = values.get("mapping"), values.get("format") == SourceFormat.MAPPED_TABLE
    if is_mapped and mapping is None:
        raise SourcesError(f"{where}: format mapped_table needs mapping: a TOML file, or a section [source.mapping].")
    if mapping is not None and values.get("format", AUTO) not in {AUTO, SourceFormat.MAPPED_TABLE}:
        raise SourcesError(f"{where}: mapping is for tables; take away format = {values['format']!r}.")
    if "url_env" not in values:
        if found := [key for key in _DATABASE_KEYS if key in values]:
            raise SourcesError(f"{where}: {found[0]} is of a database, which needs url_env.")
        return
    if "path" in values or mapping is None or ("table" in values) == ("query" in values):
        raise SourcesError(f"{where}: a database takes url_env, mapping, and either table or query; no path.")
    if mapping.format is not None:
        raise SourcesError(f"{where}: the mapping of a database has no format.")
    if not _VARIABLE.fullmatch(values["url_env"]):
        raise SourcesError(
            f"{where}: url_env is the name of an environment variable that holds the address, such as "
            "HELPDESK_DB_URL; the address itself never stands in this file."
        )


def _environments(value: Sequence[Any], where: str) -> tuple[str, ...]:
    if not all(isinstance(name, str) and name for name in value):
        raise SourcesError(f'{where}: environments is a list of names, like ["production"].')
    return tuple(value)


def _assign_weeks(value: Mapping[str, Any], where: str) -> AssignWeeks:
    if set(value) != {"start", "count"}:
        raise SourcesError(f'{where}: assign_weeks takes start and count, like {{start = "2026-01-05", count = 12}}.')
    start, count = value["start"], value["count"]
    try:
        start = start if isinstance(start, date) else date.fromisoformat(start)
    except (TypeError, ValueError):
        raise SourcesError(f"{where}: assign_weeks.start must be a date such as 2026-01-05.") from None
    if start.weekday() != 0 or start < date(2020, 6, 1):
        raise SourcesError(f"{where}: assign_weeks.start must be a Monday, 2020-06-01 or later.")
    if not isinstance(count, int) or isinstance(count, bool) or not 1 <= count <= 1000:
        raise SourcesError(f"{where}: assign_weeks.count must be a whole number from 1 to 1000.")
    return AssignWeeks(start, count)
