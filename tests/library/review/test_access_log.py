"""What is written down of each text before it is handed out."""

import csv
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest
from review_home import WEEKS

from economic_index.contracts import validated
from economic_index.contracts.lake import TRANSCRIPTS
from economic_index.contracts.review_items import REVIEW_ACCESS, REVIEW_ACCESS_LOG, REVIEW_ITEMS
from economic_index.review.desk import ReviewDesk
from economic_index.vocabulary import ReadingKind
from orchestration import __main__ as command_line
from orchestration.review import Review
from orchestration.settings import load_settings

AT = datetime(2026, 2, 2, 9, tzinfo=UTC)


def test_each_text_is_a_row_for_each_reviewer_and_says_whether_labels_were_shown(desk: ReviewDesk) -> None:
    items = desk.to_read(ReadingKind.FIRST, 2)
    desk.hand_out(items.head(3), ReadingKind.FIRST, "u1who", AT, reviewers=2)
    desk.hand_out(items.head(1), ReadingKind.THIRD, "u1other", AT, with_predictions=True)
    rows = desk.lake.read(REVIEW_ACCESS_LOG)
    first = rows[rows["exported_by"] == "u1who"]
    ids = list(items["conversation_id"].head(3))
    assert first["reviewer"].tolist() == [1, 1, 1, 2, 2, 2]
    assert first["conversation_id"].tolist() == ids * 2
    assert not first["shows_predictions"].any()
    assert set(first["draw_id"]) <= set(items["draw_id"])
    other = rows[rows["exported_by"] == "u1other"].to_dict("records")
    assert [(row["reviewer"], row["conversation_id"], row["kind"]) for row in other] == [(1, ids[0], "third")]
    assert other[0]["shows_predictions"]
    assert set(rows["exported_at"]) == {pd.Timestamp(AT)}


def test_a_text_that_is_gone_is_in_no_row(desk: ReviewDesk) -> None:
    gone = desk.lake.read(REVIEW_ITEMS).query("week_start == @WEEKS[0]")["conversation_id"].iloc[0]
    kept = [row for batch in desk.lake.scan_week(TRANSCRIPTS, WEEKS[0]) for row in batch.to_pylist()]
    rows = pd.DataFrame([row for row in kept if row["conversation_id"] != gone])
    desk.lake.commit_week(WEEKS[0], {TRANSCRIPTS: rows})
    handed = desk.hand_out(desk.to_read(ReadingKind.FIRST, 2), ReadingKind.FIRST, "u1who", AT)
    assert handed.gone_count == 1
    assert set(desk.lake.read(REVIEW_ACCESS_LOG)["conversation_id"]) == {task.conversation_id for task in handed.tasks}
    assert gone not in set(desk.lake.read(REVIEW_ACCESS_LOG)["conversation_id"])


def test_an_export_that_finds_no_text_leaves_no_row(desk: ReviewDesk) -> None:
    items = desk.to_read(ReadingKind.FIRST, 2)
    desk.hand_out(items.head(1).assign(content_hash="changed since"), ReadingKind.FIRST, "u1who", AT)
    assert desk.lake.read(REVIEW_ACCESS_LOG).empty


def test_the_counts_of_an_earlier_version_stay_as_they_are(desk: ReviewDesk) -> None:
    row = {"exported_at": [AT], "exported_by": ["u1"], "draw_id": ["d"], "kind": ["first"], "text_count": [7]}
    desk.lake.write(REVIEW_ACCESS, validated(REVIEW_ACCESS, pd.DataFrame(row)))
    desk.hand_out(desk.to_read(ReadingKind.FIRST, 2), ReadingKind.FIRST, "u1who", AT)
    assert desk.lake.read(REVIEW_ACCESS)["text_count"].tolist() == [7]


def test_an_export_has_a_row_for_each_line_of_each_sheet(desk: ReviewDesk, tmp_path: Path) -> None:
    settings = load_settings({"OEI_HOME": str(desk.lake.root), "OEI_REVIEW": "on", "OEI_REVIEW_REVIEWERS": "2"})
    folder = tmp_path / "export"
    assert Review(settings).export(folder, settle=False, draw_id=None, with_predictions=False) == 0
    rows = desk.lake.read(REVIEW_ACCESS_LOG)
    for number in (1, 2):
        with (folder / f"reviewer_{number}.csv").open(encoding="utf-8-sig", newline="") as file:
            sheet = {(row["draw_id"], row["conversation_id"]) for row in csv.DictReader(file)}
        mine = rows[rows["reviewer"] == number]
        assert sheet == set(zip(mine["draw_id"], mine["conversation_id"], strict=True))
    assert rows["exported_by"].str.match("u1").all()


def test_what_belongs_to_an_export_is_not_passed_over_without_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["orchestration", "review", "--settle"])
    with pytest.raises(SystemExit):
        command_line.main()
    assert "--export FOLDER" in capsys.readouterr().err
