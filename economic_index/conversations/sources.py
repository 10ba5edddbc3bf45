"""One source of sources.toml as a value, with the hash of the settings that change what is read of it.

How an entry is written, and what is allowed there, is sources_toml.py's.
"""

import hashlib
import json
from dataclasses import asdict, dataclass, fields
from datetime import date

from economic_index.conversations import identify
from economic_index.conversations.cutter import MAX_RECORD_BYTES
from economic_index.conversations.mapping import TableMapping
from economic_index.conversations.records import AUTO
from economic_index.vocabulary import Audience, UserRule

NOT_READ = {"path", "audience", "max_rejected_share", "silent_after_days", "keep_text_days", "url_env"}
"""Settings that change no row of a file that was read."""
_TOLD_OTHERWISE = {"mapping", "user"}


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
"""The keys that an entry of sources.toml may have."""
