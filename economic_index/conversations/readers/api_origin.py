"""Which request, session and person an exchange belongs to, by the keys that logs of chat APIs use.

Nothing is hashed here: identify.py makes ids and pseudonyms.
"""

import json
import re
from typing import Any

from economic_index.conversations.readers.api_envelopes import Envelope

TIME_KEYS = ("timestamp", "ts", "time", "created_at", "created")
REQUEST_ID_KEYS = ("request_id", "requestId", "id")
SESSION_KEYS = ("session_id", "conversation_id", "thread_id", "gen_ai.conversation.id", "x-claude-code-session-id")
USER_KEYS = ("user_id", "user", "safety_identifier", "end_user")
_ISSUED = re.compile(r"(chatcmpl|resp|msg|conv|batch_req|req|gen|thread)[-_][A-Za-z0-9_-]{16,}")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_ANY_ISSUED = re.compile(r"(chatcmpl|resp|msg|conv|batch_req|req|gen)[-_].+")
_CLIENT_USER = re.compile(r"(user_.+?)_session_(.+)")


def request_id(envelope: Envelope) -> tuple[str | None, bool]:
    """The id of a request and whether it is random. What a vendor issued goes first; `id` may count lines."""
    texts = [text for place in reversed(envelope.places) for text in _texts(place, REQUEST_ID_KEYS)]
    for text in texts:
        if is_issued(text):
            return text, True
    named = [_text(place.get("request_id")) for place in envelope.places]
    replies = [_text(envelope.reply_body.get("id"))]
    vendor = [text for text in texts if _ANY_ISSUED.fullmatch(text)]
    return next((text for text in (*named, *replies, *vendor) if text), None), False


def is_issued(text: str) -> bool:
    """Whether an id has the form of those that vendors issue at random."""
    return bool(_ISSUED.fullmatch(text) or _UUID.fullmatch(text))


def reply_id(envelope: Envelope) -> str | None:
    """The id by which a later request may name this reply."""
    text = _text(envelope.reply_body.get("id"))
    return text if text and text.startswith("resp_") else None


def session_id(envelope: Envelope) -> str | None:
    """The conversation that the log names, under any of the known keys."""
    for place in envelope.places:
        conversation = place.get("conversation")
        told = conversation.get("id") if isinstance(conversation, dict) else conversation
        if text := first_text((place, place.get("metadata"), _lower_keys(place.get("headers"))), SESSION_KEYS):
            return text
        if text := _text(told):
            return text
    return None


def _lower_keys(headers: Any) -> Any:
    return {key.lower(): value for key, value in headers.items()} if isinstance(headers, dict) else None


def user_and_session(envelope: Envelope) -> tuple[str | None, str | None]:
    """Who sent a request, and the session that some clients write into the same value."""
    for place in envelope.places:
        for key in USER_KEYS:
            value = place.get(key)
            text = _text(value.get("id") if isinstance(value, dict) else value) if value is not None else None
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
        user = first_text((told,), ("account_uuid", "device_id", "user_id"))
        return user or text, first_text((told,), ("session_id",))
    return text, None


def first_text(places: Envelope | tuple[Any, ...], keys: tuple[str, ...]) -> str | None:
    """The first text or number that stands under one of the keys."""
    held = places.places if isinstance(places, Envelope) else places
    for place in held:
        if isinstance(place, dict) and (texts := _texts(place, keys)):
            return texts[0]
    return None


def _texts(place: dict[str, Any], keys: tuple[str, ...]) -> list[str]:
    """What stands under these keys; most of them are absent, and that is all that is asked of those."""
    return [text for key in keys if key in place and (text := _text(place[key]))]


def _text(value: Any) -> str | None:
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    try:
        return str(value)
    except ValueError:  # an int of thousands of digits
        return None
