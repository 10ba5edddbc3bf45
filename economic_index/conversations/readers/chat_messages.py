"""Chat API logs and fine-tuning files, one exchange a line, in the shapes of OpenAI, Anthropic and Bedrock (§7).

Which keys hold what is api_envelopes.py's, what messages say api_content.py's, how requests join sessions.py's.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from economic_index.conversations import times
from economic_index.conversations.normalise import TIME_OUT_OF_RANGE
from economic_index.conversations.readers.api_content import Spoken, spoken
from economic_index.conversations.readers.api_envelopes import Envelope, UnreadableBodyError, open_envelope
from economic_index.conversations.readers.sessions import Exchange, Sessions
from economic_index.conversations.records import Draft, Element, ReadContext, Rejected
from economic_index.vocabulary import RejectReason, Role, SourceFormat

TIME_KEYS = ("timestamp", "ts", "time", "created_at", "created")
REQUEST_ID_KEYS = ("request_id", "requestId", "id")
SESSION_KEYS = ("session_id", "conversation_id", "thread_id", "gen_ai.conversation.id", "x-claude-code-session-id")
USER_KEYS = ("user_id", "user", "safety_identifier", "end_user")
OTHER_FORMAT_KEYS = ("mapping", "chat_messages", "conversations")
_ISSUED = re.compile(r"(chatcmpl|resp|msg|conv|batch_req|req|gen|thread)[-_][A-Za-z0-9_-]{16,}")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_ANY_ISSUED = re.compile(r"(chatcmpl|resp|msg|conv|batch_req|req|gen)[-_].+")
_CLIENT_USER = re.compile(r"(user_.+?)_session_(.+)")


class ChatMessages:
    """Lines with `messages`, alone or as request beside response, with the log's own keys around them."""

    format = SourceFormat.CHAT_MESSAGES
    version = "1"
    system = "chat_messages"
    product = "chat_messages"
    has_times = True

    def sniff(self, sample: list[Any]) -> bool:
        """Whether any of the first records is an exchange whose messages have roles."""
        return any(_is_exchange(record) for record in sample)

    def read(self, elements: Iterator[Element | Rejected], context: ReadContext) -> Iterator[Draft | Rejected]:
        """One draft per conversation; requests of one session become one."""
        sessions = Sessions()
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
            if placed is None:
                continue
            yield from _place(sessions, *placed, context)
        for placed in waiting.values():
            yield from _place(sessions, *placed, context)
        yield from sessions.close()


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
    asked, request = waiting.pop(name)
    return asked, Envelope(
        request.prompt,
        envelope.reply,
        (*request.places, *envelope.places),
        envelope.branch_count,
        has_reply=True,
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
    return Rejected(reason, element.locator, detail, _request_id(envelope)[0])


def _exchange(element: Element, envelope: Envelope, prompt: Spoken, reply: Spoken, context: ReadContext) -> Exchange:
    native_id, is_random = _request_id(envelope)
    user, client_session = _user(envelope)
    session = _session(envelope) or client_session
    exchange = Exchange(
        locator=element.locator,
        prompt=prompt.messages,
        reply=reply.messages,
        native_id=native_id,
        is_native_id_random=is_random,
        session=session,
        is_session_random=session is not None and _is_issued(session),
        previous=_first_text(envelope, ("previous_response_id",)),
        reply_id=_reply_id(envelope),
        user=user,
        model=_first_text((*envelope.places[2:], *envelope.places[:2]), ("model", "modelId")),
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


def _request_id(envelope: Envelope) -> tuple[str | None, bool]:
    """The id of a request and whether it is random. What a vendor issued goes first; `id` may count lines."""
    texts = [_text(place.get(key)) for place in reversed(envelope.places) for key in REQUEST_ID_KEYS]
    for text in texts:
        if text and _is_issued(text):
            return text, True
    named = [_text(place.get("request_id")) for place in envelope.places]
    replies = [_text(envelope.reply_body.get("id"))]
    vendor = [text for text in texts if text and _ANY_ISSUED.fullmatch(text)]
    return next((text for text in (*named, *replies, *vendor) if text), None), False


def _is_issued(text: str) -> bool:
    return bool(_ISSUED.fullmatch(text) or _UUID.fullmatch(text))


def _reply_id(envelope: Envelope) -> str | None:
    text = _text(envelope.reply_body.get("id"))
    return text if text and text.startswith("resp_") else None


def _session(envelope: Envelope) -> str | None:
    for place in envelope.places:
        conversation = place.get("conversation")
        told = conversation.get("id") if isinstance(conversation, dict) else conversation
        metadata, headers = place.get("metadata"), place.get("headers")
        for holder in (place, metadata, headers):
            text = _first_text((holder,), SESSION_KEYS) if isinstance(holder, dict) else None
            if text:
                return text
        if text := _text(told):
            return text
    return None


def _user(envelope: Envelope) -> tuple[str | None, str | None]:
    """Who sent a request, and the session that some clients write into the same value."""
    for place in envelope.places:
        for key in USER_KEYS:
            value = place.get(key)
            text = _text(value.get("id") if isinstance(value, dict) else value)
            if text:
                return _client_user(text)
        metadata = place.get("metadata")
        text = _text(metadata.get("user_id")) if isinstance(metadata, dict) else None
        if text:
            return _client_user(text)
    return None, None


def _client_user(text: str) -> tuple[str | None, str | None]:
    match = _CLIENT_USER.fullmatch(text)
    if match:
        return match[1], match[2]
    if text.startswith("{"):
        try:
            told = json.loads(text)
        except (ValueError, RecursionError):
            return text, None
        user = _first_text((told,), ("account_uuid", "device_id", "user_id"))
        return user or text, _first_text((told,), ("session_id",))
    return text, None


def _first_text(places: Envelope | tuple[Any, ...], keys: tuple[str, ...]) -> str | None:
    held = places.places if isinstance(places, Envelope) else places
    texts = (_text(place.get(key)) for place in held if isinstance(place, dict) for key in keys)
    return next((text for text in texts if text), None)


def _text(value: Any) -> str | None:
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    try:
        return str(value).strip() or None
    except ValueError:  # an int of thousands of digits
        return None


READER = ChatMessages()
