"""The page on mapped tables: its examples are read as they stand, and every key is explained."""

import re
from pathlib import Path

import pytest
from mapped_tables import jsonl_bytes, read_table, said

from economic_index.conversations.mapping import COLUMNS, TableMapping
from economic_index.conversations.mapping_toml import KEYS as MAPPING_KEYS
from economic_index.conversations.mapping_toml import load_mapping
from economic_index.conversations.sources import KEYS
from economic_index.conversations.sources_toml import load_sources

PAGE = (Path(__file__).parents[3] / "docs" / "logs" / "mapped_table.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w*)\n(.*?)```", PAGE, re.DOTALL)
TOML = [text for kind, text in BLOCKS if kind == "toml"]


def example(folder: Path, word: str) -> TableMapping:
    """The mapping of the page in which a word stands."""
    path = folder / "helpdesk.toml"
    path.write_text(next(text for text in TOML if word in text and "[[source]]" not in text), encoding="utf-8")
    return load_mapping(path)


def test_the_help_desk(tmp_path: Path) -> None:
    (data,) = [text for kind, text in BLOCKS if text.startswith("thread;agent_email")]
    rows, report = read_table(tmp_path, data.encode("cp1252"), example(tmp_path, "helpdesk_bot"))
    assert said(rows) == [
        ("ua", ["Shorten this reply, please.", "Here it is."]),
        ("u", ["Translate into French: opening hours."]),
    ]
    assert [row.values["dropped_message_count"] for row in rows] == [1, 0]
    assert len({row.values["user_id"] for row in rows}) == 2
    assert report.rejections == []


def test_documents_of_a_chat_application(tmp_path: Path) -> None:
    root = "00000000-0000-0000-0000-000000000000"

    def document(key: str, above: str, minute: int, text: str, *, mine: bool) -> dict[str, object]:
        at = {"$date": f"2026-01-05T09:{minute:02d}:00.000Z"}
        return {"_id": {"$oid": "0" * 24}, "messageId": key, "conversationId": "c", "parentMessageId": above,
                "user": "u1", "isCreatedByUser": mine, "text": text, "createdAt": at, "updatedAt": at,
                **({} if mine else {"model": "gpt-x"})}  # fmt: skip

    documents = [
        document("a", root, 0, "Name a knot.", mine=True),
        document("b", "a", 1, "Reef.", mine=False),
        document("c", "a", 2, "Bowline.", mine=False),
    ]
    rows, report = read_table(tmp_path, jsonl_bytes(documents), example(tmp_path, "librechat"))
    assert said(rows) == [("ua", ["Name a knot.", "Bowline."])]
    assert (rows[0].values["branch_count"], rows[0].values["model"]) == (1, "gpt-x")
    assert report.rejections == []


@pytest.mark.parametrize("text", [text for text in TOML if "[[source]]" in text])
def test_entries_of_sources_are_complete(tmp_path: Path, text: str) -> None:
    example(tmp_path, "helpdesk_bot")
    (tmp_path / "sources.toml").write_text(text, encoding="utf-8")
    (source,) = load_sources(tmp_path / "sources.toml")
    assert source.url_env
    assert source.mapping is not None


def test_every_key_is_explained() -> None:
    keys = set(re.findall(r"^\| (`.*?) \|", PAGE, re.MULTILINE))
    explained = {name.strip("[]") for key in keys for name in re.findall(r"`([^`]+)`", key)}
    assert {*MAPPING_KEYS, *COLUMNS} <= explained
    assert {"mapping", "url_env", "table", "query", "watermark"} <= set(KEYS)
    for heading in ("Get it", "How long it is kept", "Read", "Left"):
        assert f"\n## {heading}\n" in PAGE
