"""Which person an account is, where an identity file joins accounts: pseudonyms, in memory only.

The file is read in economic_index/people/identities.py; nothing of it is written anywhere.
"""

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from economic_index.conversations import identify

PERSON = "person"
"""The system of a pseudonym that stands for a person's accounts together."""


class AccountsMissingError(Exception):
    """The home was read with an identity file that is not named any more."""


@dataclass(frozen=True)
class Accounts:
    """Pseudonym of an account to that of its person; an account that is not listed is a person of its own."""

    key: bytes = field(repr=False)
    person_of: Mapping[str, str] = field(default_factory=dict, repr=False)

    def user_id(self, system: str, raw_id: str) -> str:
        """The pseudonym of whoever has this raw id in this system."""
        account = identify.user_id(self.key, system, raw_id)
        return self.person_of.get(account, account)

    def joined_to(self, pseudonyms: Iterable[str]) -> set[str]:
        """These, the persons whose accounts they are, and all accounts of these persons."""
        found = set(pseudonyms)
        persons = found | {self.person_of[each] for each in found if each in self.person_of}
        return persons.union(*(self._accounts_of.get(person, ()) for person in persons))

    @cached_property
    def _accounts_of(self) -> dict[str, list[str]]:
        accounts: dict[str, list[str]] = {}
        for account, person in self.person_of.items():
            accounts.setdefault(person, []).append(account)
        return accounts

    @property
    def fingerprint(self) -> str:
        """Keyed hash of who is joined to whom; empty if nobody is."""
        if not self.person_of:
            return ""
        pairs = "\n".join(f"{account} {person}" for account, person in sorted(self.person_of.items()))
        return hmac.new(self.key, b"accounts\x1f" + pairs.encode(), hashlib.sha256).hexdigest()[:16]
