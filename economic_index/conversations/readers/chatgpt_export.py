"""ChatGPT's data export: one conversation per element, a tree of which the current path is read (log_formats §1).

Titles, custom instructions, memory, file names and tool traffic never become text; the archive is opened elsewhere.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from economic_index.conversations.readers.chatgpt_content import Kind, kind_of, spoken
from economic_index.conversations.readers.drafts import (
    UNKNOWN_ROLE,
    dated,
    earliest,
    flag_absurd_time,
    flag_repair,
    not_a_conversation,
    silence,
)
from economic_index.conversations.readers.loose_json import id_at, mapping_at, text_at
from economic_index.conversations.readers.tree import branch_points, newest_leaf, path_to
from economic_index.conversations.records import TREE_REPAIRED, Draft, Element, Message, ReadContext, Rejected
from economic_index.conversations.times import sane
from economic_index.vocabulary import Role, SourceFormat

ACCOUNT_ID = "account_id"
"""Setting of the context: the id in the archive's user.json."""

_ROLES = {"user": Role.USER, "assistant": Role.ASSISTANT}


@dataclass
class _Path:
    """What is kept of the messages along one path."""

    as_of: datetime
    messages: list[Message] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    unknown_kind_count: int = 0
    unknown_role_count: int = 0

    def add(self, message: dict[str, Any]) -> None:
        """Keep a message, or count why not."""
        kind = kind_of(message)
        role = _ROLES.get(text_at(message, "author", "role") or "")
        if kind is Kind.TOOL:
            self._count("tool_event_count")
        elif kind is Kind.REASONING:
            self._count("reasoning_count")
        elif kind is Kind.SPOKEN and role is not None:
            self._speak(role, message)
        else:
            self.unknown_kind_count += kind is Kind.UNKNOWN
            self.unknown_role_count += kind is not Kind.HIDDEN and role is None
            self._count("dropped_message_count")

    def _speak(self, role: Role, message: dict[str, Any]) -> None:
        words = spoken(message)
        self.unknown_kind_count += words.unknown_count
        self._count("attachment_count", words.attachment_count)
        model = text_at(message, "metadata", "model_slug") if role is Role.ASSISTANT else None
        self.messages.append(
            Message(
                role,
                words.text,
                sane(message.get("create_time"), self.as_of),
                model if model != "auto" else None,
                words.attachment_count > 0,
            )
        )

    def _count(self, name: str, by: int = 1) -> None:
        self.counts[name] = self.counts.get(name, 0) + by


class ChatgptExport:
    """Elements with `mapping`, a tree of messages by node id; slim exports without most keys included."""

    format = SourceFormat.CHATGPT_EXPORT
    version = "2"
    system = "chatgpt"
    product = "chatgpt"
    has_times = True
    columns = None
    is_by_record = True

    def sniff(self, sample: list[Any]) -> bool:
        """Whether a record holds a tree, and a leaf or a time; shells without a tree may come before it."""
        return any(
            isinstance(record, dict)
            and isinstance(record.get("mapping"), dict)
            and ("current_node" in record or "create_time" in record)
            for record in sample
        )

    def read(self, elements: Iterator[Element | Rejected], context: ReadContext) -> Iterator[Draft | Rejected]:
        """One draft per element."""
        for element in elements:
            yield element if isinstance(element, Rejected) else _conversation(element, context)


def _conversation(element: Element, context: ReadContext) -> Draft | Rejected:
    record = mapping_at(element.value)
    native_id = id_at(record, "conversation_id") or id_at(record, "id")
    nodes = {key: node for key, node in mapping_at(record, "mapping").items() if isinstance(node, dict)}
    if not nodes:
        return dated(not_a_conversation(element, "mapping", native_id), _created_at(record, context))
    parents = {key: text_at(node, "parent") for key, node in nodes.items()}
    keys, flags = _current_path(record, nodes, parents, context)
    path = _Path(context.as_of)
    for key in keys:
        if message := mapping_at(nodes[key], "message"):
            path.add(message)
    path.counts["branch_count"] = sum(not _is_tool(nodes, key) for key in branch_points(parents))
    context.skip("unknown_content", path.unknown_kind_count)
    context.skip(UNKNOWN_ROLE, path.unknown_role_count)
    rejected = silence(path.messages, path.unknown_role_count, element.locator, native_id)
    if rejected is not None:
        return dated(rejected, _created_at(record, context))
    return _draft(element, context, native_id, nodes, path, flags)


def _current_path(
    record: dict[str, Any], nodes: dict[str, Any], parents: dict[str, str | None], context: ReadContext
) -> tuple[list[str], set[str]]:
    """Ids from the root to the current leaf, and flags; without a known leaf the newest one is taken."""
    leaf = text_at(record, "current_node")
    is_repaired = leaf not in parents
    if leaf is None or is_repaired:
        said = {key: parent for key, parent in parents.items() if mapping_at(nodes[key], "message")}
        leaf = newest_leaf(said or parents, lambda key: _time(nodes[key], context.as_of))
    path = path_to(leaf or "", parents)
    if is_repaired or path.is_cyclic or path.is_cut:
        context.skip(TREE_REPAIRED)
    return path.nodes, {"is_partial"} if path.is_cut else set()


def _draft(
    element: Element,
    context: ReadContext,
    native_id: str | None,
    nodes: dict[str, Any],
    path: _Path,
    flags: set[str],
) -> Draft:
    record = element.value
    created_at = _created_at(record, context)
    times = [] if created_at else [_time(node, context.as_of) for node in nodes.values()]
    default_model = text_at(record, "default_model_slug")
    models = [message.model for message in path.messages if message.model]
    draft = Draft(
        locator=element.locator,
        messages=path.messages,
        native_id=native_id,
        raw_user_id=id_at(context.settings, ACCOUNT_ID),
        created_at=created_at,
        earliest_message_at=earliest(times),
        updated_at=sane(record.get("update_time"), context.as_of),
        product=_product(record),
        model_raw=models[-1] if models else default_model if default_model != "auto" else None,
        counts=path.counts,
        flags=flags,
    )
    flag_repair(draft, element)
    flag_absurd_time(draft, record.get("create_time"))
    return draft


def _created_at(record: dict[str, Any], context: ReadContext) -> datetime | None:
    return sane(record.get("create_time"), context.as_of)


def _time(node: dict[str, Any], as_of: datetime) -> datetime | None:
    return sane(mapping_at(node, "message").get("create_time"), as_of)


def _product(record: dict[str, Any]) -> str:
    """A project is a place to keep chats; any other gizmo is somebody's own GPT."""
    gizmo = text_at(record, "gizmo_id") or ""
    is_custom = gizmo.startswith("g-") and not gizmo.startswith("g-p-")
    return "chatgpt_custom_gpt" if is_custom else "chatgpt"


def _is_tool(nodes: dict[str, Any], key: str | None) -> bool:
    return key is not None and kind_of(mapping_at(nodes.get(key), "message")) is Kind.TOOL


READER = ChatgptExport()
