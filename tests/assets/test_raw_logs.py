"""lake/raw_logs as an asset: what it tells Dagster, where nobody's pseudonym may outlive its being forgotten."""

import json
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg

from assets.raw_logs import raw_logs
from economic_index.conversations.identify import user_id
from economic_index.conversations.reading import LogReader
from economic_index.conversations.sources import Source
from economic_index.conversations.weekly import conversations_of_week
from economic_index.lake import Lake, week_of

KEY, BUSY, COUNT = b"k" * 32, "busy@example.com", 501
AS_OF = datetime(2026, 9, 1, tzinfo=UTC)


def write_log(path: Path) -> Source:
    lines = []
    for number in range(COUNT):
        texts = (("system", "Sort this"), ("user", f"Case {number}"), ("assistant", "Done"))
        messages = [{"role": role, "content": text} for role, text in texts]
        moment = f"2026-01-05T{number // 60:02}:{number % 60:02}:00Z"
        lines.append({"ts": moment, "user": BUSY, "request_id": f"r{number}", "messages": messages})
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return Source("api", str(path))


def test_a_program_is_told_by_day_and_count_and_its_pseudonym_stands_in_the_lake_alone(tmp_path: Path) -> None:
    lake, source = Lake(tmp_path / "home"), write_log(tmp_path / "api.jsonl")
    (tmp_path / "dagster").mkdir()
    with dg.DagsterInstance.local_temp(str(tmp_path / "dagster")) as instance:
        resources = {"lake": lake, "log_reader": LogReader((source,), KEY, AS_OF)}
        result = dg.materialize([raw_logs], resources=resources, instance=instance)
        told = "\n".join(map(str, instance.all_logs(result.run_id)))
    (check,) = [each for each in result.get_asset_check_evaluations() if each.check_name == "people_wrote_it"]
    assert not check.passed
    assert check.metadata["conversations"].value == {"2026-01-05": COUNT}
    pseudonym = user_id(KEY, "chat_messages", BUSY)
    rows, _ = conversations_of_week(lake, week_of(datetime(2026, 1, 5, tzinfo=UTC).date()))
    assert {name for batch in rows for name in batch["user_id"].to_pylist()} == {pseudonym}
    kept = [path.read_bytes() for path in (tmp_path / "dagster").rglob("*") if path.is_file()]
    assert f"{COUNT} conversations of 2026-01-05" in told
    for name in (pseudonym, BUSY):
        assert name not in told
        assert not [content for content in kept if name.encode() in content]
