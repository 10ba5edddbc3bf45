"""Stable ids of conversations, people, contents and files (log_formats §§11-12).

The project key is handed in as bytes; raw ids are hashed here and go no further.
"""

import hashlib
import hmac
from datetime import datetime

from economic_index.conversations.text import fold_for_hash, fold_space

SEPARATOR = "\x1f"
_DIGITS = "abcdefghijklmnopqrstuvwxyz234567"
_TEN_BITS = [high + low for high in _DIGITS for low in _DIGITS]


class KeyMismatchError(Exception):
    """The home was written with another pseudonym key."""


def key_id(key: bytes) -> str:
    """The first 8 hex digits of a hash of the key: tells keys apart, reveals none."""
    return hashlib.sha256(b"key-id" + key).hexdigest()[:8]


def conversation_id(namespace: str, native_id: str) -> str:
    """Id of a conversation whose native id a vendor issued at random: c1 and 130 bits of SHA-256."""
    text = SEPARATOR.join(("conversation", namespace, native_id))
    return "c1" + _base32(hashlib.sha256(_bytes(text)).digest())


def guarded_conversation_id(key: bytes, namespace: str, native_id: str) -> str:
    """Id where the native id derives from content, a name or an address: keyed, so no guess confirms it."""
    return "c1" + _keyed(key, "conversation", namespace, native_id)


def known_conversation_ids(key: bytes, namespace: str, native_id: str) -> list[str]:
    """The ids that a conversation of this native id may have, where nobody says whether it was issued at random."""
    return [conversation_id(namespace, native_id), guarded_conversation_id(key, namespace, native_id)]


def dated_conversation_id(key: bytes, user: str, product: str, first_text: str, first_at: datetime) -> str:
    """Id without native id, from who, where, the first words and the second: a grown one keeps it."""
    second = first_at.replace(microsecond=0).isoformat()
    return "c1" + _keyed(key, "conversation-dated", user, product, fold_space(first_text), second)


def undated_conversation_id(key: bytes, namespace: str, content_hash: str, occurrence: int) -> str:
    """Id without native id and time: from all texts, and the running number among identical records."""
    return "c1" + _keyed(key, "conversation-undated", namespace, content_hash, str(occurrence))


def user_id(key: bytes, system: str, raw_id: str) -> str:
    """Pseudonym of a person in one system: u1 and 130 bits of HMAC-SHA-256."""
    if "@" in raw_id:
        raw_id = fold_for_hash(raw_id).strip().lower()
    return "u1" + _keyed(key, "user", system, raw_id)


def content_hash(key: bytes, roles: str, texts: str) -> str:
    """Keyed hash (32 hex) of roles, one letter each, and cleaned texts joined by the unit separator."""
    return content_hash_of_bytes(key, roles, fold_for_hash(texts).encode())


def content_hash_of_bytes(key: bytes, roles: str, folded: bytes) -> str:
    """The same over texts that are already folded and encoded."""
    return hmac.digest(key, roles.encode() + b"\x1f" + folded, "sha256").hex()[:32]


def file_id(key: bytes, path: str) -> str:
    """Keyed hash of a file's path."""
    return "f1" + _keyed(key, "file", path)


def record_hash(key: bytes, native_id: str) -> str:
    """Keyed hash of a rejected record's own id."""
    return "r1" + _keyed(key, "record", native_id)


def tombstone(key: bytes, kind: str, pseudonym: str) -> str:
    """Keyed hash that tells a forgotten user or conversation when met again, and names nobody."""
    return _keyed(key, "tombstone", kind, pseudonym)


def _keyed(key: bytes, *parts: str) -> str:
    return _base32(hmac.digest(key, _bytes(SEPARATOR.join(parts)), "sha256"))


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _base32(digest: bytes) -> str:
    """The first 130 bits in base 32, ten at a time: one is made for every conversation, and b32encode is slow."""
    bits = int.from_bytes(digest[:17], "big") >> 6
    return "".join([_TEN_BITS[bits >> shift & 1023] for shift in range(120, -1, -10)])
