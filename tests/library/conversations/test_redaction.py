"""What looks like an address, a number or a key is taken out of a text before it is kept, and ids stay as they were."""

from pathlib import Path

import pytest
from chatgpt_logs import Chat, write_export
from reading_home import read_logs

from economic_index.contracts.lake import CONVERSATIONS
from economic_index.conversations.redaction import KINDS, Redactor
from economic_index.conversations.sources import Source, SourcesError
from economic_index.conversations.sources_edits import write_sources
from economic_index.conversations.sources_toml import load_sources, parse_source
from economic_index.lake import Lake
from tests.home_search import places_of
from tests.people_logs import commit_due

PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nab==\n-----END RSA PRIVATE KEY-----"
TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.SflKxwRJSMeKKF2QT4"
FOUND = [
    ("Write to jo.smith+x@mail.example.co.uk.", "Write to <EMAIL>."),
    ("<a@b.example>, née@köln.example", "<<EMAIL>>, <EMAIL>"),
    ("card 4111 1111 1111 1111, 5500-0000-0000-0004", "card <CARD>, <CARD>"),
    ("to DE89 3704 0044 0532 0130 00 or GB82WEST12345698765432", "to <IBAN> or <IBAN>"),
    ("host 192.168.10.7:80 and 2001:db8::8a2e:370:7334", "host <IP>:80 and <IP>"),
    ("call +44 20 7946 0958 or 0049 30 901820", "call <PHONE> or 0049 30 901820"),
    ("key sk-ant-api03-abcdefghijklmnopqrstuv", "key <KEY>"),
    ("AKIAIOSFODNN7EXAMPLE ghp_0123456789abcdefghijABCDEFGHIJ012345", "<KEY> <KEY>"),
    (f"token {TOKEN}", "token <KEY>"),
    (f"{PEM} and", "<KEY> and"),
    ("-----BEGIN PRIVATE KEY-----\nabc", "<KEY>"),
]
LEFT = [
    "Ask @anna at noon; a@b is none, 3 @ 4.50",
    "order 4111 1111 1111 1112 and 1234567890123456",
    "DE89 3704 0044 0532 0130 02",
    "version 10.5.3.400 and 1.2.3, at 12:30:45, std::vector, a::b",
    "2026-01-05 10:00:00, 3.14159265358979, 192837465, 1 000 000",
    "sk-short, task-12345678901234567890, eyJ.only",
    "the risk-adjusted-return-of-the-portfolio and asterisk-12345678901234567890",
]


def redact(text: str, region: str | None = None) -> tuple[str, dict[str, int]]:
    redactor = Redactor(KINDS, region)
    return redactor.text(text), dict(redactor.counts)


@pytest.mark.parametrize(("text", "wanted"), FOUND)
def test_found(text: str, wanted: str) -> None:
    made, counts = redact(text)
    assert made == wanted
    assert sum(counts.values()) == sum(wanted.count(f"<{kind.upper()}>") for kind in KINDS)


@pytest.mark.parametrize("text", LEFT)
def test_left(text: str) -> None:
    assert redact(text) == (text, {})


def test_a_number_without_country_is_of_the_region_that_the_source_names() -> None:
    assert redact("call 020 7946 0958")[0] == "call 020 7946 0958"
    assert redact("call 020 7946 0958", "GB")[0] == "call <PHONE>"
    assert redact("call 0049 30 901820", "GB")[0] == "call <PHONE>"


def test_long_hostile_texts_cost_no_more_than_their_length() -> None:
    for text in ("a." * 100_000 + "@", "1 " * 200_000, "sk-" * 100_000, "-----BEGIN PRIVATE KEY-----" * 20_000,
                 "eyJ" * 100_000, "::" * 100_000, "+(" * 100_000, "A1" * 100_000):  # fmt: skip
        redact(text)


def test_ids_stay_contents_change_and_no_file_of_the_home_holds_what_was_taken_out(lake: Lake, logs: Path) -> None:
    secret = "jo.smith@mail.example"
    chats = [Chat("c", (f"write to {secret}", "done")), Chat("d", ("q", "a"))]
    plain = Source("chats", str(write_export(logs / "a.json", chats)), product="chatgpt")
    read_logs(lake, plain)
    (week,) = commit_due(lake)
    before = lake.read_week(CONVERSATIONS, week).set_index("conversation_id")["content_hash"]
    redacted = parse_source({"name": "chats", "path": plain.path, "product": "chatgpt", "redact": True}, "entry")
    reading = read_logs(lake, redacted)
    commit_due(lake)
    after = lake.read_week(CONVERSATIONS, week).set_index("conversation_id")["content_hash"]
    assert after.index.tolist() == before.index.tolist()
    assert (after != before).sum() == 1
    assert places_of(lake.root, [secret]) == {}
    assert reading.privacy_numbers()["redacted_email"] == 1
    assert "1 places redacted (email 1)" in reading.summary
    assert commit_due(lake) == []


def test_the_setting_is_kept_in_one_order_and_what_is_no_kind_is_named(tmp_path: Path) -> None:
    path = tmp_path / "sources.toml"
    source = parse_source({"name": "a", "path": "/x", "redact": ["phone", "email"], "phone_region": "PT"}, "entry 1")
    write_sources(path, [source])
    assert load_sources(path) == [source]
    assert source.redact == ("email", "phone")
    for value in (["names"], "email", 3):
        with pytest.raises(SourcesError, match="redact"):
            parse_source({"name": "a", "path": "/x", "redact": value}, "entry 1")
