"""From a log and a users table to a week's segments and weights, and which weeks are due when either changes."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from economic_index.contracts.lake import CONVERSATIONS, SEGMENTS, TRANSCRIPTS
from economic_index.conversations import identify
from economic_index.conversations.accounts import AccountsMissingError
from economic_index.conversations.reading import LogReader
from economic_index.conversations.reading_outcome import Reading
from economic_index.conversations.sources import Source
from economic_index.conversations.weekly import conversations_of_week
from economic_index.due import conversations_stage, due_weeks, input_fingerprint, segments_stage
from economic_index.lake import Lake
from economic_index.people.declared import People, TableSource, UsersTable
from economic_index.people.reading import PeopleReader
from economic_index.people.weekly import segments_of_week
from economic_index.vocabulary import UserRule

KEY = b"k" * 32
AS_OF = datetime(2026, 9, 1, tzinfo=UTC)
WEEKS = FIRST, SECOND, THIRD = date(2026, 1, 5), date(2026, 1, 12), date(2026, 1, 19)
STAGES = CONVERSATIONS_STAGE, SEGMENTS_STAGE = conversations_stage(), segments_stage()
HEADER = "user,department,site,from,to,weight"


class Home:
    """Logs, tables of people, and the weekly road as far as segments."""

    def __init__(self, folder: Path) -> None:
        self.lake, self.folder = Lake(folder / "home"), folder
        (folder / "logs").mkdir()

    def log(self, name: str, *said: tuple[str, str | None, datetime]) -> None:
        """Session, user and time of each conversation."""
        lines = [
            {
                "session_id": session,
                "user": user,
                "timestamp": at.isoformat(),
                "messages": [{"role": "user", "content": f"About {session}"}, {"role": "assistant", "content": "Yes."}],
            }
            for session, user, at in said
        ]
        (self.folder / "logs" / f"{name}.jsonl").write_text("\n".join(map(json.dumps, lines)))

    def write(self, name: str, *lines: str) -> Path:
        path = self.folder / name
        path.write_text("\n".join(lines) + "\n")
        return path

    def read(self, people: People, users: UserRule = UserRule.LOG) -> Reading:
        """Read logs, then people, as the assets do."""
        reader = PeopleReader(people, KEY)
        accounts = reader.accounts() if people.identities else None
        source = Source("gateway", str(self.folder / "logs"), "chat_messages", users=users)
        reading = LogReader((source,), KEY, AS_OF, accounts=accounts).read(self.lake)
        reader.read(self.lake)
        return reading

    def commit(self) -> list[tuple[date, str]]:
        """Make what is due of each week; week and table of what was."""
        made = []
        for week in due_weeks(self.lake, STAGES, AS_OF):
            if self._is_due(CONVERSATIONS_STAGE, week):
                rows, transcripts = conversations_of_week(self.lake, week)
                tables = {TRANSCRIPTS: transcripts, CONVERSATIONS: rows}
                self.lake.commit_week(week, tables, input_fingerprint(self.lake, CONVERSATIONS_STAGE, week))
                self.lake.clear_inbox(week)
                made.append((week, "conversations"))
            if self._is_due(SEGMENTS_STAGE, week):
                rows = segments_of_week(self.lake, week, self.lake.read_week(CONVERSATIONS, week))
                self.lake.commit_week(week, {SEGMENTS: rows}, input_fingerprint(self.lake, SEGMENTS_STAGE, week))
                made.append((week, "segments"))
        return made

    def _is_due(self, stage: object, week: date) -> bool:
        return week in due_weeks(self.lake, (stage,), AS_OF)

    def conversations(self) -> pd.DataFrame:
        """All weeks, in order of their start."""
        rows = pd.concat([self.lake.read_week(CONVERSATIONS, week) for week in WEEKS])
        return rows.sort_values(["started_at", "conversation_id"], ignore_index=True)

    def segments(self, segment_type: str) -> list[str]:
        """The segment of each conversation, in order of their start."""
        rows = pd.concat([self.lake.read_week(SEGMENTS, week) for week in WEEKS])
        of_type = rows[rows["segment_type"] == segment_type].set_index("conversation_id")["segment"]
        assert of_type.index.is_unique
        return of_type.reindex(self.conversations()["conversation_id"]).tolist()


def at(week: date, day: int = 1, hour: int = 12) -> datetime:
    return datetime(week.year, week.month, week.day, hour, tzinfo=UTC) + timedelta(days=day)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path)
    made.log(
        "first",
        ("s1", "ada-l", at(FIRST, 0, 0)),
        ("s2", "ada-l", at(SECOND, 6, 23)),
        ("s3", "ada-l", at(THIRD, 0, 0)),
        ("s4", "bob", at(THIRD, 1)),
        ("s5", None, at(THIRD, 2)),
        ("s6", "zoe-w", at(THIRD, 3)),
    )
    return made


def users(path: Path, **columns: str) -> UsersTable:
    days = {"valid_from": "from", "valid_to": "to"}
    attributes = {"department": "department", "site": "site"}
    return UsersTable(TableSource(path), "user", attributes=attributes, **days, **columns)


def test_each_conversation_has_what_held_when_it_began_and_unmatched_users_are_a_row(home: Home) -> None:
    table = home.write(
        "people.csv",
        HEADER,
        "ada-l,Sales,Oslo,2026-01-05,2026-01-18,",
        "ada-l,Legal,,2026-01-19,,",
        "bob,Sales,Rome,,,",
    )
    home.read(People(users(table)))
    home.commit()
    assert home.segments("department") == ["Sales", "Sales", "Legal", "Sales", "(unknown)", "(unknown)"]
    assert home.segments("site") == ["Oslo", "Oslo", "(unknown)", "Rome", "(unknown)", "(unknown)"]
    for file in home.lake.root.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            assert not [name for name in (b"ada-l", b"bob,", b"zoe-w") if name in content], file


def test_in_a_week_in_which_nothing_holds_everybody_is_unknown(home: Home) -> None:
    table = home.write("people.csv", HEADER, "ada-l,Sales,,2026-01-12,,", "bob,,Rome,2026-01-19,,")
    home.read(People(users(table)))
    home.commit()
    unknown = "(unknown)"
    assert home.segments("department") == [unknown, "Sales", "Sales", unknown, unknown, unknown]
    assert home.segments("site") == [unknown, unknown, unknown, "Rome", unknown, unknown]
    home.write("people.csv", HEADER, "ada-l,Sales,,2026-01-12,,")
    home.read(People(users(table)))
    assert home.commit() == [(week, "segments") for week in WEEKS]  # no week has a site any more
    assert pd.isna(home.segments("site")).all()


def test_a_changed_table_makes_just_the_weeks_due_in_which_something_else_holds(home: Home) -> None:
    table = home.write("people.csv", HEADER, "ada-l,Sales,Oslo,,,")
    home.read(People(users(table)))
    every = [(week, name) for week in WEEKS for name in ("conversations", "segments")]
    assert home.commit() == every
    home.read(People(users(table)))
    assert home.commit() == []
    home.write("people.csv", HEADER, "ada-l,Sales,Oslo,,2026-01-18,", "ada-l,Legal,Oslo,2026-01-19,,")
    reading = home.read(People(users(table)))
    assert reading.unchanged_count == 1
    assert home.commit() == [(THIRD, "segments")]
    assert home.segments("department")[:3] == ["Sales", "Sales", "Legal"]
    home.read(People())
    assert home.commit() == [(week, "segments") for week in WEEKS]
    assert pd.isna(home.segments("department")).all()


def test_a_home_without_people_is_due_as_it_was(home: Home) -> None:
    home.read(People())
    home.commit()
    assert [len(home.lake.read_week(SEGMENTS, week)) for week in WEEKS] == [0, 0, 0]
    assert home.conversations()["weight"].tolist() == [1.0] * 6


def test_weights_go_into_the_conversations_of_the_weeks_that_they_concern(home: Home) -> None:
    table = home.write("people.csv", HEADER, "ada-l,,,2026-01-12,,2.5", "bob,,,,,0")
    home.read(People(users(table, weight="weight")))
    assert len(home.commit()) == 6
    assert home.conversations()["weight"].tolist() == [1.0, 2.5, 2.5, 0.0, 1.0, 1.0]
    third = home.conversations()["conversation_id"][2]
    own = home.write("weights.csv", "conversation,weight", f"{third},7")
    home.read(People(users(table, weight="weight"), weights=TableSource(own)))
    # a weight says nothing of the days on which it holds: each week is asked, and only one has other rows
    assert [week for week, name in home.commit() if name == "segments"] == [THIRD]
    assert home.conversations()["weight"].tolist() == [1.0, 2.5, 7.0, 0.0, 1.0, 1.0]
    home.read(People())
    home.commit()
    assert home.conversations()["weight"].tolist() == [1.0] * 6


ACCOUNTS = "system,raw_id,person"


def test_joined_accounts_have_one_pseudonym_and_the_logs_are_read_again_when_that_changes(home: Home) -> None:
    people = People(
        identities=TableSource(home.write("accounts.csv", ACCOUNTS, "chat_messages,ada-l,P1", "chat_messages,bob,P1"))
    )
    home.read(People())
    home.commit()
    apart = home.conversations()
    assert apart["user_id"].nunique() == 3
    reading = home.read(people)
    assert reading.unchanged_count == 0
    home.commit()
    joined = home.conversations()
    person = identify.user_id(KEY, "person", "P1")
    assert [user == person for user in joined["user_id"]] == [True, True, True, True, False, False]
    assert joined["user_id"].iloc[5] == identify.user_id(KEY, "chat_messages", "zoe-w")
    assert joined["conversation_id"].tolist() == apart["conversation_id"].tolist()
    assert home.read(people).unchanged_count == 1

    table = home.write("people.csv", HEADER, "bob,Sales,,,,")
    home.read(People(users(table), people.identities))
    home.commit()
    assert home.segments("department") == ["Sales"] * 4 + ["(unknown)"] * 2

    with pytest.raises(AccountsMissingError, match="names none any more"):
        home.read(People())
    assert home.conversations()["user_id"].nunique() == 2

    home.write("accounts.csv", ACCOUNTS)  # parted on purpose
    home.read(people)
    home.commit()
    assert home.conversations()["user_id"].tolist() == apart["user_id"].tolist()
    assert home.read(People()).unchanged_count == 1  # and now the file may go


def test_an_identity_file_changes_nothing_where_no_user_is_logged(home: Home) -> None:
    people = People(identities=TableSource(home.write("accounts.csv", ACCOUNTS, "chat_messages,ada-l,P1")))
    home.read(People(), UserRule.NONE)
    assert home.read(people, UserRule.NONE).unchanged_count == 1
