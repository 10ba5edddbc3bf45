"""The users table as rows of lake/users and lake/weights: pseudonyms, attributes and days; raw keys stay in memory.

An earlier line goes before a later one that says something else of the same person and day.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from economic_index.conversations import identify
from economic_index.conversations.accounts import PERSON, Accounts
from economic_index.people.cells import BadRow, Validity, attribute_of, rejected_row, text_of, validity_of, weight_of
from economic_index.people.declared import UsersTable
from economic_index.people.identities import known_system
from economic_index.people.rows import SecretOf, read_rows
from economic_index.vocabulary import PeopleFile, PeopleReason

UNKNOWN = "(unknown)"
"""The segment of whoever has no value."""


@dataclass(frozen=True)
class _Entry:
    """What one line says of one person."""

    line: int
    key_hash: str
    validity: Validity
    attributes: Mapping[str, str]
    weight: float | None


@dataclass
class Directory:
    """What a users table gives."""

    users: list[dict[str, Any]] = field(default_factory=list)
    weights: list[dict[str, Any]] = field(default_factory=list)
    rejected: list[dict[str, Any]] = field(default_factory=list)


def read_directory(
    table: UsersTable, accounts: Accounts, systems: Collection[str], seen: Collection[str], secret_of: SecretOf
) -> Directory:
    """Read the table. `systems` are those for which ids are made; without a system column a key counts in each of
    those `seen`, that is, found in these logs.

    Raises PeopleError.
    """
    found = Directory()
    known: dict[str, list[_Entry]] = {}
    for line, row in read_rows(table.table, table.columns, secret_of):
        try:
            ids, entry = _entry(table, line, row, accounts, systems, seen)
            for user_id in ids:
                _check_against(known.get(user_id, ()), entry)
        except BadRow as bad:
            found.rejected.append(rejected_row(PeopleFile.USERS, table.table, line, bad))
            continue
        for user_id in ids:
            known.setdefault(user_id, []).append(entry)
    for user_id, entries in known.items():
        _add(found, user_id, entries)
    return found


def _entry(
    table: UsersTable,
    line: int,
    row: Mapping[str, Any] | None,
    accounts: Accounts,
    systems: Collection[str],
    seen: Collection[str],
) -> tuple[set[str], _Entry]:
    if row is None:
        raise BadRow(PeopleReason.WRONG_CELL_COUNT)
    raw_key = text_of(row[table.key])
    if not raw_key:
        raise BadRow(PeopleReason.NO_KEY, table.key)
    named = {known_system(text_of(row[table.system]), {*systems, PERSON})} if table.system else {*seen, PERSON}
    ids = {accounts.user_id(system, raw_key) for system in named}
    values = {name: attribute_of(row, column) for name, column in table.attributes.items()}
    return ids, _Entry(
        line,
        identify.user_id(accounts.key, "", raw_key),
        validity_of(row, table.valid_from, table.valid_to),
        {name: value for name, value in values.items() if value and value != UNKNOWN},
        weight_of(row, table.weight) if table.weight else None,
    )


def _check_against(earlier: Collection[_Entry], entry: _Entry) -> None:
    """Two accounts of one person may say the same; anything else that overlaps is said by the first line alone."""
    for other in earlier:
        is_same = (other.attributes, other.weight) == (entry.attributes, entry.weight)
        if other.validity.overlaps(entry.validity) and not (is_same and other.key_hash != entry.key_hash):
            is_twice = other.validity == entry.validity
            reason = PeopleReason.DUPLICATE_KEY if is_twice else PeopleReason.OVERLAPPING_VALIDITY
            raise BadRow(reason, f"line {other.line} speaks of the same person and days")


def _add(found: Directory, user_id: str, entries: list[_Entry]) -> None:
    days = {entry.line: {"valid_from": entry.validity.first, "valid_to": entry.validity.last} for entry in entries}
    rows = [
        {"user_id": user_id, "segment_type": name, "segment": value} | days[entry.line]
        for entry in entries
        for name, value in entry.attributes.items()
    ]
    found.users += _distinct(rows)
    found.weights += _distinct(
        [
            {"subject_id": user_id, "weight": entry.weight} | days[entry.line]
            for entry in entries
            if entry.weight is not None
        ]
    )


def _distinct(rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    return (dict(pairs) for pairs in dict.fromkeys(tuple(row.items()) for row in rows))
