"""Who is forgotten is gone from every table and store of a home, and does not come back; nobody else is."""

import os
import secrets
import shutil
from contextlib import closing
from dataclasses import replace
from datetime import date
from functools import partial
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import numpy as np
import pandas as pd
import pytest
from reading_home import AS_OF, KEY
from test_forgetting import said_of

from economic_index import contracts
from economic_index.contracts import Table
from economic_index.contracts.hierarchy import SECOND_ANSWERS
from economic_index.contracts.lake import (
    CONVERSATIONS,
    CONVERSATIONS_REJECTED,
    FACET_SUMMARIES,
    SEGMENTS,
    USERS,
    WEIGHTS,
)
from economic_index.contracts.review_items import REVIEW_ACCESS_LOG
from economic_index.contracts.reviews import REVIEWS
from economic_index.conversations.accounts import PERSON, Accounts
from economic_index.conversations.identify import conversation_id, user_id
from economic_index.conversations.reading import LogReader
from economic_index.conversations.reading_outcome import Reading
from economic_index.conversations.sources import Source
from economic_index.conversations.winners import WinnerStore
from economic_index.erasure.erase import ALL_TABLES, Eraser
from economic_index.erasure.opt_out import OptOutError
from economic_index.erasure.rotation import Rotation
from economic_index.erasure.targets import Target, TargetError, target_conversation, target_user
from economic_index.lake import Lake
from economic_index.llm.exchange_folder import EXCHANGE
from economic_index.llm.store import AnswerStore
from economic_index.local.vectors import VectorStore
from economic_index.people.declared import People, TableSource, UsersTable
from economic_index.people.reading import PeopleReader
from tests.home_search import places_of
from tests.people_logs import Said, classify, commit_due, filled, write_lines

WEEK, LATER = date(2026, 1, 5), date(2026, 1, 12)
ANNA, BEN = "Anna.Smith@example.com", "ben-0001"
SECRET = "the recipe of the harbour bakery"
SAID = [
    Said("6f1c2c1e-0001-4000-8000-000000000001", ANNA, SECRET),
    Said("6f1c2c1e-0001-4000-8000-000000000002", BEN, "How long is a mile?"),
    Said("6f1c2c1e-0001-4000-8000-000000000003", ANNA, f"{SECRET}, again", "2026-01-13"),
    Said("6f1c2c1e-0001-4000-8000-000000000004", None, "A poem", "2026-01-14"),
]


def read(lake: Lake, *sources: Source, key: bytes = KEY, retired: tuple[bytes, ...] = (), **changes) -> Reading:
    reader = LogReader(sources, key, AS_OF, retired_keys=retired, opt_out_path=lake.root / "opt_out.csv", **changes)
    reading = reader.read(lake)
    commit_due(lake)
    return reading


def eraser(lake: Lake, *keys: bytes) -> Eraser:
    return Eraser(lake, keys or (KEY,))


def all_rows(lake: Lake, table: Table = CONVERSATIONS) -> pd.DataFrame:
    return pd.concat([lake.read_week(table, week) for week in lake.weeks_of(table)], ignore_index=True)


@pytest.fixture(scope="module")
def as_filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log, and a home of two weeks: read, classified, embedded, answered, reviewed, cut to segments, asked again."""
    folder = tmp_path_factory.mktemp("filled")
    lake = Lake(folder / "home")
    read(lake, write_lines(folder / "gateway.jsonl", SAID))
    rows = all_rows(lake)
    for week in (WEEK, LATER):
        classify(lake, week)
        theirs = lake.read_week(CONVERSATIONS, week)["conversation_id"]
        segments = {"conversation_id": theirs, "segment_type": "site", "segment": "harbour"}
        again = {"conversation_id": theirs, "kind": "redraw", "facet": "use_case", "state": "answered"}
        again |= {"engine": "claude", "main_engine": "claude", "sample_share": 0.1}
        lake.commit_week(week, {SEGMENTS: filled(SEGMENTS, segments, len(theirs))})
        lake.commit_week(week, {SECOND_ANSWERS: filled(SECOND_ANSWERS, again, len(theirs))})
    reviews = {"review_id": rows["conversation_id"], "conversation_id": rows["conversation_id"], "facet": "use_case"}
    reviews |= {"outcome": "labelled", "coder": "person", "reviewed_on": WEEK}
    lake.write(REVIEWS, filled(REVIEWS, reviews, len(rows)))
    opened = {"exported_at": AS_OF, "conversation_id": rows["conversation_id"], "kind": "first", "reviewer": 1}
    lake.write(REVIEW_ACCESS_LOG, filled(REVIEW_ACCESS_LOG, opened, len(rows)))
    vectors = VectorStore(lake.database_path("vectors"))
    vectors.put("encoder", [(name, np.ones(4, np.float32)) for name in rows["content_hash"]])
    with closing(AnswerStore(f"sqlite:///{lake.database_path('answers')}")) as store:
        store.record([said_of(name, "facets") for name in rows["content_hash"]])
    shutil.copy2(folder / "gateway.jsonl", folder / "as_read.jsonl")
    return folder


@pytest.fixture
def source(lake: Lake, as_filled: Path) -> Source:
    """The log as it was read, at the path that the home knows it by; the home is a copy."""
    shutil.copytree(as_filled / "home", lake.root, dirs_exist_ok=True)
    shutil.copy2(as_filled / "as_read.jsonl", as_filled / "gateway.jsonl")
    return Source("gateway", str(as_filled / "gateway.jsonl"))


def traces(lake: Lake, raw: str) -> set[str]:
    rows = all_rows(lake)
    mine = rows[rows["user_id"] == user_id(KEY, "chat_messages", raw)]
    assert len(mine)
    return {*mine["conversation_id"], *mine["content_hash"], *mine["user_id"], raw}


@pytest.mark.parametrize("named", [ANNA, "  anna.smith@EXAMPLE.com ", user_id(KEY, "chat_messages", ANNA)])
def test_a_user_is_forgotten_everywhere_by_mail_or_pseudonym_and_the_others_stay(
    lake: Lake, source: Source, named: str
) -> None:
    needles = traces(lake, ANNA) | {SECRET}
    found = places_of(lake.root, needles)
    for name in ("conversations", "transcripts", "facet_summaries", "segments", "second_answers", "reviews",
                 "review_access_log"):  # fmt: skip
        assert any(path.startswith(f"lake/{name}/") for path in found), name
    assert {"vectors.sqlite", "versions.sqlite"} <= {path.removesuffix("-wal") for path in found}
    erased = eraser(lake).erase(target_user(KEY, named))
    assert (erased.conversation_count, erased.weeks) == (2, (WEEK, LATER))
    assert places_of(lake.root, needles) == {}
    read(lake, source)
    assert places_of(lake.root, needles) == {}
    assert len(all_rows(lake)) == len(all_rows(lake, FACET_SUMMARIES)) == len(lake.read(REVIEWS)) == 2
    assert set(lake.read(REVIEW_ACCESS_LOG)["conversation_id"]) == set(all_rows(lake)["conversation_id"])
    assert user_id(KEY, "chat_messages", BEN) in set(all_rows(lake)["user_id"])


def test_delivered_again_and_longer_a_forgotten_user_is_counted_and_not_read(lake: Lake, source: Source) -> None:
    eraser(lake).erase(target_user(KEY, ANNA, "chat_messages"))
    grown = [replace(each, text=f"{each.text}, longer") for each in SAID]
    new = Said("6f1c2c1e-0001-4000-8000-000000000009", ANNA, "Another thing", "2026-01-07")
    reading = read(lake, write_lines(Path(source.path), [*grown, new]))
    assert [report.forgotten_count for report in reading.reports] == [3]
    assert "3 conversations were forgotten" in reading.summary
    assert len(all_rows(lake)) == 2


def test_a_conversation_is_forgotten_by_the_id_of_the_log_and_its_user_is_still_read(
    lake: Lake, source: Source
) -> None:
    target = target_conversation(KEY, SAID[0].session)
    assert eraser(lake).count(target).conversation_count == 1
    assert eraser(lake).erase(target).weeks == (WEEK,)
    write_lines(Path(source.path), [*SAID, Said("6f1c2c1e-0001-4000-8000-000000000009", ANNA, "New")])
    read(lake, source)
    theirs = all_rows(lake)
    assert conversation_id("chat_messages", SAID[0].session) not in set(theirs["conversation_id"])
    assert (theirs["user_id"] == user_id(KEY, "chat_messages", ANNA)).sum() == 2


def test_tombstones_say_neither_who_nor_when(lake: Lake, source: Source) -> None:
    eraser(lake).erase(target_user(KEY, ANNA))
    with closing(WinnerStore(lake.database_path("versions"))) as store:
        marks = {mark for (mark,) in store._connection.execute("select mark from tombstones")}
        columns = [row[1] for row in store._connection.execute("pragma table_info(tombstones)")]
    assert columns == ["mark"]
    assert {len(mark) for mark in marks} == {26}
    assert not any(mark in user_id(KEY, "chat_messages", ANNA) for mark in marks)


def test_what_was_taken_back_is_read_with_the_next_delivery(lake: Lake, source: Source) -> None:
    target = target_user(KEY, ANNA)
    eraser(lake).erase(target)
    assert eraser(lake).take_back(target) > 0
    write_lines(Path(source.path), [*SAID, Said("6f1c2c1e-0001-4000-8000-000000000009", BEN, "New")])
    read(lake, source)
    assert len(all_rows(lake)) == 5


def test_a_source_goes_with_what_it_gave_and_another_that_has_it_too_gives_it_again(
    lake: Lake, source: Source, logs: Path
) -> None:
    other = write_lines(logs / "archive.jsonl", [SAID[0], Said("6f1c2c1e-0001-4000-8000-000000000008", BEN, "Else")])
    read(lake, source, other)
    needles = {SAID[1].text, "A poem"}
    erased = eraser(lake).erase(Target(source="gateway"))
    assert erased.conversation_count == 4
    assert places_of(lake.root, needles) == {}
    read(lake, other)
    assert sorted(all_rows(lake)["source"]) == ["archive", "archive"]
    assert set(lake.read(CONVERSATIONS_REJECTED)["source"]) <= {"archive"}


def test_a_deletion_that_was_killed_is_gone_on_with_by_the_next_reading(
    lake: Lake, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    needles = traces(lake, ANNA) | {SECRET}
    with monkeypatch.context() as patched:
        patched.setattr(Eraser, "_forget_asked", _killed)
        with pytest.raises(KeyboardInterrupt):
            eraser(lake).erase(target_user(KEY, ANNA))
    assert places_of(lake.root, needles)
    read(lake, source)
    assert places_of(lake.root, needles) == {}


def _killed(*arguments: object) -> None:
    raise KeyboardInterrupt


def test_requests_and_answers_on_their_way_go_with_their_week(lake: Lake, source: Source) -> None:
    folder = lake.root / EXCHANGE
    for name in ("requests", "answers"):
        (folder / name).mkdir(parents=True)
    for week, key in ((WEEK, "a" * 64), (date(2026, 3, 2), "b" * 64)):
        (folder / "requests" / f"{week}-facets-0001.jsonl").write_text(f'{{"custom_id":"{key}","params":{{}}}}\n')
    lines = [f'{{"custom_id":"{key}","result":{{}}}}\n' for key in ("a" * 64, "b" * 64)]
    (folder / "answers" / "mine.jsonl").write_text("".join(lines))
    eraser(lake).erase(target_conversation(KEY, SAID[0].session))
    assert [path.name for path in (folder / "requests").iterdir()] == ["2026-03-02-facets-0001.jsonl"]
    assert (folder / "answers" / "mine.jsonl").read_text() == lines[1]


def test_every_table_that_names_a_conversation_is_among_those_that_are_searched() -> None:
    declared = {
        value
        for module in iter_modules(contracts.__path__)
        for value in vars(import_module(f"economic_index.contracts.{module.name}")).values()
        if isinstance(value, Table) and {"conversation_id", "content_hash", "user_id"} & set(value.schema.columns)
    }
    assert declared <= set(ALL_TABLES)
    # the users table is searched by user
    assert all("conversation_id" in table.schema.columns for table in declared - {USERS})


@pytest.mark.parametrize("named", ["", "  ", "c1" + "a" * 26])
def test_what_is_no_user_is_refused_without_repeating_it(named: str) -> None:
    with pytest.raises(TargetError) as caught:
        target_user(KEY, named)
    assert not named.strip() or named not in str(caught.value)
    with pytest.raises(TargetError, match="chat_messages"):
        target_user(KEY, ANNA, "elsewhere")


# opt_out.csv


@pytest.mark.parametrize(
    "text",
    [
        f"system,user\nchat_messages,{ANNA}\n",
        f"user\n{ANNA.upper()}\n\n",
        f"pseudonym\n{user_id(KEY, 'chat_messages', ANNA)}\n",
    ],
)
def test_who_opts_out_is_forgotten_with_the_next_reading_once(lake: Lake, source: Source, text: str) -> None:
    needles = traces(lake, ANNA)
    (lake.root / "opt_out.csv").write_text(text)
    assert read(lake, source).newly_forgotten_count == 1
    assert not [path for path in places_of(lake.root, needles) if path != "opt_out.csv"]
    again = read(lake, write_lines(Path(source.path), [*SAID, Said("x", ANNA, "new")]))
    assert again.newly_forgotten_count == 0
    assert again.privacy_numbers()["forgotten"] == 3
    (lake.root / "opt_out.csv").unlink()
    assert read(lake, write_lines(Path(source.path), [*SAID, Said("y", ANNA, "newer")])).reports[0].forgotten_count == 3


def test_a_bad_line_stops_the_reading_by_its_number_after_the_good_ones_were_followed(
    lake: Lake, source: Source
) -> None:
    needles = traces(lake, ANNA)
    lines = ["system,user", f"chat_messages,{ANNA}", "elsewhere,carla-7", f"chat_messages,{BEN},too much"]
    (lake.root / "opt_out.csv").write_text("\n".join(lines))
    with pytest.raises(OptOutError) as caught:
        read(lake, source)
    said = str(caught.value)
    assert "line 3" in said
    assert "line 4" in said
    assert not [each for each in ("carla-7", BEN, ANNA, "elsewhere") if each in said]
    assert not [path for path in places_of(lake.root, needles) if path != "opt_out.csv"]


@pytest.mark.parametrize("text", [b"ben-0001\n", b"user;system\nben-0001;\n", b"user\n\xff\xfe\n"])
def test_a_list_without_its_columns_or_in_another_encoding_stops_the_reading(
    lake: Lake, source: Source, text: bytes
) -> None:
    (lake.root / "opt_out.csv").write_bytes(text)
    with pytest.raises(OptOutError) as caught:
        read(lake, source)
    assert BEN not in str(caught.value)


# another key


def test_with_another_key_answers_and_vectors_follow_and_who_was_forgotten_stays_so(lake: Lake, source: Source) -> None:
    eraser(lake).erase(target_user(KEY, BEN))
    pseudonyms = set(all_rows(lake)["user_id"].dropna())
    contents = set(all_rows(lake)["content_hash"])
    keys = [KEY]
    for _ in ("first", "second"):
        keys.insert(0, secrets.token_bytes(32))
        retired = []
        rotation = Rotation(lake, keys[1], keys[0])
        for _ in range(2):  # as after a kill
            rotation.run(partial(retired.append, True))
        assert retired == [True]
        assert read(lake, source, key=keys[0], retired=tuple(keys[1:])).reports[0].forgotten_count == 1
    rows = all_rows(lake)
    assert len(rows) == 3
    assert pseudonyms.isdisjoint(rows["user_id"])
    assert contents.isdisjoint(rows["content_hash"])
    assert VectorStore(lake.database_path("vectors")).get("encoder", [*rows["content_hash"]]).keys() == {
        *rows["content_hash"]
    }
    with closing(AnswerStore(f"sqlite:///{lake.database_path('answers')}")) as store:
        assert set(store.answers_of([*rows["content_hash"]], "facets", "model")) == set(rows["content_hash"])
    assert places_of(lake.root, pseudonyms) == {}
    assert set(places_of(lake.root, contents)) <= {"answers.sqlite"}  # the keys of these requests are made of contents
    assert eraser(lake, *keys).take_back(Target(frozenset([user_id(KEY, "chat_messages", BEN)]))) == 1


def test_a_conversation_without_an_id_of_its_own_stays_forgotten_under_another_key(lake: Lake, logs: Path) -> None:
    path = logs / "lines.jsonl"
    path.write_text('{"ts":"2026-01-06T10:00:00Z","messages":[{"role":"user","content":"A poem"}]}\n')
    source = Source("lines", str(path))
    read(lake, source)
    (name,) = all_rows(lake)["conversation_id"]
    eraser(lake).erase(target_conversation(KEY, name))
    new = secrets.token_bytes(32)
    Rotation(lake, KEY, new).run(lambda: None)
    assert read(lake, source, key=new, retired=(KEY,)).reports[0].forgotten_count == 1
    assert read(lake, replace(source, product="x"), key=new, retired=()).reports[0].forgotten_count == 0


def joined(*raws: str) -> Accounts:
    person = user_id(KEY, PERSON, "p1")
    return Accounts(KEY, {user_id(KEY, "chat_messages", raw): person for raw in raws})


@pytest.mark.parametrize("is_joined_first", [True, False])
def test_a_person_is_forgotten_with_all_accounts_whenever_these_were_joined(
    lake: Lake, logs: Path, is_joined_first: bool
) -> None:
    source, accounts = write_lines(logs / "gateway.jsonl", SAID), joined(ANNA, BEN)
    read(lake, source, accounts=accounts if is_joined_first else None)
    eraser(lake).erase(target_user(KEY, ANNA, accounts=accounts if is_joined_first else None))
    os.utime(logs / "gateway.jsonl", (1, 1))
    read(lake, source, accounts=accounts)
    left = all_rows(lake)["user_id"].dropna().tolist()
    assert left == ([] if is_joined_first else [accounts.user_id("chat_messages", BEN)])


def test_the_users_table_and_weights_say_nothing_of_who_was_forgotten(
    lake: Lake, source: Source, tmp_path: Path
) -> None:
    path = tmp_path / "people.csv"
    path.write_text(f"mail,site,weight\n{ANNA},harbour,2\n{BEN},hill,3\n")
    people = People(UsersTable(TableSource(path), "mail", attributes={"site": "site"}, weight="weight"))
    reader = PeopleReader(people, KEY)
    reader.read(lake)
    anna, ben = (user_id(KEY, "chat_messages", raw) for raw in (ANNA, BEN))
    assert anna in set(lake.read(USERS)["user_id"]) & set(lake.read(WEIGHTS)["subject_id"])
    eraser(lake).erase(target_user(KEY, ANNA))
    for _ in ("at once", "after the table was read again"):
        assert anna not in set(lake.read(USERS)["user_id"]) | set(lake.read(WEIGHTS)["subject_id"])
        assert ben in set(lake.read(USERS)["user_id"]) & set(lake.read(WEIGHTS)["subject_id"])
        reader.read(lake)
