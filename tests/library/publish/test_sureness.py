"""The box that says how sure it all is: what an interval holds, and what hangs on the way of counting."""

import pandas as pd
import synthetic_marts
from synthetic_marts import served

from economic_index.publish.compared import beside_published, release_title
from economic_index.publish.page import build_report
from economic_index.publish.sureness import Counted, counted_otherwise, how_sure


def test_the_box_says_how_much_evidence_there_is() -> None:
    said = " ".join(how_sure(served(synthetic_marts.rich())))
    assert "tell about as much as 3,333 independent ones" in said
    assert "The top hundredth of users make 12% of the conversations" in said
    assert "leaves out zero" in said


def test_each_headline_is_counted_in_other_ways() -> None:
    frames = synthetic_marts.rich()
    counted = counted_otherwise(served(frames))
    assert counted.headings == ["Automation (delegating)"]
    assert counted.rows == [
        ("as printed", ["43%"]),
        ("each user once", ["41% (95% interval 38–44%)"]),
        ("most that one user moves it", ["0.4 points"]),
    ]
    one = frames["mart_robustness"].head(1).assign(measure="soc_group", cell="15", value=0.37)
    frames["mart_robustness"] = pd.concat([frames["mart_robustness"], one])
    both = counted_otherwise(served(frames))
    assert both.headings == ["Automation (delegating)", "Largest group: Computer and mathematics"]
    assert both.rows[0] == ("as printed", ["43%", "37%"])
    assert both.rows[2] == ("most that one user moves it", ["0.4 points", "–"])


def test_an_empty_home_has_the_words_and_no_numbers() -> None:
    marts = served(synthetic_marts.empty())
    assert counted_otherwise(marts) == Counted([], [])
    assert len(how_sure(marts)) == 3
    assert "How sure is this?" in build_report(marts)


def test_the_newest_release_with_patterns_is_the_one_beside() -> None:
    rows = synthetic_marts.rich()["mart_published_comparison"]
    newer = rows[rows["measure"] == "soc_group"].assign(release="2026-03-24")
    api = rows.assign(release="2026-01-15", platform="api")
    both = served({"mart_published_comparison": pd.concat([newer, api, rows])})
    chosen = beside_published(both)
    assert set(chosen["release"]) == {"2025-03-27"}
    assert release_title(chosen) == "Anthropic Economic Index, release of 27 March 2025 (Claude.ai)"
    assert set(beside_published(served({"mart_published_comparison": newer}))["release"]) == {"2026-03-24"}
