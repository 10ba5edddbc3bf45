"""Claude.ai's data export, and a browser extension's dump of one chat: the current path is read (log_formats §2).

Pasted documents, names of chats and files, reasoning and tool traffic never become text; there is no model in it.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from economic_index.conversations.readers.api_content import ATTACHMENTS, Spoken, content_text
from economic_index.conversations.readers.drafts import (
    UNKNOWN_ROLE,
    dated,
    earliest,
    flag_absurd_time,
    flag_repair,
    not_a_conversation,
    silence,
)
from economic_index.conversations.readers.loose_json import id_at, list_at, mapping_at, text_at
from economic_index.conversations.readers.tree import branch_points, newest_leaf, path_to
from economic_index.conversations.records import TREE_REPAIRED, Draft, Element, Message, ReadContext, Rejected
from economic_index.conversations.times import sane
from economic_index.vocabulary import Role, SourceFormat

_ROLES = {"human": Role.USER, "assistant": Role.ASSISTANT}


@dataclass
class _Path:
    """What is kept of the messages along one path."""

    context: ReadContext
    messages: list[Message] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    unknown_role_count: int = 0

    def add(self, message: dict[str, Any]) -> None:
        """Keep a message, or count why not: one of tools and reasoning alone is no message."""
        role = _ROLES.get(text_at(message, "sender") or "")
        if role is None:
            self.unknown_role_count += 1
            self.counts["dropped_message_count"] += 1
            return
        said = Spoken(counts=Counter(_attachments(message)))
        text = content_text(message.get("content"), said, self.context)
        if not text.strip():
            text = _flat_text(role, message)
        has_attachment = said.counts[ATTACHMENTS] > 0
        if text.strip() or has_attachment or not said.counts:
            sent_at = sane(message.get("created_at"), self.context.as_of)
            self.messages.append(Message(role, text, sent_at, text_at(message, "model"), has_attachment))
        self.counts.update(said.counts)


def _attachments(message: dict[str, Any]) -> dict[str, int]:
    """Pasted documents and files beside the blocks; `files_v2` repeats `files`."""
    files = max(len(list_at(message, "files")), len(list_at(message, "files_v2")))
    count = len(list_at(message, "attachments")) + files
    return {ATTACHMENTS: count} if count else {}


def _flat_text(role: Role, message: dict[str, Any]) -> str:
    """The old flat text: a person's own words, but of an assistant only where there never were blocks.

    Beside blocks it mixes placeholders and reasoning into what the assistant said.
    """
    is_own = role is Role.USER or message.get("content") is None
    return (text_at(message, "text") or "") if is_own else ""


class ClaudeExport:
    """Elements (or one object) with `uuid` and `chat_messages[{sender, content}]`, every edit and retry listed flat."""

    format = SourceFormat.CLAUDE_EXPORT
    version = "1"
    system = "claude_ai"
    product = "claude_ai"
    has_times = True
    columns = None
    is_by_record = True

    def sniff(self, sample: list[Any]) -> bool:
        """Whether the first record with messages has the export's keys; a compliance log says `role` instead."""
        for record in sample:
            if isinstance(record, dict) and isinstance(record.get("chat_messages"), list) and "uuid" in record:
                return not any("role" in mapping_at(message) for message in record["chat_messages"][:1])
        return False

    def read(self, elements: Iterator[Element | Rejected], context: ReadContext) -> Iterator[Draft | Rejected]:
        """One draft per element."""
        for element in elements:
            yield element if isinstance(element, Rejected) else _conversation(element, context)


def _conversation(element: Element, context: ReadContext) -> Draft | Rejected:
    record = mapping_at(element.value)
    native_id = id_at(record, "uuid")
    if not isinstance(record.get("chat_messages"), list):
        return dated(not_a_conversation(element, "chat_messages", native_id), _created_at(record, context))
    listed = [message for message in record["chat_messages"] if isinstance(message, dict)]
    on_path, branch_count, is_repaired = _current_path(record, listed, context.as_of)
    path = _Path(context)
    for message in on_path:
        path.add(message)
    context.skip(TREE_REPAIRED, int(is_repaired))
    context.skip(UNKNOWN_ROLE, path.unknown_role_count)
    rejected = silence(path.messages, path.unknown_role_count, element.locator, native_id)
    if rejected is not None:
        return dated(rejected, _created_at(record, context))
    return _draft(element, context, native_id, listed, path, branch_count)


def _current_path(
    record: dict[str, Any], listed: list[dict[str, Any]], as_of: datetime
) -> tuple[list[dict[str, Any]], int, bool]:
    """The messages of the current path, the number of branch points, and whether the tree had to be repaired.

    Without parents (old exports) that is all of them, in order.
    """
    nodes = {text_at(message, "uuid") or f"#{number}": message for number, message in enumerate(listed)}
    parents = {key: text_at(message, "parent_message_uuid") for key, message in nodes.items()}
    if not any(parents.values()):
        return listed, 0, False
    named = text_at(record, "current_leaf_message_uuid")
    leaf = named if named in parents else None
    if leaf is None:
        leaf = newest_leaf(parents, lambda key: sane(nodes[key].get("created_at"), as_of))
    path = path_to(leaf or "", parents)
    is_repaired = path.is_cyclic or (named is not None and named != leaf)
    return [nodes[key] for key in path.nodes], len(branch_points(parents)), is_repaired


def _draft(
    element: Element,
    context: ReadContext,
    native_id: str | None,
    listed: list[dict[str, Any]],
    path: _Path,
    branch_count: int,
) -> Draft:
    record = element.value
    created_at = _created_at(record, context)
    times = [] if created_at else [sane(message.get("created_at"), context.as_of) for message in listed]
    draft = Draft(
        locator=element.locator,
        messages=path.messages,
        native_id=native_id,
        raw_user_id=id_at(record, "account", "uuid"),
        created_at=created_at,
        earliest_message_at=earliest(times),
        updated_at=sane(record.get("updated_at"), context.as_of),
        model_raw=text_at(record, "model"),
        counts={**path.counts, "branch_count": branch_count},
    )
    flag_repair(draft, element)
    flag_absurd_time(draft, record.get("created_at"))
    return draft


def _created_at(record: dict[str, Any], context: ReadContext) -> datetime | None:
    return sane(record.get("created_at"), context.as_of)


READER = ClaudeExport()
