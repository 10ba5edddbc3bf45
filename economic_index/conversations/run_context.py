"""What holds for every file of one reading: the key, the time that counts as now, who was forgotten, who is who.

It is handed down whole, from reading.py to normalise.py.
"""

from dataclasses import dataclass, field
from datetime import datetime

from economic_index.conversations.accounts import Accounts
from economic_index.conversations.tombstones import Tombstones


@dataclass(frozen=True)
class RunContext:
    """`key` makes pseudonyms, `accounts` joins those of a person; None where no identity file is named."""

    key: bytes = field(repr=False)
    as_of: datetime
    tombstones: Tombstones = field(default_factory=Tombstones, repr=False)
    accounts: Accounts | None = None

    def user_id(self, system: str, raw_id: str) -> str:
        """The pseudonym of whoever has this raw id in this system."""
        return (self.accounts or Accounts(self.key)).user_id(system, raw_id)
