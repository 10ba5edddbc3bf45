"""What is kept of a text, and what two texts that read the same have in common."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from economic_index.conversations.normalise import normalise_model
from economic_index.conversations.records import Message
from economic_index.conversations.text import clean, fold_bytes_for_hash, fold_for_hash, is_clean, is_folded
from economic_index.conversations.transcript import transcript_of
from economic_index.vocabulary import Role


@pytest.mark.parametrize(
    ("text", "kept", "is_repaired"),
    [
        ("plain", "plain", False),
        ("a\r\nb", "a\nb", False),
        ("a\rb", "a b", True),
        ("a\x00b", "ab", True),
        ("a\x07b\x1fc", "a b c", True),
        ("a\tb\n", "a\tb\n", False),
        ("\ud83d\ude00", "\U0001f600", True),
        ("cut \ud83d", "cut \ufffd", True),
        ("a\u2028b\u2029\u200bc\ufeff", "a\u2028b\u2029\u200bc\ufeff", False),
        ("Ã©", "Ã©", False),
        ("e\u0301", "e\u0301", False),
    ],
)
def test_each_trap_has_one_outcome(text: str, kept: str, is_repaired: bool) -> None:
    assert clean(text) == (kept, is_repaired)


@given(st.text(alphabet=st.characters(codec=None) | st.sampled_from("\x00\x07\r\n\t\ud83d\ude00")))
def test_a_kept_text_can_be_stored_and_is_not_changed_again(text: str) -> None:
    kept, _ = clean(text)
    kept.encode()
    assert clean(kept) == (kept, False)
    assert is_clean(kept.encode())


@given(st.lists(st.text(alphabet=st.sampled_from("ab\x00\x1f\r\n \ud83d\u00e9")), max_size=6))
def test_the_fast_path_keeps_what_the_slow_one_keeps(texts: list[str]) -> None:
    transcript = transcript_of([Message(Role.USER, text) for text in texts])
    expected = [clean(text)[0] for text in texts]
    assert transcript.texts() == [text for text in expected if text.strip()]
    assert transcript.dropped_count == sum(not text.strip() for text in expected)
    assert transcript.char_count == sum(map(len, transcript.texts()))
    assert transcript.is_repaired == any(clean(text)[1] for text in texts)


def test_an_empty_turn_with_an_attachment_stays() -> None:
    transcript = transcript_of([Message(Role.USER, "", has_attachment=True), Message(Role.USER, " ")])
    assert (transcript.texts(), transcript.attachments, transcript.dropped_count) == ([""], (True,), 1)


@given(st.text(alphabet=st.sampled_from("ae\u0301\u00e9\u2019\u200b\u202e\u2060\ufeff\u00ad\u212b")))
def test_folding_bytes_is_folding_text(text: str) -> None:
    assert fold_bytes_for_hash(text.encode()) == fold_for_hash(text).encode()


def test_texts_that_read_the_same_fold_to_the_same() -> None:
    assert fold_for_hash("e\u0301\u200b\u202e") == fold_for_hash("\u00e9")
    assert fold_for_hash("a\u00adb\ufeff") == "ab"


def test_no_character_that_folding_could_change_is_taken_for_folded() -> None:
    composing: set[int] = set()
    for code in (*range(0x80, 0xD800), *range(0xE000, 0x110000)):
        character = chr(code)
        if fold_for_hash(character) != character or unicodedata.combining(character):
            assert not is_folded(character.encode())
        parts = unicodedata.decomposition(character).split()
        if len(parts) == 2 and not parts[0].startswith("<"):
            composing.add(int(parts[1], 16))
    assert not [code for code in composing if is_folded(chr(code).encode())]
    assert not any(is_folded(chr(code).encode()) for code in (*range(0x1161, 0x1176), *range(0x11A8, 0x11C3)))


def test_common_texts_are_taken_for_folded() -> None:
    assert is_folded("Grüße – “naïve” … Привет 汉字 안녕 ひみつ 😀 €5".encode())


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("GPT-4o-2024-08-06", "gpt-4o"),
        ("openai/gpt-4o", "gpt-4o"),
        ("anthropic.claude-3-5-sonnet-20240620-v1:0", "claude-3-5-sonnet"),
        ("us.anthropic.claude-sonnet-4-20250514-v1:0", "claude-sonnet-4"),
        ("claude-sonnet-4@20250514", "claude-sonnet-4"),
        ("auto", None),
        ("", None),
        (None, None),
    ],
)
def test_models_lose_provider_and_date(raw: str | None, name: str | None) -> None:
    assert normalise_model(raw) == name
