"""Who was forgotten stays so under another key and with accounts that are joined later."""

import secrets
from dataclasses import replace
from pathlib import Path

from reading_home import AS_OF, KEY

from economic_index.conversations.accounts import PERSON, Accounts
from economic_index.conversations.identify import user_id
from economic_index.conversations.reading import LogReader
from economic_index.conversations.reading_outcome import Reading
from economic_index.conversations.sources import Source
from economic_index.conversations.weekly import winner_counts
from economic_index.erasure.erase import Eraser
from economic_index.erasure.rotation import Rotation
from economic_index.erasure.targets import target_user
from economic_index.lake import Lake
from tests.people_logs import Said, write_lines

ANNA, HER_OTHER, BEN = "anna@example.com", "anna-0002", "ben-0001"
SAID = [Said("s1", ANNA), Said("s2", HER_OTHER), Said("s3", BEN)]


def read(lake: Lake, source: Source, *keys: bytes, **changes) -> Reading:
    key, *retired = keys or (KEY,)
    reader = LogReader(
        (source,), key, AS_OF, retired_keys=tuple(retired), opt_out_path=lake.root / "opt_out.csv", **changes
    )
    return reader.read(lake)


def count(lake: Lake) -> int:
    return sum(winner_counts(lake).values())


def joined(key: bytes = KEY) -> Accounts:
    person = user_id(key, PERSON, "p1")
    return Accounts(key, {user_id(key, "chat_messages", raw): person for raw in (ANNA, HER_OTHER)})


def rotated(lake: Lake) -> bytes:
    new = secrets.token_bytes(32)
    Rotation(lake, KEY, new).run(lambda: None)
    return new


def test_the_one_person_of_a_source_stays_forgotten_under_another_key(lake: Lake, logs: Path) -> None:
    source = replace(write_lines(logs / "mine.jsonl", [Said("s1", None), Said("s2", None)]), user=ANNA)
    read(lake, source)
    assert Eraser(lake, (KEY,)).erase(target_user(KEY, ANNA)).conversation_count == 2
    reading = read(lake, source, rotated(lake), KEY)
    assert [report.forgotten_count for report in reading.reports] == [2]
    assert count(lake) == 0


def test_an_account_that_is_joined_to_one_who_opted_out_is_forgotten_too(lake: Lake, logs: Path) -> None:
    source = write_lines(logs / "gateway.jsonl", SAID)
    (lake.root / "opt_out.csv").write_text(f"system,user\nchat_messages,{ANNA}\n")
    read(lake, source)
    assert count(lake) == 2
    assert read(lake, source, accounts=joined()).newly_forgotten_count == 1
    assert count(lake) == 1
    assert read(lake, source, accounts=joined()).newly_forgotten_count == 0


def test_a_person_stays_forgotten_with_all_accounts_under_another_key(lake: Lake, logs: Path) -> None:
    source, accounts = write_lines(logs / "gateway.jsonl", SAID), joined()
    read(lake, source, accounts=accounts)
    Eraser(lake, (KEY,)).erase(target_user(KEY, ANNA, accounts=accounts))
    new = rotated(lake)
    reading = read(lake, source, new, KEY, accounts=joined(new))
    assert [report.forgotten_count for report in reading.reports] == [2]
    assert count(lake) == 1


def test_a_person_is_meant_by_the_pseudonym_that_the_accounts_have_together(lake: Lake, logs: Path) -> None:
    source, accounts = write_lines(logs / "gateway.jsonl", SAID), joined()
    read(lake, source, accounts=accounts)
    named = accounts.user_id("chat_messages", HER_OTHER)
    assert Eraser(lake, (KEY,)).erase(target_user(KEY, named, accounts=accounts)).conversation_count == 2
    new = rotated(lake)
    read(lake, source, new, KEY, accounts=joined(new))
    assert count(lake) == 1
