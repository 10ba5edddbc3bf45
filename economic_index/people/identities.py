"""The identity file: `system, raw_id, person`, one account a row, read into memory alone.

A pseudonym that stands for several accounts is that of the person, in the system `person`.
"""

from collections.abc import Collection, Mapping
from typing import Any

from economic_index.conversations import identify
from economic_index.conversations.accounts import PERSON, Accounts
from economic_index.people.cells import BadRow, rejected_row, text_of
from economic_index.people.declared import TableSource
from economic_index.people.rows import PeopleError, SecretOf, read_rows
from economic_index.vocabulary import PeopleFile, PeopleReason

COLUMNS = ("system", "raw_id", "person")


def read_accounts(
    table: TableSource | None, key: bytes, systems: Collection[str], secret_of: SecretOf
) -> tuple[Accounts, list[dict[str, Any]]]:
    """Who is who, and the rows that were not used. Raises PeopleError."""
    if table is None:
        return Accounts(key), []
    person_of: dict[str, str] = {}
    line_of: dict[str, int] = {}
    rejected = []
    for line, row in read_rows(table, COLUMNS, secret_of):
        try:
            account, person = _account(row, key, systems)
            if account in line_of:
                raise BadRow(PeopleReason.DUPLICATE_KEY, f"the account stands in line {line_of[account]} already")
        except BadRow as bad:
            rejected.append(rejected_row(PeopleFile.IDENTITIES, table, line, bad))
        else:
            person_of[account], line_of[account] = person, line
    if rejected and not person_of:
        first = f"line {rejected[0]['locator']}: {rejected[0]['reason']}"
        raise PeopleError(f"{table.name}: none of its {len(rejected)} rows can be used ({first}).")
    return Accounts(key, person_of), rejected


def _account(row: Mapping[str, Any] | None, key: bytes, systems: Collection[str]) -> tuple[str, str]:
    if row is None:
        raise BadRow(PeopleReason.WRONG_CELL_COUNT)
    system, raw_id, person = (text_of(row[column]) for column in COLUMNS)
    if not raw_id or not person:
        raise BadRow(PeopleReason.NO_KEY, "raw_id" if not raw_id else "person")
    known_system(system, systems)
    return identify.user_id(key, system, raw_id), identify.user_id(key, PERSON, person)


def known_system(system: str, systems: Collection[str]) -> str:
    """The system, if ids are made for it. Raises BadRow."""
    if system not in systems:
        raise BadRow(PeopleReason.UNKNOWN_SYSTEM, f"known: {', '.join(sorted(systems))}")
    return system
