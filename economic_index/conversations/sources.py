"""sources.toml: what is read, and what a format cannot say of itself (product, users, weeks).

No log is opened here; every key is known, and an unknown one is an error that lists them.
"""

import hashlib
import json
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from pathlib import Path
from typing import Any

from economic_index.conversations.cutter import MAX_RECORD_BYTES
from economic_index.conversations.log_names import list_files
from economic_index.conversations.records import AUTO
from economic_index.vocabulary import Audience, SourceFormat, UserRule

SURFACES = ("chat", "api", "agent")


class SourcesError(Exception):
    """sources.toml does not say what it should; the message names the entry, the key and what is allowed."""


@dataclass(frozen=True)
class AssignWeeks:
    """Weeks for logs without times: `count` weeks from the Monday `start`."""

    start: date
    count: int


@dataclass(frozen=True)
class Source:
    """One entry of sources.toml.

    `path` is a file, a folder or a glob. `product` null means that of the format. `default_model` is used
    where the log names none; `environments` are those that are read of a log that has several, all if none is
    named. Limits are bytes of one record, of one archive member and of one archive.
    """

    name: str
    path: str
    format: str = AUTO
    product: str | None = None
    surface: str = "chat"
    users: UserRule = UserRule.LOG
    audience: Audience = Audience.ORGANISATION
    assign_weeks: AssignWeeks | None = None
    default_model: str | None = None
    environments: tuple[str, ...] = ()
    max_record_bytes: int = MAX_RECORD_BYTES
    max_member_bytes: int = 64 << 30
    max_archive_bytes: int = 128 << 30
    max_members: int = 100_000

    def settings_hash(self) -> str:
        """Hash of the settings that change what is read; the path and the audience do not.

        What equals its default is left out, so that a setting added later changes no hash.
        """
        defaults = {field.name: field.default for field in fields(self)}
        told = {
            name: value
            for name, value in asdict(self).items()
            if name not in {"path", "audience"} and value != defaults[name]
        }
        return hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()[:16]


KEYS = tuple(field.name for field in fields(Source))
_NOT_TEXT: dict[str, type] = {"assign_weeks": dict, "environments": list}
_TYPES: dict[str, type] = {
    field.name: int if field.name.startswith("max_") else _NOT_TEXT.get(field.name, str) for field in fields(Source)
}
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
    unknown = set(document) - {"source"}
    entries = document.get("source", [])
    if unknown or not isinstance(entries, list):
        raise SourcesError(f"{path.name}: holds {sorted(unknown) or 'no list'}; only [[source]] entries are known.")
    sources = [
        _from_folder(parse_source(entry, f"{path.name}, entry {number}"), path.absolute().parent)
        for number, entry in enumerate(entries, start=1)
    ]
    names = [source.name for source in sources]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise SourcesError(f"{path.name}: two entries are named {twice[0]!r}. A name stands for one source.")
    return sources


def _from_folder(source: Source, folder: Path) -> Source:
    return replace(source, path=str(folder / Path(source.path).expanduser()))


def parse_source(entry: Mapping[str, Any], where: str) -> Source:
    """One entry. Raises SourcesError."""
    if unknown := sorted(set(entry) - set(KEYS)):
        raise SourcesError(f"{where}: unknown key {unknown[0]!r}. Known: {', '.join(KEYS)}.")
    for key in ("name", "path"):
        if not entry.get(key):
            raise SourcesError(f"{where}: {key} is missing.")
    for key, value in entry.items():
        if not isinstance(value, _TYPES[key]) or isinstance(value, bool):
            raise SourcesError(f"{where}: {key} must be {_TYPES[key].__name__}, not {type(value).__name__}.")
        if key in _CHOICES and value not in _CHOICES[key]:
            raise SourcesError(f"{where}: {key} = {value!r} is none of {', '.join(_CHOICES[key])}.")
    values = dict(entry)
    for key, read in _READ.items():
        if key in values:
            values[key] = read(values[key], where)
    return Source(**values)


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


_READ: dict[str, Callable[[Any, str], Any]] = {
    "users": lambda value, where: UserRule(value),
    "audience": lambda value, where: Audience(value),
    "assign_weeks": _assign_weeks,
    "environments": _environments,
}


def write_sources(path: Path, sources: Sequence[Source]) -> None:
    """Replace sources.toml; what equals the default is not written."""
    text = "# What is read. Keys: docs/log_formats.md. After a change: make index\n"
    text += "".join(entry_text(source) for source in sources)
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)


def entry_text(source: Source) -> str:
    """The source as an entry of sources.toml."""
    lines = ["", "[[source]]"]
    for field in fields(Source):
        value = getattr(source, field.name)
        if field.name not in {"name", "path"} and value == field.default:
            continue
        if isinstance(value, AssignWeeks):
            value_text = f'{{start = "{value.start.isoformat()}", count = {value.count}}}'
        else:
            value_text = json.dumps(value, ensure_ascii=False)
        lines.append(f"{field.name} = {value_text}")
    return "\n".join(lines) + "\n"


def stat_fingerprint(sources: Sequence[Source]) -> str:
    """Hash of the sources and of their files' names, sizes and dates; no file is opened."""
    digest = hashlib.sha256()
    for source in sources:
        digest.update(f"{source.settings_hash()} {source.audience} {source.path}\n".encode())
        try:
            files, _ = list_files(source.path)
        except FileNotFoundError:
            continue
        for file in files:
            stat = file.stat()
            digest.update(f"{file} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()[:16]
