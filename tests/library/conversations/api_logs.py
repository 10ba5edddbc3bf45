"""Hand-made lines of API logs for tests, in the shapes of several vendors."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

MINUTE = "2026-01-05T12:{minute:02d}:00Z"


def turns(*texts: str) -> list[dict[str, Any]]:
    """Messages by a user and an assistant in turn."""
    return [{"role": "user" if index % 2 == 0 else "assistant", "content": text} for index, text in enumerate(texts)]


def completion(*texts: str, reply: str | None, minute: int = 0, user: str | None = "u1", **own: Any) -> dict[str, Any]:
    """Request beside response, as a proxy logs it; `own` are keys of the log. No reply: the call failed."""
    failed = {"error": {"code": 500}}
    answer = {"choices": [{"index": 0, "message": {"role": "assistant", "content": reply}}]}
    return {
        "ts": MINUTE.format(minute=minute),
        **({"user": user} if user else {}),
        "request": {"model": "gpt-x", "messages": [{"role": "system", "content": "Be brief."}, *turns(*texts)]},
        "response": failed if reply is None else {"id": f"chatcmpl-{minute}", **answer},
        **own,
    }


def stored_response(given: Any, reply: str, identity: str, created: int, **own: Any) -> dict[str, Any]:
    """A Responses API object with its input."""
    output = [
        {"type": "reasoning", "summary": []},
        {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": reply}]},
    ]
    return {
        "request": {"model": "gpt-x", "input": given, **own},
        "response": {"object": "response", "id": identity, "created_at": created, "output": output},
    }


def write_lines(path: Path, records: Iterable[Any]) -> Path:
    """Write JSON lines; texts are written as they are (broken lines)."""
    lines = (record if isinstance(record, str) else json.dumps(record, ensure_ascii=False) for record in records)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path
