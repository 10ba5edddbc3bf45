"""The evaluation assets with an engine that answers nothing: every score stands, and none is better than zero."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pandas as pd
import pytest

from assets.evaluation import engine_scores, label_sets
from assets.reference import engine_errors
from economic_index.assign.rows import MappingMaker, MappingRows
from economic_index.contracts.evaluation import ENGINE_SCORES, EVALUATED_ERRORS, LABEL_SETS
from economic_index.contracts.reviews import ENGINE_ERRORS
from economic_index.evaluate import evaluation
from economic_index.evaluate.engine_errors import committed_errors
from economic_index.evaluate.items import fixed_sample, labelled_test_items
from economic_index.evaluate.whole import BOTH
from economic_index.lake import Lake
from economic_index.local.answers import Maker, finish, unread
from economic_index.vocabulary import MappingState


class SilentEngine:
    def label(self, conversations: pd.DataFrame, batches: Iterator[Any], report: Any, watch: Any) -> Any:
        report(len(conversations), len(conversations))
        names = conversations["conversation_id"].tolist()
        return finish(unread(names, conversations["content_hash"].tolist(), Maker("silent", "0"))), None

    def map_tasks(self, conversations: pd.DataFrame, facets: Any, batches: Any, report: Any, watch: Any) -> Any:
        rows = MappingRows(MappingMaker("silent", "0", "0", "20.1"), {})
        for name in conversations["conversation_id"]:
            rows.add_none(name, MappingState.DEAD)
        return rows.frame(), None


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "home")


def test_label_sets_are_rows_and_agreement_is_beside_them(lake: Lake) -> None:
    result = dg.materialize([label_sets], resources={"lake": lake})
    rows = lake.read(LABEL_SETS).set_index("label_set")
    assert rows.loc["test_settled", ["purpose", "row_count"]].tolist() == ["test", 520]
    (event,) = result.get_asset_materialization_events()
    assert event.materialization.metadata["rows_training_4000"].value == 4_000
    assert "pattern (six classes)" in str(event.materialization.metadata["agreement"].value)


def test_an_engine_that_answers_nothing_is_wrong_everywhere(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluation, "set_items", lambda name: fixed_sample(labelled_test_items(), 20))
    resources = {"lake": lake, "engine": SilentEngine(), "progress": lambda what, done, of: None}
    dg.materialize([engine_scores], resources=resources)
    rows = lake.read(ENGINE_SCORES)
    own = rows[(rows["engine"] != "coder") & (rows["measure"] == "accuracy") & (rows["cut"] != BOTH)]
    assert set(own["facet"]) == {
        "collaboration", "automation", "use_case", "intent", "is_occupational", "soc_group", "iwa",
        "task_soc_group",
    }  # fmt: skip
    assert (own["value"] == 0).all()
    assert (own["coverage"] == 0).all()
    assert (rows.loc[rows["engine"] == "coder", "value"].dropna() > 0.5).any()
    errors = lake.read(EVALUATED_ERRORS)
    assert set(errors["predicted"]) == {"_unclassified"}
    assert errors.groupby("facet")["n"].sum().eq(20).all()


def test_error_rates_for_the_figures_are_the_committed_ones_and_those_measured_here(lake: Lake) -> None:
    known = committed_errors()
    here = known[known["model_hash"] == known["model_hash"].iloc[0]].assign(engine="claude", model_hash="model-a")
    lake.write(EVALUATED_ERRORS, here)
    assert dg.materialize([engine_errors], resources={"lake": lake}).success
    assert lake.read(ENGINE_ERRORS).groupby("engine").size().to_dict() == {
        "claude": len(here),
        "local": len(known),
    }
