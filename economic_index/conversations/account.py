"""Whose export it is: the id in the account file of a ChatGPT export, in memory only.

Nothing else of that file (e-mail, telephone number) is looked at.
"""

import zipfile
import zlib
from contextlib import suppress
from pathlib import Path, PurePosixPath

import orjson

ACCOUNT_FILE, MAX_ACCOUNT_BYTES = "user.json", 1 << 20


def account_in_zip(archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo]) -> str | None:
    """The id in the account file of a ChatGPT export: the one person whose chats the archive holds."""
    for name, info in members.items():
        is_account = PurePosixPath(name).name == ACCOUNT_FILE and info.file_size <= MAX_ACCOUNT_BYTES
        if is_account and not info.flag_bits & 0x1:
            with suppress(zipfile.BadZipFile, zlib.error, EOFError), archive.open(info) as member:
                return _account_id(member.read(MAX_ACCOUNT_BYTES))
    return None


def account_beside(path: Path) -> str | None:
    """The same where the archive was unpacked."""
    account = path.with_name(ACCOUNT_FILE)
    if path.name == ACCOUNT_FILE or not account.is_file() or account.stat().st_size > MAX_ACCOUNT_BYTES:
        return None
    return _account_id(account.read_bytes())


def _account_id(data: bytes) -> str | None:
    try:
        account = orjson.loads(data)
    except orjson.JSONDecodeError:
        return None
    identity = account.get("id") if isinstance(account, dict) else None
    return identity if isinstance(identity, str) and identity else None
