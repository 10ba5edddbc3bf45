"""sources.toml: what is read, and what a format cannot say of itself (product, users, weeks).

No log is opened here; every key is known, and an unknown one is an error that lists them.
"""

import hashlib
import json
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

from economic_index.conversations import identify
from economic_index.conversations.cutter import MAX_RECORD_BYTES
from economic_index.conversations.listing import list_files
from economic_index.conversations.mapping import MappingError, TableMapping
from economic_index.conversations.mapping_toml import load_mapping, parse_mapping
from economic_index.conversations.places import is_url
from economic_index.conversations.records import AUTO
from economic_index.conversations.redaction import KINDS
from economic_index.conversations.stores import StorageLibraryError, check_address
from economic_index.vocabulary import Audience, SourceFormat, UserRule

NOT_READ = {"path", "audience", "max_rejected_share", "silent_after_days", "keep_text_days", "url_env"}
"""Settings that change no row of a file that was read."""
_TOLD_OTHERWISE = {"mapping", "user"}
SURFACES = ("chat", "api", "agent")
PEOPLE_SECTIONS = ("users", "identities", "weights")
"""Sections of sources.toml that say who the users are (economic_index/people/declared.py)."""


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

    `path` is a file, a folder or a glob, on disk or as the address of a store; in its place `url_env` names the
    variable that holds the address of a database, with a `table` or a `query`, and `watermark` its column of the last
    change. `product` null means that of the format. `default_model` is used where the log names none, and so is
    `user`: a raw id, in memory only. `environments` are those that are read of a log that has several, all if none is
    named. Limits are bytes of one record, of one archive member and of one archive;
    `max_rejected_share` is that of a file's records. `silent_after_days` without a new conversation a check is red.
    `keep_user_instructions` is for chatgpt_compliance alone (docs/logs/chatgpt_compliance.md).
    `redact` are kinds that are taken out of texts, `phone_region` (ISO 3166-1) is where telephone numbers without a
    country are of. After `keep_text_days` from the end of its week a classified conversation loses its text.
    """

    name: str
    path: str = ""
    format: str = AUTO
    product: str | None = None
    surface: str = "chat"
    users: UserRule = UserRule.LOG
    user: str | None = None
    audience: Audience = Audience.ORGANISATION
    assign_weeks: AssignWeeks | None = None
    default_model: str | None = None
    environments: tuple[str, ...] = ()
    max_record_bytes: int = MAX_RECORD_BYTES
    max_member_bytes: int = 64 << 30
    max_archive_bytes: int = 128 << 30
    max_members: int = 100_000
    keep_user_instructions: bool = False
    redact: tuple[str, ...] = ()
    phone_region: str | None = None
    keep_text_days: int | None = None
    mapping: TableMapping | None = None
    url_env: str | None = None
    table: str | None = None
    query: str | None = None
    watermark: str | None = None
    max_rejected_share: float = 0.2
    silent_after_days: int | None = None
    accounts_hash: str = ""
    """Keyed hash of the identity file that joins accounts; set by the reading, never in sources.toml."""

    def settings_hash(self, key: bytes = b"") -> str:
        """Hash of the settings that change what is read of a file; those in `NOT_READ` do not.

        What equals its default is left out, so that a setting added later changes no hash. A raw user id enters
        it under the project key, or not at all: a plain hash could be confirmed by guessing.
        """
        defaults = {field.name: field.default for field in fields(self)}
        told = {
            name: value
            for name, value in asdict(self).items()
            if name not in NOT_READ | _TOLD_OTHERWISE and value != defaults[name]
        }
        if self.mapping is not None:
            told["mapping"] = self.mapping.declared
        if self.user is not None and key:
            told["user"] = identify.user_id(key, "sources.toml", self.user)
        return hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()[:16]


KEYS = tuple(field.name for field in fields(Source) if field.name != "accounts_hash")
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
_SECTION = re.compile(r"\s*\[(?!source\.|\[source\.)")  # a mapping of an entry, [source.mapping], goes with it
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


def add_source(path: Path, source: Source) -> None:
    """Add an entry at the end of sources.toml; what stands there stays as a person wrote it."""
    if not path.exists():
        write_sources(path, [source])
        return
    text = path.read_text(encoding="utf-8").rstrip("\n") + "\n" + entry_text(source)
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        raise SourcesError(
            f"{path.name}: no entry can be added at its end. Write it yourself:\n{entry_text(source)}"
        ) from None
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)


def drop_source(path: Path, name: str) -> None:
    """Take an entry out of sources.toml; all else stays as a person wrote it. Raises SourcesError if it cannot."""
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    starts = [number for number, line in enumerate(lines) if _SECTION.match(line)] + [len(lines)]
    for start, next_start in pairwise(starts) if name in _names_in(lines) else ():
        end = next_start
        while lines[end - 1].strip()[:1] in ("", "#"):  # what a person wrote above the next section is the next one's
            end -= 1
        kept = lines[:start] + lines[end:]
        if lines[start].lstrip().startswith("[[source]]") and name not in _names_in(kept):
            temporary = path.with_name(f".{path.name}.tmp")
            temporary.write_text("".join(kept), encoding="utf-8")
            temporary.replace(path)
            return
    raise SourcesError(f"{path.name}: the entry {name!r} cannot be taken out. Delete it yourself, or it is read again.")


def _names_in(lines: Sequence[str]) -> set[str]:
    return {entry["name"] for entry in tomllib.loads("".join(lines)).get("source", [])}


def entry_text(source: Source) -> str:
    """The source as an entry of sources.toml."""
    lines = ["", "[[source]]"]
    defaults = {field.name: field.default for field in fields(Source)}
    for name in KEYS:
        value = getattr(source, name)
        if name not in {"name", "path"} and value == defaults[name]:
            continue
        if name == "path" and not value:
            continue
        if isinstance(value, TableMapping):
            value_text = value.toml()
        elif isinstance(value, AssignWeeks):
            value_text = f'{{start = "{value.start.isoformat()}", count = {value.count}}}'
        else:
            value_text = json.dumps(value, ensure_ascii=False)
        lines.append(f"{name} = {value_text}")
    return "\n".join(lines) + "\n"


def stat_fingerprint(sources: Sequence[Source], beside: Sequence[Path] = ()) -> str:
    """Hash of the sources and of their files' names, sizes and dates, and of files beside them; none is opened.

    Raises StoreError.
    """
    digest = hashlib.sha256()
    for file in beside:
        stat = file.stat() if file.exists() else None
        digest.update(f"{file} {(stat.st_size, stat.st_mtime_ns) if stat else None}\n".encode())
    for source in sources:
        digest.update(f"{source.settings_hash()} {source.audience} {source.path}\n".encode())
        if source.url_env is not None:
            continue  # a database is asked by the reading alone
        try:
            files, _ = list_files(source.path)
        except FileNotFoundError:
            continue
        digest.update("".join(f"{file.identity} {file.size_bytes} {file.stamp}\n" for file in files).encode())
    return digest.hexdigest()[:16]
