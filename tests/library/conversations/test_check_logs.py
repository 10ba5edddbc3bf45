"""make check-logs says what would be read and what to declare, and leaves nothing behind."""

import json
from pathlib import Path

import pytest
from chatgpt_logs import Chat, write_export
from reading_home import AS_OF, WEEKS

from economic_index.conversations.check_logs import sniff_sources
from economic_index.conversations.sources import Source
from economic_index.conversations.sources_edits import write_sources
from economic_index.conversations.sources_toml import load_sources
from economic_index.vocabulary import Audience, RejectReason, UserRule

TWO = [Chat("c1", ("q",)), Chat("c2", ("q",))]


def claude_log(*accounts: str | None) -> str:
    message = {"sender": "human", "text": "q", "content": [], "created_at": "2026-01-05T09:00:00Z"}
    records = [
        {
            "uuid": f"k{number}",
            "created_at": "2026-01-05T09:00:00Z",
            "chat_messages": [{"uuid": "m", **message}],
            **({"account": {"uuid": account}} if account else {}),
        }
        for number, account in enumerate(accounts)
    ]
    return json.dumps(records)


@pytest.mark.parametrize(
    ("accounts", "proposals", "users", "audience"),
    [
        (("a", "a"), ["self"], UserRule.LOG, Audience.SELF),
        (("a", "b"), [], UserRule.LOG, Audience.ORGANISATION),
        (("a", None), [], UserRule.LOG, Audience.ORGANISATION),
        ((None, None), ["none"], UserRule.NONE, Audience.ORGANISATION),
    ],
)
def test_what_is_proposed_follows_the_users_in_the_logs(
    logs: Path, accounts: tuple[str | None, ...], proposals: list[str], users: UserRule, audience: Audience
) -> None:
    (logs / "conversations.json").write_text(claude_log(*accounts))
    summary = sniff_sources(logs, AS_OF)
    assert summary.conversation_count == 2
    assert summary.proposals == proposals
    proposed = summary.proposed_source("logs_1")
    assert (proposed.name, proposed.users, proposed.audience, proposed.path) == ("logs_1", users, audience, str(logs))
    write_sources(logs / "sources.toml", [proposed])
    assert load_sources(logs / "sources.toml") == [proposed]


def test_the_summary_counts_each_conversation_once_and_names_what_is_wrong(logs: Path) -> None:
    write_export(logs / "a.json", TWO)
    write_export(logs / "b.json", [*TWO, Chat("c3", ("",))])
    (logs / "c.jsonl").write_text('{"colour": "red"}\n')
    (logs / "picture.png").write_bytes(b"x")
    (logs / "user.json").write_text('{"id": "user-1", "email": "a@b.c"}')
    before = sorted(path.name for path in logs.iterdir())
    summary = sniff_sources(logs, AS_OF)
    assert (summary.conversation_count, summary.duplicate_count, summary.user_count) == (2, 2, 1)
    assert summary.rejected == {RejectReason.EMPTY_CONVERSATION: 1, RejectReason.UNKNOWN_FORMAT: 1}
    lines = "\n".join(summary.lines())
    assert "3 (chatgpt_export 2, not read 1); 2 others ignored" in lines
    assert "2026-01-05 to 2026-01-05 (1)" in lines
    assert "[unknown_format] (c.jsonl)" in lines
    assert "user-1" not in lines
    assert sorted(path.name for path in logs.iterdir()) == before


def test_logs_without_times_say_which_setting_they_need_and_are_counted_with_it(logs: Path) -> None:
    path = logs / "a.json"
    path.write_text(json.dumps([{"id": "a_0", "conversations": [{"from": "human", "value": "q"}]}]))
    assert "Set assign_weeks in sources.toml" in "\n".join(sniff_sources(path, AS_OF).lines())
    assert sniff_sources(path, AS_OF, [Source("ours", str(path), assign_weeks=WEEKS)]).conversation_count == 1


def test_nothing_there_is_an_error(logs: Path) -> None:
    with pytest.raises(FileNotFoundError, match="nothing matches"):
        sniff_sources(logs / "none", AS_OF)
