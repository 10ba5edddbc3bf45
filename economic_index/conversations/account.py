"""Whose export it is: the id in the account file of a ChatGPT export, in memory only.

Nothing else of that file (e-mail, telephone number) is looked at.
"""

import zipfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import PurePosixPath

import orjson

from economic_index.conversations.places import LogFile
from economic_index.conversations.unpack import ZIP_DAMAGE

ACCOUNT_FILE, MAX_ACCOUNT_BYTES = "user.json", 1 << 20


class ZippedAccounts:
    """Whose chats the members of an archive are: several people's exports may lie in one.

    `outer_id` is the account of the archive around this one, if there is one.
    """

    def __init__(
        self, archive: zipfile.ZipFile, members: Iterable[tuple[str, zipfile.ZipInfo]], outer_id: str | None = None
    ) -> None:
        self._archive, self._outer_id = archive, outer_id
        paths = {PurePosixPath(name): info for name, info in members}
        self._files = {path.parent: info for path, info in paths.items() if path.name == ACCOUNT_FILE}
        self._ids: dict[PurePosixPath, str | None] = {}

    def of(self, member: zipfile.ZipInfo) -> str | None:
        """The id in the account file of the nearest folder above a member that has one."""
        for folder in PurePosixPath(member.filename).parents:
            if folder in self._files:
                if folder not in self._ids:
                    self._ids[folder] = self._read(self._files[folder])
                return self._ids[folder]
        return self._outer_id

    def _read(self, info: zipfile.ZipInfo) -> str | None:
        if info.file_size > MAX_ACCOUNT_BYTES or info.flag_bits & 0x1:
            return None
        with suppress(*ZIP_DAMAGE, OSError), self._archive.open(info) as member:
            return _account_id(member.read(MAX_ACCOUNT_BYTES))
        return None


def account_beside(log_file: LogFile) -> str | None:
    """The same where the archive was unpacked. Raises OSError."""
    account = log_file.beside(ACCOUNT_FILE) if log_file.name != ACCOUNT_FILE else None
    if account is None or account.size_bytes > MAX_ACCOUNT_BYTES:
        return None
    with account.open() as file:
        return _account_id(file.read(MAX_ACCOUNT_BYTES))


def _account_id(data: bytes) -> str | None:
    try:
        account = orjson.loads(data)
    except orjson.JSONDecodeError:
        return None
    identity = account.get("id") if isinstance(account, dict) else None
    return identity if isinstance(identity, str) and identity else None
