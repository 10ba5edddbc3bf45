"""Whose chats a ZIP holds: of each person's export the account file beside it counts, and no other."""

import io
import json
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from chatgpt_logs import Chat

from economic_index.conversations.file_report import FileReport
from economic_index.conversations.identify import user_id
from economic_index.conversations.run_context import RunContext
from economic_index.conversations.sources import Source
from economic_index.conversations.stream_reading import FileRows

KEY, AS_OF = b"k" * 32, datetime(2026, 9, 1, tzinfo=UTC)
SYSTEM = "chatgpt"


def export(*names: str) -> bytes:
    return json.dumps([Chat(name, (f"Ask of {name}.", "Done.")).record() for name in names]).encode()


def account(name: str) -> bytes:
    return json.dumps({"id": f"user-{name}", "email": f"{name}@example.org"}).encode()


def zipped(members: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def person(name: str) -> dict[str, bytes]:
    return {"conversations.json": export(name), "user.json": account(name)}


def users_of(path: Path) -> dict[str, str | None]:
    """The user's pseudonym by the first words of each chat."""
    report = FileReport("mine", "f1", path.name, "", path.stat().st_size)
    rows = FileRows(path, Source("mine", str(path)), RunContext(KEY, AS_OF), report)
    return {row.transcript.first_user_text(): row.values["user_id"] for row in rows}


def pseudonym(name: str) -> str:
    return user_id(KEY, SYSTEM, f"user-{name}")


FOLDERS = {f"{name}/{file}": data for name in ("anna", "ben") for file, data in person(name).items()}
BOTH = {"Ask of anna.": pseudonym("anna"), "Ask of ben.": pseudonym("ben")}


@pytest.mark.parametrize(
    ("members", "users"),
    [
        (FOLDERS, BOTH),
        ({"anna.zip": zipped(person("anna")), "ben.zip": zipped(person("ben"))}, BOTH),
        ({"all/anna.zip": zipped(person("anna")), "all/team.zip": zipped(FOLDERS)}, BOTH),
        (
            {**person("anna"), "z/conversations.json": export("ben"), "z/user.json": account("ben")},
            BOTH,
        ),
        (
            {"anna/user.json": account("anna"), "anna/2026/conversations-000.json": export("anna")},
            {"Ask of anna.": pseudonym("anna")},
        ),
        (
            {"user.json": account("anna"), "packed/chats.zip": zipped({"conversations.json": export("anna")})},
            {"Ask of anna.": pseudonym("anna")},
        ),
        (
            {
                **{f"anna/{name}": data for name, data in person("anna").items()},
                "ben/conversations.json": export("ben"),
            },
            {"Ask of anna.": pseudonym("anna"), "Ask of ben.": None},
        ),
        (
            {**person("anna"), "ben/conversations.json": export("ben"), "ben/user.json": b"{"},
            {"Ask of anna.": pseudonym("anna"), "Ask of ben.": None},
        ),
    ],
    ids=[
        "a folder each",
        "a ZIP each",
        "a ZIP in which one has folders",
        "one below the other",
        "the account a folder above",
        "the account beside the inner ZIP",
        "one of two has no account",
        "one of two has a damaged account",
    ],
)
def test_each_chat_of_a_zip_is_its_own_users(
    tmp_path: Path, members: dict[str, bytes], users: dict[str, str | None]
) -> None:
    path = tmp_path / "team.zip"
    path.write_bytes(zipped(members))
    assert users_of(path) == users
