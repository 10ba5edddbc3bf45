"""Chat API logs and fine-tuning files, one exchange a line, in the shapes of OpenAI, Anthropic and Bedrock (§7).

Which keys hold what is api_envelopes.py's, what messages say api_content.py's, how requests join sessions.py's.
"""

from collections.abc import Iterator
from typing import Any

from economic_index.conversations.readers.api_envelopes import Envelope, UnreadableBodyError, open_envelope
from economic_index.conversations.readers.api_exchange import exchange_of
from economic_index.conversations.readers.langfuse import is_observation
from economic_index.conversations.readers.litellm import is_spend_log
from economic_index.conversations.readers.sessions import Sessions, sessions_of
from economic_index.conversations.records import Draft, Element, ReadContext, Rejected
from economic_index.vocabulary import RejectReason, SourceFormat

MAX_WAITING = 50_000
"""Lines that a batch may have, by its vendor's limit."""
OTHER_FORMAT_KEYS = ("mapping", "chat_messages", "conversations")


class ChatMessages:
    """Lines with `messages`, alone or as request beside response, with the log's own keys around them."""

    format = SourceFormat.CHAT_MESSAGES
    version = "2"
    system = "chat_messages"
    product = "chat_messages"
    has_times = True
    columns = None
    is_by_record = False

    def sniff(self, sample: list[Any]) -> bool:
        """Whether any of the first records is an exchange whose messages have roles."""
        return any(_is_exchange(record) for record in sample)

    def read(self, elements: Iterator[Element | Rejected], context: ReadContext) -> Iterator[Draft | Rejected]:
        """One draft per conversation; requests of one session become one."""
        sessions = sessions_of(context)
        waiting: dict[str, tuple[Element, Envelope]] = {}
        for element in elements:
            if isinstance(element, Rejected):
                yield element
                continue
            try:
                envelope = open_envelope(element.value)
            except UnreadableBodyError as unreadable:
                yield Rejected(unreadable.reason, element.locator, unreadable.detail)
                continue
            placed = _joined(waiting, element, envelope)
            if placed is None and len(waiting) > MAX_WAITING:
                placed = waiting.pop(next(iter(waiting)))
            if placed is None:
                continue
            yield from _placed(sessions, *placed, context)
        for placed in waiting.values():
            yield from _placed(sessions, *placed, context)
        yield from sessions.tell()


def _is_exchange(record: Any) -> bool:
    if not isinstance(record, dict) or any(key in record for key in OTHER_FORMAT_KEYS):
        return False
    if is_spend_log(record) or is_observation(record):
        return False
    if record.get("schemaType") == "ModelInvocationLog":
        return True
    try:
        envelope = open_envelope(record)
    except UnreadableBodyError as unreadable:
        return unreadable.reason is RejectReason.STREAMED_CHUNKS_NOT_ASSEMBLED
    return any(isinstance(item, dict) and "role" in item for item in envelope.prompt or ())


def _joined(
    waiting: dict[str, tuple[Element, Envelope]], element: Element, envelope: Envelope
) -> tuple[Element, Envelope] | None:
    """Batch lines wait for the reply of their custom_id; None while they do."""
    name = envelope.custom_id
    if name is None or (envelope.prompt is not None and envelope.has_reply):
        return element, envelope
    if envelope.prompt is not None:
        if name in waiting:
            return element, envelope
        waiting[name] = element, envelope
        return None
    if name not in waiting:
        return element, envelope
    # a batch that failed for this line has no reply; what was asked still counts
    asked, request = waiting.pop(name)
    return asked, Envelope(
        request.prompt,
        envelope.reply,
        (*request.places, *envelope.places),
        envelope.branch_count,
        has_reply=envelope.has_reply,
        custom_id=name,
        reply_body=envelope.reply_body,
        instructions=request.instructions,
    )


def _placed(
    sessions: Sessions, element: Element, envelope: Envelope, context: ReadContext
) -> Iterator[Draft | Rejected]:
    exchange = exchange_of(element, envelope, context)
    if isinstance(exchange, Rejected):
        yield exchange
    else:
        yield from sessions.add(exchange)


READER = ChatMessages()
