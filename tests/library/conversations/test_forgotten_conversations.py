"""A conversation forgotten by the log's own id: no part of it is left, and no record of it tells of it again."""

from pathlib import Path

import pytest
from chatgpt_logs import Chat, write_export
from reading_home import AS_OF, KEY, read_logs

from economic_index.contracts.lake import CONVERSATIONS_REJECTED
from economic_index.conversations.identify import record_hash
from economic_index.conversations.reading import LogReader
from economic_index.conversations.sources import Source
from economic_index.conversations.weekly import winner_counts
from economic_index.erasure.erase import Eraser
from economic_index.erasure.rotation import Rotation
from economic_index.erasure.targets import target_conversation
from economic_index.lake import Lake
from tests.home_search import places_of

NAMED, OTHER = "6f1c2c1e-0001-4000-8000-000000000001", "6f1c2c1e-0001-4000-8000-000000000002"
SILENT = {"no mapping": {"mapping": {}}, "no person": {"mapping": Chat(NAMED, ()).record()["mapping"]}}


def count(lake: Lake) -> int:
    return sum(winner_counts(lake).values())


@pytest.mark.parametrize("extra", SILENT.values(), ids=SILENT)
@pytest.mark.parametrize("is_rotated", [False, True])
def test_an_empty_record_of_it_is_counted_and_not_told_of(
    lake: Lake, logs: Path, extra: dict[str, object], *, is_rotated: bool
) -> None:
    source = Source("chats", str(write_export(logs / "a.json", [Chat(NAMED, ("q", "a")), Chat(OTHER, ("q", "a"))])))
    read_logs(lake, source)
    Eraser(lake, (KEY,)).erase(target_conversation(KEY, NAMED))
    keys = (b"n" * 32, KEY) if is_rotated else (KEY,)
    if is_rotated:
        Rotation(lake, KEY, keys[0]).run(lambda: None)
    shells = [Chat(each, (), extra=extra) for each in (NAMED, "6f1c2c1e-0001-4000-8000-000000000003")]
    write_export(logs / "a.json", [Chat(OTHER, ("q", "a")), *shells])
    (report,) = LogReader((source,), keys[0], AS_OF, retired_keys=keys[1:]).read(lake).reports
    assert (report.forgotten_count, report.rejected_count) == (1, 1)
    assert places_of(lake.root, [record_hash(key, NAMED) for key in keys]) == {}
    assert lake.read(CONVERSATIONS_REJECTED)["native_id_hash"].notna().tolist() == [True]
    assert count(lake) == 1
