"""Open WebUI: chats of its export or of its table `chat`, and rows of its newer table `chat_message` (log_formats §8).

Titles, folders, tags, reasoning and tool traffic never become text; the database itself is not opened.
"""

from collections.abc import Iterator
from typing import Any

from economic_index.conversations.readers.api_origin import is_issued
from economic_index.conversations.readers.drafts import (
    UNKNOWN_ROLE,
    dated,
    flag_absurd_time,
    flag_repair,
    not_a_conversation,
    silence,
)
from economic_index.conversations.readers.gathering import Gathering, Group
from economic_index.conversations.readers.loose_json import id_at, list_at, mapping_at, opened_columns
from economic_index.conversations.readers.open_webui_content import turn_of
from economic_index.conversations.readers.turns import (
    Turn,
    TurnPath,
    absurd_time,
    current_path,
    earliest_at,
    latest_at,
    latest_by_key,
    spoken_of,
)
from economic_index.conversations.records import TREE_REPAIRED, Draft, Element, Locator, ReadContext, Rejected
from economic_index.conversations.times import sane
from economic_index.vocabulary import SourceFormat

CLONE = "shared-"
"""Begins the user of a copy that was made to be shared."""
_COLUMNS = ("chat",)


class OpenWebUi:
    """Elements or rows with `chat{history, messages}`, also as JSON text, or rows of `chat_message`."""

    format = SourceFormat.OPEN_WEBUI
    version = "1"
    system = "open_webui"
    product = "open_webui"
    has_times = True
    is_by_record = False
    columns = None

    def sniff(self, sample: list[Any]) -> bool:
        """Whether a record holds a chat with its history or messages, or is a row of the table of messages."""
        return any(_is_message(record) or _chat_of(opened_columns(record, _COLUMNS)[0]) for record in sample)

    def read(self, elements: Iterator[Element | Rejected], context: ReadContext) -> Iterator[Draft | Rejected]:
        """One draft per chat; rows of messages are gathered first."""
        with Gathering(context.temporary_folder) as gathering:
            for element in elements:
                if isinstance(element, Rejected):
                    yield element
                elif (id_at(element.value, "user_id") or "").startswith(CLONE):
                    context.skip("shared_clone")
                elif _is_message(element.value):
                    _gather(gathering, element, context)
                else:
                    yield _conversation(element, context)
            for group in gathering.groups():
                yield group if isinstance(group, Rejected) else _gathered(group, context)


def _is_message(record: Any) -> bool:
    """A row of `chat_message`."""
    if not isinstance(record, dict) or "chat" in record or id_at(record, "chat_id") is None:
        return False
    return {"role", "content"} <= record.keys() and not {"parent_id", "model_id"}.isdisjoint(record)


def _chat_of(record: Any) -> dict[str, Any]:
    """The chat in a record whose columns are opened, if it can hold messages."""
    chat = mapping_at(record, "chat")
    return chat if isinstance(chat.get("history"), dict) or isinstance(chat.get("messages"), list) else {}


def _gather(gathering: Gathering, element: Element, context: ReadContext) -> None:
    row = element.value
    chat_id, key = id_at(row, "chat_id") or "", id_at(row, "id")
    key = key.removeprefix(f"{chat_id}-") if key else None  # the table's key is chat and message, parents are messages
    gathering.add(chat_id, element, turn_of(row, key, context))


def _gathered(group: Group, context: ReadContext) -> Draft | Rejected:
    turns = latest_by_key(group.turns)
    users = [turn.user for turn in turns if turn.user]
    path = current_path(sorted(turns, key=lambda turn: turn.at or 0))
    draft = _draft(path, turns, group.key, group.locator, context)
    if isinstance(draft, Draft):
        draft.raw_user_id = users[0] if users else None
        draft.updated_at = latest_at(turns)
        if group.is_repaired:
            draft.flags.add("is_text_repaired")
    return draft


def _conversation(element: Element, context: ReadContext) -> Draft | Rejected:
    record, is_repaired = opened_columns(element.value, _COLUMNS)
    chat = _chat_of(record)
    native_id = id_at(record, "id") or id_at(chat, "id")
    if not chat:
        return not_a_conversation(element, "chat", native_id)
    turns, leaf = _turns(chat, context)
    draft = _draft(current_path(turns, leaf), turns, native_id, element.locator, context)
    if isinstance(draft, Draft):
        draft.raw_user_id = id_at(record, "user_id")
        draft.created_at = sane(record.get("created_at"), context.as_of)
        draft.updated_at = sane(record.get("updated_at"), context.as_of)
        flag_repair(draft, element)
        draft.flags |= {"is_text_repaired"} if is_repaired else set()
        flag_absurd_time(draft, record.get("created_at"))
        return draft
    return dated(draft, sane(record.get("created_at"), context.as_of))


def _turns(chat: dict[str, Any], context: ReadContext) -> tuple[list[Turn], str | None]:
    """The messages of the history and its current leaf; without a history the flat list, which is a path already."""
    listed = mapping_at(chat, "history", "messages")
    if listed:
        turns = [turn_of(message, key, context) for key, message in listed.items() if isinstance(message, dict)]
        return turns, id_at(chat, "history", "currentId")
    flat = [turn_of(message, None, context) for message in list_at(chat, "messages") if isinstance(message, dict)]
    return [turn._replace(parent=None) for turn in flat], None


def _draft(
    path: TurnPath, turns: list[Turn], native_id: str | None, locator: Locator, context: ReadContext
) -> Draft | Rejected:
    said = spoken_of(path.turns)
    context.skip(TREE_REPAIRED, int(path.is_cut or path.is_mended))
    context.skip(UNKNOWN_ROLE, said.unknown_role_count)
    rejected = silence(said.messages, said.unknown_role_count, locator, native_id)
    if rejected is not None:
        return rejected
    is_partial = path.is_cut or any(turn.is_unfinished for turn in path.turns)
    return Draft(
        locator=locator,
        messages=said.messages,
        native_id=native_id,
        is_native_id_random=native_id is not None and is_issued(native_id),
        earliest_message_at=earliest_at(turns),
        counts={**said.counts, "branch_count": path.branch_count},
        flags=({"is_partial"} if is_partial else set()) | absurd_time(turns),
    )


READER = OpenWebUi()
