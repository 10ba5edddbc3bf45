"""LMSYS-Chat-1M: rows of whole conversations without users and times (log_formats §6).

Verdicts of moderation are not looked at; names that the publisher replaced (NAME_1) stay as they are.
"""

from collections.abc import Iterator
from typing import Any

from economic_index.conversations.readers.api_content import spoken
from economic_index.conversations.readers.drafts import flag_repair, not_a_conversation, silence
from economic_index.conversations.readers.language_names import language_tag
from economic_index.conversations.readers.loose_json import id_at, mapping_at, text_at
from economic_index.conversations.records import Draft, Element, ReadContext, Rejected
from economic_index.vocabulary import SourceFormat, StartedAtSource


class LmsysChat:
    """Rows with `conversation_id` and `conversation[{role, content}]`, and no hash of the conversation."""

    format = SourceFormat.LMSYS_CHAT
    version = "1"
    system = "lmsys_chat"
    product = "lmsys_chat"
    has_times = False
    is_by_record = True
    columns = ("conversation_id", "model", "conversation", "language")

    def sniff(self, sample: list[Any]) -> bool:
        """Whether the first row with turns names their role and content."""
        for row in sample:
            turns = row.get("conversation") if isinstance(row, dict) else None
            if isinstance(turns, list) and turns:
                has_keys = isinstance(turns[0], dict) and {"role", "content"} <= turns[0].keys()
                return has_keys and "conversation_id" in row and "conversation_hash" not in row
        return False

    def read(self, elements: Iterator[Element | Rejected], context: ReadContext) -> Iterator[Draft | Rejected]:
        """One draft per row."""
        for element in elements:
            yield element if isinstance(element, Rejected) else _conversation(element, context)


def _conversation(element: Element, context: ReadContext) -> Draft | Rejected:
    row = mapping_at(element.value)
    native_id = id_at(row, "conversation_id")
    if not isinstance(row.get("conversation"), list):
        return not_a_conversation(element, "conversation", native_id)
    said = spoken(row["conversation"], context)
    messages = [message._replace(sent_at=None) for message in said.messages]
    rejected = silence(messages, said.unknown_role_count, element.locator, native_id)
    if rejected is not None:
        return rejected
    draft = Draft(
        locator=element.locator,
        messages=messages,
        native_id=native_id,
        model_raw=text_at(row, "model"),
        language=language_tag(text_at(row, "language")),
        started_at_source=StartedAtSource.ASSIGNED,
        counts=dict(said.counts),
    )
    flag_repair(draft, element)
    return draft


READER = LmsysChat()
