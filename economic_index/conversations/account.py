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


def account_in_zip(archive: zipfile.ZipFile, members: Iterable[tuple[str, zipfile.ZipInfo]]) -> str | None:
    """The id in the account file of a ChatGPT export: the one person whose chats the archive holds."""
    for name, info in members:
        is_account = PurePosixPath(name).name == ACCOUNT_FILE and info.file_size <= MAX_ACCOUNT_BYTES
        if is_account and not info.flag_bits & 0x1:
            with suppress(*ZIP_DAMAGE, OSError), archive.open(info) as member:
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
