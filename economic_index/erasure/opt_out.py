"""opt_out.csv: people whose conversations are not to be kept, read before each reading of logs, in memory only.

Deletion itself is erase.py's; a line's values are in no message.
"""

import csv
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from economic_index.conversations.accounts import Accounts
from economic_index.conversations.identify import user_id
from economic_index.conversations.systems import SYSTEMS
from economic_index.conversations.tombstones import USER, Tombstones
from economic_index.conversations.winners import WinnerStore
from economic_index.erasure.erase import Eraser
from economic_index.erasure.targets import Target, TargetError, is_pseudonym, target_user

COLUMNS = ("system", "user", "pseudonym")


class OptOutError(Exception):
    """opt_out.csv cannot be followed as a whole; the message names its lines by number."""


@dataclass(frozen=True)
class Entry:
    """One line: whom it means under the key in use, and the raw id, if it is one, for the keys before it."""

    target: Target
    raw: str | None
    systems: tuple[str, ...]

    def is_in(self, stones: Tombstones) -> bool:
        """Whether they were forgotten before, under whichever key, with all that is joined to them by now."""
        ids, raw = set(self.target.user_ids), self.raw
        if raw is not None:
            if not all(stones.hold_user(lambda key, name=name: user_id(key, name, raw)) for name in self.systems):  # type: ignore[misc]
                return False
            ids -= {user_id(stones.keys[0], name, raw) for name in self.systems}
        return all(any(mark in stones.marks for mark in stones.all_marks(USER, [each])) for each in ids)


@dataclass(frozen=True)
class Naming:
    """In which systems raw ids name somebody, and which accounts are one person's."""

    systems: Sequence[str] = SYSTEMS
    accounts: Accounts | None = None


ANY_FORMAT = Naming()


def forget_opted_out(eraser: Eraser, path: Path, naming: Naming = ANY_FORMAT) -> int:
    """Forget whoever is listed and was not forgotten before; how many lines that are.

    Raises OptOutError, after the good lines were followed: what cannot be understood might be somebody's wish, so
    nothing is read before it is.
    """
    if not path.exists():
        return 0
    found, bad = _entries(eraser.keys[0], path, naming)
    with closing(WinnerStore(eraser.lake.database_path("versions"))) as store:
        store.check_key(eraser.keys[0])
        stones = store.tombstones(eraser.keys)
    new = [entry.target for entry in found if not entry.is_in(stones)]
    wanted = Target()
    for target in new:
        wanted |= target
    if new:
        eraser.erase(wanted)
    if bad:
        raise OptOutError(
            f"{path.name}: {len(bad)} lines cannot be followed ({'; '.join(bad[:20])}). No log was read. Correct them."
        )
    return len(new)


def _entries(key: bytes, path: Path, naming: Naming) -> tuple[list[Entry], list[str]]:
    """The lines, and what is wrong with those that cannot be followed. Raises OptOutError for the file as a whole."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise OptOutError(f"{path.name}: not UTF-8. No log was read. Save it as UTF-8.") from None
    rows = csv.DictReader(text.splitlines())
    names = [(name or "").strip().lower() for name in rows.fieldnames or ()]
    if not set(names) <= set(COLUMNS) or not {"user", "pseudonym"} & set(names):
        raise OptOutError(
            f"{path.name}, line 1: no column names. Its columns are system (may be empty) and user, or pseudonym. "
            "No log was read."
        )
    rows.fieldnames = names
    found, bad = [], []
    for row in rows:
        try:
            if (entry := _entry(key, row, naming)) is not None:
                found.append(entry)
        except TargetError as error:
            bad.append(f"line {rows.line_num}: {error}")
    return found, bad


def _entry(key: bytes, row: Mapping[str | None, Any], naming: Naming) -> Entry | None:
    """None for a line without values. Raises TargetError, which repeats none."""
    values = {name: value.strip() for name, value in row.items() if isinstance(value, str) and value.strip()}
    if not values and None not in row:
        return None
    pseudonym, user, system = (values.get(name) for name in ("pseudonym", "user", "system"))
    if None in row or (pseudonym and (user or system)):
        raise TargetError("More values than a user has.")
    named = pseudonym or user or ""
    if pseudonym and not is_pseudonym(pseudonym):
        raise TargetError("That is no pseudonym (u1 and 26 characters).")
    target = target_user(key, named, system, naming.systems, naming.accounts)
    return Entry(target, None if is_pseudonym(named) else named, (system,) if system else tuple(naming.systems))
