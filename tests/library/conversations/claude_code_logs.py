"""Hand-made lines of Claude Code sessions for tests; whatever must never be read says SECRET."""

from typing import Any

SESSION = "5e55107a-0000-4000-8000-000000000001"


def line(kind: str, key: str | None, parent: str | None, second: int = 0, **keys: Any) -> dict[str, Any]:
    """A line with the keys that all lines share; `keys` add to it or replace its keys."""
    return {
        "type": kind,
        "uuid": key,
        "parentUuid": parent,
        "sessionId": SESSION,
        "isSidechain": False,
        "userType": "external",
        "cwd": "/home/SECRET/project",
        "gitBranch": "SECRET-branch",
        "slug": "SECRET-slug",
        "version": "2.1.0",
        "timestamp": f"2026-01-05T10:{second // 60:02}:{second % 60:02}.000Z",
        **keys,
    }


def asked(key: str, parent: str | None, content: Any, second: int = 0, **keys: Any) -> dict[str, Any]:
    """A line of kind `user`."""
    return line("user", key, parent, second, message={"role": "user", "content": content}, **keys)


def answered(key: str, parent: str | None, content: Any, second: int = 0, *, message: str = "", **keys: Any) -> Any:
    """A line of a reply; `message` is the id of its message, a new one by default."""
    blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
    body = {
        "id": message or f"msg_{key}",
        "model": "claude-x",
        "role": "assistant",
        "type": "message",
        "content": blocks,
        "stop_reason": None,
        "usage": {"output_tokens": second},
        **keys.pop("body", {}),
    }
    return line("assistant", key, parent, second, message=body, requestId="req_SECRET", **keys)


def tool_use(identity: str) -> list[dict[str, Any]]:
    return [{"type": "tool_use", "id": identity, "name": "SECRET", "input": {"path": "/home/SECRET"}}]


def tool_result(key: str, parent: str | None, second: int = 0, **keys: Any) -> dict[str, Any]:
    content = [{"type": "tool_result", "tool_use_id": "SECRET", "content": "SECRET"}]
    return asked(key, parent, content, second, **{"toolUseResult": {"stdout": "SECRET"}, **keys})


def usual() -> list[dict[str, Any]]:
    """A question, a look into a file, an answer in two lines of one message; then a second question."""
    return [
        {"type": "file-history-snapshot", "messageId": "SECRET", "snapshot": {"SECRET": 1}},
        {"type": "summary", "summary": "SECRET", "leafUuid": "u9"},
        asked("u1", None, "Why does the import fail?"),
        answered("u2", "u1", "I look.", 4),
        answered("u3", "u2", tool_use("t1"), 5, message="msg_u2"),
        line("progress", "p1", "u3", 5, data={"SECRET": 1}),
        tool_result("u4", "p1", 6),
        answered("u5", "u4", "The file is empty.", 8),
        line("system", "s1", "u5", 8, subtype="turn_duration", content="SECRET"),
        asked("u6", "s1", [{"type": "text", "text": "Fill it."}], 20),
        answered("u7", "u6", "Done.", 25),
    ]
