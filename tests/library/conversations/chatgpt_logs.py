"""Hand-made ChatGPT exports for tests: dated, with ids, grown at will."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Chat:
    """One conversation of an export."""

    identity: str
    texts: tuple[str, ...]
    created: datetime = datetime(2026, 1, 6, 9, tzinfo=UTC)
    updated: datetime | None = None
    extra: dict[str, Any] = field(default_factory=dict)

    def record(self) -> dict[str, Any]:
        """The element of conversations.json."""
        mapping: dict[str, Any] = {"root": {"id": "root", "message": None, "parent": None}}
        parent = "root"
        for number, text in enumerate(self.texts):
            node = f"n{number}"
            mapping[node] = {
                "id": node,
                "parent": parent,
                "message": {
                    "id": node,
                    "author": {"role": "user" if number % 2 == 0 else "assistant"},
                    "create_time": self.created.timestamp() + number,
                    "content": {"content_type": "text", "parts": [text]},
                },
            }
            parent = node
        updated = self.updated or self.created
        return {
            "conversation_id": self.identity,
            "id": self.identity,
            "title": None,
            "create_time": self.created.timestamp(),
            "update_time": updated.timestamp(),
            "current_node": parent,
            "mapping": mapping,
            **self.extra,
        }


def write_export(path: Path, chats: Iterable[Chat]) -> Path:
    """Write an export; returns its path."""
    path.write_text(json.dumps([chat.record() for chat in chats], ensure_ascii=False), encoding="utf-8")
    return path
