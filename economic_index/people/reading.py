"""Reads the tables of people that sources.toml names into lake/users, lake/weights and lake/users_rejected.

Which conversations they concern is decided week by week, in weekly.py.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from economic_index.contracts.lake import RAW_LOGS, USERS, USERS_REJECTED, WEIGHTS
from economic_index.conversations import identify
from economic_index.conversations.accounts import Accounts
from economic_index.conversations.readers.registry import READERS
from economic_index.conversations.sources import Source
from economic_index.conversations.sources_toml import load_sources
from economic_index.conversations.systems import systems_of, table_systems
from economic_index.conversations.tombstones import Tombstones
from economic_index.conversations.winners import WinnerStore
from economic_index.lake import Lake, fingerprint, frame_of
from economic_index.people.cells import BadRow, rejected_row, text_of, weight_of
from economic_index.people.declared import People, TableSource, load_people
from economic_index.people.directory import Directory, read_directory
from economic_index.people.identities import known_system, read_accounts
from economic_index.people.rows import SecretOf, read_rows
from economic_index.vocabulary import PeopleFile, PeopleReason

TABLES = (USERS, WEIGHTS, USERS_REJECTED)
_LAKE_ID = ("c1", 28)


def _is_forgotten(stones: Tombstones, subject: str) -> bool:
    return stones.hold_user(lambda key: subject) or stones.hold_conversation(lambda key: subject)


@dataclass(frozen=True)
class PeopleReader:
    """What sources.toml says of the users, and the key that makes pseudonyms."""

    people: People
    key: bytes = field(repr=False)
    secret_of: SecretOf = field(default=lambda name: None, repr=False)
    sources: tuple[Source, ...] = ()

    @classmethod
    def open(cls, sources_path: Path, key: bytes, secret_of: SecretOf) -> "PeopleReader":
        """Read the sections of sources.toml. Raises SourcesError."""
        sources = tuple(load_sources(sources_path)) if sources_path.exists() else ()
        return cls(load_people(sources_path), key, secret_of, sources)

    @property
    def systems(self) -> frozenset[str]:
        """Systems for which ids are made: the namespaces of the formats and of mapped tables."""
        return frozenset(systems_of(self.sources))

    def accounts(self) -> Accounts:
        """Who is who, by the identity file. Raises PeopleError."""
        return read_accounts(self.people.identities, self.key, self.systems, self.secret_of)[0]

    def read(self, lake: Lake) -> Directory:
        """Read all tables and write what has changed. Raises PeopleError, and then nothing was written."""
        accounts, rejected = read_accounts(self.people.identities, self.key, self.systems, self.secret_of)
        found = Directory()
        if self.people.users:
            seen = systems_seen(lake, self.sources)
            found = read_directory(self.people.users, accounts, self.systems, seen, self.secret_of)
        found.rejected = rejected + found.rejected
        if self.people.weights:
            self._add_weights(self.people.weights, found)
        self._leave_out_forgotten(lake, found)
        for table, rows in zip(TABLES, (found.users, found.weights, found.rejected), strict=True):
            lake.write_if_changed(table, fingerprint(rows), partial(frame_of, table, rows))
        return found

    def _leave_out_forgotten(self, lake: Lake, found: Directory) -> None:
        """Nothing is kept of who was forgotten under this key, though the organisation's table still names them."""
        with closing(WinnerStore(lake.database_path("versions"))) as store:
            stones = store.tombstones((self.key,))
        if stones.marks:
            found.users = [row for row in found.users if not _is_forgotten(stones, row["user_id"])]
            found.weights = [row for row in found.weights if not _is_forgotten(stones, row["subject_id"])]

    def _add_weights(self, table: TableSource, found: Directory) -> None:
        """Weights of single conversations."""
        line_of: dict[str, int] = {}
        for line, row in read_rows(table, ("conversation", "weight"), self.secret_of):
            try:
                ids, weight = self._weight(row)
                if earlier := [line_of[subject] for subject in ids if subject in line_of]:
                    raise BadRow(PeopleReason.DUPLICATE_KEY, f"the conversation stands in line {earlier[0]} already")
            except BadRow as bad:
                found.rejected.append(rejected_row(PeopleFile.WEIGHTS, table, line, bad))
                continue
            line_of |= dict.fromkeys(ids, line)
            days = {"valid_from": None, "valid_to": None}
            found.weights += [{"subject_id": subject, "weight": weight} | days for subject in ids]

    def _weight(self, row: Mapping[str, Any] | None) -> tuple[list[str], float]:
        """The ids that a conversation may have, and its weight."""
        if row is None:
            raise BadRow(PeopleReason.WRONG_CELL_COUNT)
        native_id, system = text_of(row["conversation"]), text_of(row.get("system"))
        if not native_id:
            raise BadRow(PeopleReason.NO_KEY, "conversation")
        weight = weight_of(row, "weight")
        if weight is None:
            raise BadRow(PeopleReason.BAD_WEIGHT, "weight: empty")
        if not system and (native_id[:2], len(native_id)) == _LAKE_ID:
            return [native_id], weight
        known_system(system, self.systems)
        plain = identify.conversation_id(system, native_id)
        return [plain, identify.guarded_conversation_id(self.key, system, native_id)], weight


def systems_seen(lake: Lake, sources: Iterable[Source] = ()) -> frozenset[str]:
    """Systems of the formats, and of these sources' tables, that were read in this home."""
    read = lake.read(RAW_LOGS)
    formats, names = set(read["source_format"].dropna()), set(read["source"])
    tables = table_systems(source for source in sources if source.name in names)
    return frozenset({reader.system for reader in READERS if reader.format in formats} | tables)


def sentences(rejected: Collection[Mapping[Any, Any]]) -> list[str]:
    """A line for each table and reason: how many rows were not used, and where the first stands."""
    first: dict[tuple[str, str, str], Mapping[Any, Any]] = {}
    keys = [(row["file"], row["source_name"] or "the query", row["reason"]) for row in rejected]
    for key, row in zip(keys, rejected, strict=True):
        first.setdefault(key, row)
    said = []
    for (file, name, reason), count in Counter(keys).items():
        row = first[file, name, reason]
        place = f"first at line {row['locator']}" + (f": {row['detail']}" if row["detail"] else "")
        said.append(f"[{file}] {name}: {count} {'row' if count == 1 else 'rows'} not used, {reason} ({place}).")
    return said
