"""Chat API logs and fine-tuning files, one exchange a line, in the shapes of OpenAI, Anthropic and Bedrock (§7).

Which keys hold what is api_envelopes.py's, what messages say api_content.py's, how requests join sessions.py's.
"""

from collections.abc import Iterator
from typing import Any

from economic_index.conversations import times
from economic_index.conversations.normalise import TIME_OUT_OF_RANGE
from economic_index.conversations.readers.api_content import Spoken, spoken
from economic_index.conversations.readers.api_envelopes import Envelope, UnreadableBodyError, open_envelope
from economic_index.conversations.readers.api_origin import (
    TIME_KEYS,
    first_text,
    is_issued,
    reply_id,
    request_id,
    session_id,
    user_and_session,
)
from economic_index.conversations.readers.chains import Exchange
from economic_index.conversations.readers.sessions import Sessions, sessions_of
from economic_index.conversations.records import Draft, Element, ReadContext, Rejected
from economic_index.vocabulary import RejectReason, Role, SourceFormat

MAX_WAITING = 50_000
"""Lines that a batch may have, by its vendor's limit."""
OTHER_FORMAT_KEYS = ("mapping", "chat_messages", "conversations")


class ChatMessages:
    """Lines with `messages`, alone or as request beside response, with the log's own keys around them."""

    format = SourceFormat.CHAT_MESSAGES
    version = "1"
    system = "chat_messages"
    product = "chat_messages"
    has_times = True
    columns = None

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
            yield from _place(sessions, *placed, context)
        for placed in waiting.values():
            yield from _place(sessions, *placed, context)
        yield from sessions.tell()


def _is_exchange(record: Any) -> bool:
    if not isinstance(record, dict) or any(key in record for key in OTHER_FORMAT_KEYS):
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
    )


def _place(
    sessions: Sessions, element: Element, envelope: Envelope, context: ReadContext
) -> Iterator[Draft | Rejected]:
    if envelope.prompt is None:
        yield Rejected(RejectReason.NO_TEXT_IN_FORMAT, element.locator, "prompt=absent")
        return
    prompt = spoken(envelope.prompt, context)
    reply = spoken(envelope.reply, context, "assistant")
    reply.messages = [message for message in reply.messages if message.role is Role.ASSISTANT]
    if not any(message.role is Role.USER for message in prompt.messages):
        yield _without_user(element, envelope, prompt)
        return
    yield from sessions.add(_exchange(element, envelope, prompt, reply, context))


def _without_user(element: Element, envelope: Envelope, prompt: Spoken) -> Rejected:
    is_unknown = bool(prompt.unknown_role_count) and not prompt.messages
    reason = RejectReason.UNKNOWN_ROLE if is_unknown else RejectReason.EMPTY_CONVERSATION
    detail = f"items={len(envelope.prompt or ())} messages={len(prompt.messages)}"
    return Rejected(reason, element.locator, detail, request_id(envelope)[0])


def _exchange(element: Element, envelope: Envelope, prompt: Spoken, reply: Spoken, context: ReadContext) -> Exchange:
    native_id, is_random = request_id(envelope)
    user, client_session = user_and_session(envelope)
    session = session_id(envelope) or client_session
    exchange = Exchange(
        locator=element.locator,
        prompt=prompt.messages,
        reply=reply.messages,
        native_id=native_id,
        is_native_id_random=is_random,
        session=session,
        is_session_random=session is not None and is_issued(session),
        previous=first_text(envelope, ("previous_response_id",)),
        reply_id=reply_id(envelope),
        user=user,
        model=first_text((*envelope.places[2:], *envelope.places[:2]), ("model", "modelId")),
        surface="api" if envelope.is_api else "chat",
        counts=prompt.counts + reply.counts,
        branch_count=envelope.branch_count,
        flags={"is_text_repaired"} if element.is_repaired else set(),
    )
    _set_time(exchange, envelope, context)
    return exchange


def _set_time(exchange: Exchange, envelope: Envelope, context: ReadContext) -> None:
    is_absurd = False
    for place in envelope.places:
        for key in TIME_KEYS:
            value = place.get(key)
            exchange.at = times.sane(value, context.as_of)
            if exchange.at is not None:
                exchange.flags |= {"is_zone_assumed"} if times.lacks_zone(value) else set()
                return
            is_absurd |= times.is_present(value)
    if is_absurd:
        exchange.flags.add(TIME_OUT_OF_RANGE)


READER = ChatMessages()
