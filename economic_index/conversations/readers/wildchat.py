"""WildChat: rows of whole conversations with place, language and a hashed address (log_formats §5).

Verdicts of moderation, headers of requests and the finer place are not looked at.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from economic_index.conversations.readers.api_content import Spoken, spoken
from economic_index.conversations.readers.country_names import country_code
from economic_index.conversations.readers.drafts import (
    earliest,
    flag_absurd_time,
    flag_repair,
    not_a_conversation,
    silence,
)
from economic_index.conversations.readers.language_names import language_tag
from economic_index.conversations.readers.loose_json import id_at, mapping_at, text_at
from economic_index.conversations.records import Draft, Element, ReadContext, Rejected
from economic_index.conversations.times import sane
from economic_index.vocabulary import SourceFormat, StartedAtSource


class WildChat:
    """Rows with `conversation_hash` and `conversation[{role, content, turn_identifier, …}]`."""

    format = SourceFormat.WILDCHAT
    version = "1"
    system = "wildchat"
    product = "wildchat"
    has_times = True
    is_by_record = True
    columns = (
        "conversation_hash",
        "model",
        "timestamp",
        "conversation",
        "language",
        "country",
        "hashed_ip",
    )

    def sniff(self, sample: list[Any]) -> bool:
        """Whether the first row that is an object has the corpus' two keys."""
        first = next((row for row in sample if isinstance(row, dict)), {})
        return "conversation_hash" in first and isinstance(first.get("conversation"), list)

    def read(self, elements: Iterator[Element | Rejected], context: ReadContext) -> Iterator[Draft | Rejected]:
        """One draft per row."""
        for element in elements:
            yield element if isinstance(element, Rejected) else _conversation(element, context)


def _conversation(element: Element, context: ReadContext) -> Draft | Rejected:
    row = mapping_at(element.value)
    turns = row.get("conversation")
    native_id = _native_id(row, context.as_of)
    if not isinstance(turns, list):
        return not_a_conversation(element, "conversation", native_id)
    said = spoken(turns, context)
    rejected = silence(said.messages, said.unknown_role_count, element.locator, native_id)
    return rejected or _draft(element, context, native_id, said)


def _native_id(row: dict[str, Any], as_of: datetime) -> str | None:
    """The first turn's number; the hash of a row is one of its content, so that it needs the time beside it."""
    turns = row.get("conversation")
    for turn in turns if isinstance(turns, list) else []:
        if (number := id_at(turn, "turn_identifier")) is not None:
            return number
    name, ended_at = text_at(row, "conversation_hash"), sane(row.get("timestamp"), as_of)
    return f"{name} {ended_at.isoformat()}" if name and ended_at else name


def _draft(element: Element, context: ReadContext, native_id: str | None, said: Spoken) -> Draft:
    row = element.value
    first = _first_by_a_person(row)
    draft = Draft(
        locator=element.locator,
        messages=said.messages,
        native_id=native_id,
        is_native_id_random=False,
        raw_user_id=id_at(first, "hashed_ip") or id_at(row, "hashed_ip"),
        model_raw=text_at(row, "model"),
        language=language_tag(text_at(row, "language")),
        country=country_code(text_at(first, "country") or text_at(row, "country")),
        counts=dict(said.counts),
    )
    _set_times(draft, row.get("timestamp"), context.as_of)
    flag_repair(draft, element)
    flag_absurd_time(draft, row.get("timestamp"))
    return draft


def _first_by_a_person(row: dict[str, Any]) -> dict[str, Any]:
    """Address and place stand on what a person wrote, the time on what was answered."""
    return next((turn for turn in row["conversation"] if mapping_at(turn).get("role") == "user"), {})


def _set_times(draft: Draft, row_time: Any, as_of: datetime) -> None:
    """Both times of the corpus are UTC, with or without saying so; that of the row is the last turn's."""
    draft.ended_at = sane(row_time, as_of)
    draft.earliest_message_at = earliest([message.sent_at for message in draft.messages])
    if draft.earliest_message_at is None:
        draft.created_at, draft.started_at_source = draft.ended_at, StartedAtSource.LOG_END
    elif draft.messages[0].sent_at is None:
        draft.started_at_source = StartedAtSource.LOG_FIRST_REPLY


READER = WildChat()
