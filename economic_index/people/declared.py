"""The sections [users], [identities] and [weights] of sources.toml: where a table of people lies, and its columns.

No table is opened here; an unknown key is an error that lists the known ones.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from economic_index.conversations.sources import SourcesError
from economic_index.conversations.sources_toml import PEOPLE_SECTIONS

BUILT_IN_SEGMENTS = ("all", "product", "model", "source", "surface", "published")
"""Segment types that the rollups make themselves: no attribute may bear their name."""

_WHERE = ("path", "query", "url_env")
_KEYS: dict[str, tuple[str, ...]] = {
    "users": (*_WHERE, "key", "system", "attributes", "valid_from", "valid_to", "weight"),
    "identities": _WHERE,
    "weights": _WHERE,
}
_SEGMENT_TYPE = re.compile(r"[a-z][a-z0-9_]{0,39}")
_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*")


@dataclass(frozen=True)
class TableSource:
    """A CSV or Parquet file, or a query over the database whose URL the environment variable `url_env` holds."""

    path: Path | None = None
    query: str | None = None
    url_env: str | None = None

    @property
    def name(self) -> str:
        """What messages call it: the base name of the file, or that it is a query."""
        return self.path.name if self.path else "the query"


@dataclass(frozen=True)
class UsersTable:
    """The users table: its key column, and which columns become which segment types."""

    table: TableSource
    key: str
    system: str | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    """Segment type to column."""
    valid_from: str | None = None
    valid_to: str | None = None
    weight: str | None = None

    @property
    def columns(self) -> list[str]:
        """All columns that the table must have."""
        optional = (self.system, self.valid_from, self.valid_to, self.weight)
        return [self.key, *self.attributes.values(), *(column for column in optional if column)]


@dataclass(frozen=True)
class People:
    """What sources.toml says of the users; each part may be missing."""

    users: UsersTable | None = None
    identities: TableSource | None = None
    weights: TableSource | None = None

    @property
    def files(self) -> list[Path]:
        """Files among them, to be watched."""
        tables = (self.users.table if self.users else None, self.identities, self.weights)
        return [table.path for table in tables if table and table.path]


def load_people(path: Path) -> People:
    """The sections of sources.toml; relative paths start at its folder. Raises SourcesError."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return People()
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SourcesError(f"{path.name}: not TOML ({error}).") from None
    found = {name: _checked(document[name], name, path.name) for name in PEOPLE_SECTIONS if name in document}
    folder = path.absolute().parent
    tables = {name: _table(section, f"{path.name}, [{name}]", folder) for name, section in found.items()}
    users = _users(found["users"], tables["users"], f"{path.name}, [users]") if "users" in found else None
    return People(users, tables.get("identities"), tables.get("weights"))


def _checked(section: Any, name: str, file: str) -> dict[str, Any]:
    where, known = f"{file}, [{name}]", _KEYS[name]
    if not isinstance(section, dict):
        raise SourcesError(f"{where}: is one section, not a list or a value.")
    if unknown := sorted(set(section) - set(known)):
        raise SourcesError(f"{where}: unknown key {unknown[0]!r}. Known: {', '.join(known)}.")
    for key, value in section.items():
        if key != "attributes" and (not isinstance(value, str) or not value):
            raise SourcesError(f"{where}: {key} must be text.")
    return section


def _table(section: Mapping[str, Any], where: str, folder: Path) -> TableSource:
    path, query, variable = (section.get(key) for key in _WHERE)
    if (path is None) == (query is None) or (query is None) != (variable is None):
        raise SourcesError(f"{where}: give either path, or query and url_env.")
    if variable is not None and not _VARIABLE.fullmatch(variable):
        raise SourcesError(
            f"{where}: url_env is the name of an environment variable that holds the URL, such as "
            "HR_DATABASE_URL; the URL itself never stands in this file."
        )
    return TableSource(folder / Path(path).expanduser() if path else None, query, variable)


def _users(section: Mapping[str, Any], table: TableSource, where: str) -> UsersTable:
    if "key" not in section:
        raise SourcesError(f"{where}: key is missing: the column with the id or e-mail as the logs carry it.")
    attributes = section.get("attributes", [])
    if isinstance(attributes, list):
        attributes = {column: column for column in attributes if isinstance(column, str)}
    if not isinstance(attributes, dict) or len(attributes) != len(section.get("attributes", [])):
        raise SourcesError(f'{where}: attributes is a list of columns, or {{department = "column"}}; each once.')
    for name, column in attributes.items():
        if not _SEGMENT_TYPE.fullmatch(name):
            raise SourcesError(
                f"{where}: attributes: {name!r} cannot name a segment: small letters, digits and _, at most 40. "
                'Another name: attributes = {name = "column"}.'
            )
        if name in BUILT_IN_SEGMENTS:
            raise SourcesError(f"{where}: attributes: {name!r} is made by the index itself. Give it another name.")
        if not isinstance(column, str) or not column:
            raise SourcesError(f"{where}: attributes: {name} must name a column.")
    if not attributes and "weight" not in section:
        raise SourcesError(f"{where}: neither attributes nor weight: nothing would be made of this table.")
    named = {key: section.get(key) for key in ("system", "valid_from", "valid_to", "weight")}
    return UsersTable(table, section["key"], attributes=attributes, **named)
