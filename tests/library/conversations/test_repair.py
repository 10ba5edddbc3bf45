"""Each step of the repair ladder, and the flag that says whether characters were lost."""

import pytest

from economic_index.conversations.repair import Parsed, parse
from economic_index.vocabulary import RejectReason


@pytest.mark.parametrize(
    ("raw", "value", "is_repaired"),
    [
        (b'{"a":"x"}', {"a": "x"}, False),
        (b'{"a":"\\ud83d\\ude00"}', {"a": "\U0001f600"}, False),
        (b'{"a":"\\ud83d"}', {"a": "\ufffd"}, True),
        (b'{"a":"\\ude00 b"}', {"a": "\ufffd b"}, True),
        (b'{"\\ud83d":1}', {"\ufffd": 1}, True),
        (b'{"a":"\xed\xa0\xbd\xed\xb8\x80"}', {"a": "\U0001f600"}, True),
        (b'{"a":"caf\xe9"}', {"a": "caf\ufffd"}, True),
        (b'{"a":"one\ntwo\ttabs"}', {"a": "one\ntwo\ttabs"}, False),
        (b'{"a":123456789012345678901234567890}', {"a": 1.2345678901234568e29}, False),
    ],
)
def test_a_damaged_string_is_mended_and_flagged(raw: bytes, value: object, is_repaired: bool) -> None:
    parsed = parse(raw)
    assert isinstance(parsed, Parsed)
    assert parsed.value == value
    assert parsed.is_repaired == is_repaired


def test_not_a_number_passes_and_broken_json_does_not() -> None:
    assert isinstance(parse(b'{"a":NaN,"b":Infinity}'), Parsed)
    assert parse(b'{"a":}') is RejectReason.MALFORMED_JSON
    assert parse(b'{"a":1} trailing') is RejectReason.MALFORMED_JSON


def test_depth_is_a_reason_of_its_own() -> None:
    assert parse(b"[" * 1200 + b"]" * 1200) is RejectReason.TOO_DEEP
    nearly = b'{"a":"\\ud83d","b":' + b"[" * 995 + b"]" * 995 + b"}"
    assert isinstance(parse(nearly), Parsed) or parse(nearly) is RejectReason.TOO_DEEP
