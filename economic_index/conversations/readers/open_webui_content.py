"""What a message of Open WebUI says, in a chat's history or as a row of its table: folded-in reasoning comes out.

Trees and conversations are open_webui.py's.
"""

import re
from collections import Counter
from typing import Any

from economic_index.conversations.readers.api_content import (
    ATTACHMENTS,
    PROMPT_ROLES,
    REASONING,
    ROLES,
    TOOL_ROLES,
    TOOLS,
    Spoken,
    content_text,
    spoken,
)
from economic_index.conversations.readers.drafts import UNKNOWN_ROLE
from economic_index.conversations.readers.loose_json import id_at, is_true, list_at, opened, text_at
from economic_index.conversations.readers.turns import UNSPOKEN, Turn, at_of
from economic_index.conversations.records import ReadContext
from economic_index.conversations.times import is_present, sane
from economic_index.vocabulary import Role

_FOLD = re.compile(r"<details\b([^<>]*)>|</details>", re.IGNORECASE)
_FOLD_TYPE = re.compile(r"""type\s*=\s*["']?(\w+)""", re.IGNORECASE)
_FOLDED = {"reasoning": REASONING, "tool_calls": TOOLS, "code_interpreter": TOOLS}
_TIME_KEYS, _PARENT_KEYS, _MODEL_KEYS = ("timestamp", "created_at"), ("parentId", "parent_id"), ("model", "model_id")


def turn_of(message: Any, key: str | None, context: ReadContext) -> Turn:
    """One message, of the history or of the table."""
    name = text_at(message, "role") or ""
    if name in PROMPT_ROLES or name in TOOL_ROLES:
        return Turn(UNSPOKEN, key=key, parent=_first_id(message, _PARENT_KEYS), counts=_tool_count(name))
    role = ROLES.get(name)
    if role is None:
        return Turn(UNKNOWN_ROLE, key=key, parent=_first_id(message, _PARENT_KEYS), at=_time(message, context))
    text, counts = _words(message, role, context)
    counts[ATTACHMENTS] += len(list_at({"files": opened(message.get("files"))[0]}, "files"))
    done = message.get("done")
    return Turn(
        role=role.value,
        text=text,
        key=key,
        parent=_first_id(message, _PARENT_KEYS),
        at=_time(message, context),
        model=_first_id(message, _MODEL_KEYS) if role is Role.ASSISTANT else None,
        user=id_at(message, "user_id"),
        counts={name: count for name, count in counts.items() if count},
        is_time_absurd=any(is_present(message.get(name)) for name in _TIME_KEYS),
        is_unfinished=role is Role.ASSISTANT and done is not None and not is_true(done),
    )


def unfolded(text: str) -> tuple[str, Counter[str]]:
    """The text without the folds in which reasoning and tool traffic stand, and how many there were.

    Folds that the text itself uses stay. One that never ends (an answer that broke off) reaches to the end.
    """
    counts: Counter[str] = Counter()
    kept: list[str] = []
    at = depth = 0
    for mark in _FOLD.finditer(text):
        is_start = mark[1] is not None
        if depth:
            depth += 1 if is_start else -1
            at = mark.end()
        elif is_start and (kind := _fold_kind(mark[1])):
            kept.append(text[at : mark.start()])
            counts[kind] += 1
            depth, at = 1, mark.end()
    if not depth:
        kept.append(text[at:])
    return ("".join(kept).strip() if counts else text), counts


def _fold_kind(attributes: str) -> str | None:
    named = _FOLD_TYPE.search(attributes)
    return _FOLDED.get(named[1].lower()) if named else None


def _words(message: dict[str, Any], role: Role, context: ReadContext) -> tuple[str, Counter[str]]:
    said = Spoken()
    text = content_text(_content(message.get("content")), said, context)
    if role is Role.ASSISTANT:
        text, folded = unfolded(text)
        said.counts.update(folded)
        if not text.strip():
            text = _output_text(message, said, context) or text
    return text, said.counts


def _output_text(message: dict[str, Any], said: Spoken, context: ReadContext) -> str:
    """Newer versions keep an answer as items of the Responses API beside its text."""
    items = opened(message.get("output"))[0]
    if not isinstance(items, list):
        return ""
    replied = spoken(items, context, Role.ASSISTANT.value)
    said.counts.update(replied.counts)
    return "\n".join([reply.text for reply in replied.messages if reply.role is Role.ASSISTANT])


def _content(content: Any) -> Any:
    """Text or blocks; a table's column holds either as JSON text."""
    found = opened(content)[0]
    is_blocks = isinstance(found, list) and all(isinstance(part, dict) and "type" in part for part in found)
    return found if isinstance(found, str) or (is_blocks and found) else content


def _tool_count(name: str) -> dict[str, int]:
    return {TOOLS: 1} if name in TOOL_ROLES else {}


def _time(message: Any, context: ReadContext) -> int | None:
    moments = (sane(message.get(key), context.as_of) for key in _TIME_KEYS)
    return at_of(next((moment for moment in moments if moment is not None), None))


def _first_id(message: Any, keys: tuple[str, ...]) -> str | None:
    return next((found for key in keys if (found := id_at(message, key))), None)
