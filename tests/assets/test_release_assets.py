"""The assets of releases: imported files reach the lake, published ones leave it, and one's own figures do not."""

from pathlib import Path

import dagster as dg
import pandas as pd
import pyarrow as pa
import pytest

from assets.reference import published_releases
from assets.release import internal_long_files, long_files
from economic_index.contracts.reference import PUBLISHED_CELLS, PUBLISHED_CELLS_REJECTED, PUBLISHED_NAMES
from economic_index.lake import Lake
from economic_index.releases.files import ReleaseSource
from economic_index.taxonomy import facts
from tests.library.releases import long_files as files


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    home = Lake(tmp_path / "home")
    bad = "GLOBAL,global,2026-02-05,2026-02-12,1P API,use_case,0,use_case_pct,work,many"
    files.write(tmp_path / "given", [*files.lines(), bad])
    source = ReleaseSource(tmp_path / "given", tmp_path / "cache", may_fetch=False)
    result = dg.materialize([published_releases], resources={"lake": home, "release_source": source})
    assert result.success
    assert all(check.passed for check in result.get_asset_check_evaluations())
    return home


def test_a_given_file_is_in_the_lake_with_what_was_no_cell(lake: Lake) -> None:
    cells = lake.read(PUBLISHED_CELLS)
    assert (cells["node_id"] == "task_iteration").any()
    assert len(cells) > len(facts.load("published_cells")) - 12_100
    assert files.WATER in set(lake.read(PUBLISHED_NAMES)["name"])
    assert lake.read(PUBLISHED_CELLS_REJECTED)["line"].tolist() == [len(files.lines()) + 2]


def test_published_releases_are_written_and_all_else_is_refused(lake: Lake) -> None:
    config = dg.RunConfig(ops={"release__long_files": {"config": {"segments": ["2026-03-24 claude_ai"]}}})
    assert dg.materialize([long_files], resources={"lake": lake}, run_config=config).success
    (written,) = (lake.root / "release" / "published").iterdir()
    assert written.name == "aei_claude_ai_2026-03-24.csv"
    assert files.WATER in written.read_text()

    config = dg.RunConfig(ops={"release__long_files": {"config": {"segments": ["all"]}}})
    with pytest.raises(dg.Failure, match=r"Not released: all\. Only what is wholly imported can be"):
        dg.materialize([long_files], resources={"lake": lake}, run_config=config)


def test_ones_own_figures_are_internal_files_with_a_note(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    row = {"period_type": "week", "period_start": pd.Timestamp("2026-01-05"), "segment_type": "all", "segment": "all"}
    row |= {"footing": "of_all", "usage_share": 0.25, "usage_share_lo": 0.125, "usage_share_hi": 0.5}
    row |= {"n_conversations": 40, "is_suppressed": False}
    cells = [row | {"collaboration": "directive"}, row | {"collaboration": "_none"}]
    cells += [
        row | {"collaboration": "learning", "is_suppressed": True},
        row | {"collaboration": "learning", "segment_type": "published"},
    ]
    names = {"mart_tasks": "task_label", "mart_automation": "mode", "mart_soc_groups": "soc_group_title"}
    names |= {"mart_occupations": "onet_soc_code", "mart_use_cases": "use_case"}
    marts = {name: pd.DataFrame([row | {column: "x"}]) for name, column in names.items()}
    marts["mart_collaboration"] = pd.DataFrame(cells)
    home = {"first_week": pd.Timestamp("2026-01-05"), "last_week": pd.Timestamp("2026-01-12")}
    marts["mart_summary_of_home"] = pd.DataFrame([home])
    lake.serve("build", {name: pa.Table.from_pandas(rows) for name, rows in marts.items()})
    assert dg.materialize([internal_long_files], resources={"lake": lake}).success
    folder = lake.root / "release" / "internal"
    assert {path.name for path in folder.glob("*.csv")} == {
        f"internal_{facet}.csv"
        for facet in ("onet_task", "collaboration", "collaboration_automation_augmentation", "soc_group",
                      "soc_occupation", "use_case")
    }  # fmt: skip
    assert "not protected for publication" in (folder / "README.txt").read_text()
    rows = pd.read_csv(folder / "internal_collaboration.csv", dtype=str, keep_default_na=False)
    assert set(rows["cluster_name"]) == {"directive", "none"}
    directive = rows[rows["cluster_name"] == "directive"].set_index("variable")["value"].astype(float).to_dict()
    assert directive == {
        "collaboration_pct": 25.0,
        "collaboration_pct_ci_lower": 12.5,
        "collaboration_pct_ci_upper": 50.0,
        "collaboration_count": 40.0,
    }
    assert set(rows["date_end"]) == {"2026-01-11"}
