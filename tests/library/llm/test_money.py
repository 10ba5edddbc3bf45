"""Prices, budget, ledger and estimate: what was said to cost is what it costs."""

from datetime import date

import pytest
from engine_weeks import WEEK, engine, home_of, label
from live_runs import MODEL

from economic_index.contracts.lake import FACET_SUMMARIES
from economic_index.llm.estimate import Sizes, usd
from economic_index.llm.estimating import Estimator
from economic_index.llm.ledger import ledger
from economic_index.llm.prices import Prices, UnpricedModel, Usage
from economic_index.llm.spending import Budget
from economic_index.vocabulary import Way

TODAY = date(2026, 11, 26)


def test_a_price_is_of_the_day_the_band_and_the_way():
    price = Prices().of(MODEL, TODAY, prompt_tokens=4_000)
    usage = Usage(uncached=1_000_000, written_5m=1_000_000, written_1h=1_000_000, read=1_000_000, output=1_000_000)
    assert price.micro_usd(usage, is_batch=False) == pytest.approx(935_000)
    assert price.micro_usd(usage, is_batch=True) == pytest.approx(467_500)
    assert Prices().of(MODEL, TODAY, prompt_tokens=200_000).usd_in == pytest.approx(0.5)
    with pytest.raises(UnpricedModel, match="OEI_PRICES"):
        Prices().of(MODEL, date(2020, 1, 1))
    with pytest.raises(UnpricedModel, match="OEI_PRICES"):
        Prices().of("claude-fable-5-2", TODAY)


def test_a_users_row_stands_over_ours_and_a_broken_one_names_its_line(tmp_path):
    head = "model,valid_from,above_tokens,usd_in,usd_out,usd_write_5m,usd_write_1h,usd_read,source\n"
    own = tmp_path / "prices.csv"
    own.write_text(f"{head}{MODEL},2026-11-01,0,1,2,3,4,5,contract\nmine,2026-01-01,0,1,1,1,1,1,\n")
    prices = Prices(own)
    assert prices.of(MODEL, TODAY).usd_out == pytest.approx(2)
    assert prices.of(MODEL, date(2026, 10, 15)).usd_out == pytest.approx(0.5)
    assert prices.of("mine", TODAY).source == "prices.csv"
    own.write_text(f"{head}{MODEL},soon,0,1,2,3,4,5,\n")
    with pytest.raises(UnpricedModel, match="line 2"):
        Prices(own)


def test_usage_is_read_whatever_is_missing():
    assert Usage.of({}) == Usage()
    told = {"input_tokens": 7, "cache_creation_input_tokens": 5, "cache_read_input_tokens": None, "output_tokens": 3}
    assert Usage.of(told) == Usage(uncached=7, written_5m=5, output=3)
    told["cache_creation"] = {"ephemeral_1h_input_tokens": 4}
    assert Usage.of(told) == Usage(uncached=7, written_5m=1, written_1h=4, output=3)


def test_a_reservation_is_given_back_and_never_exceeds_the_limit():
    budget = Budget(100, spent=40)
    assert budget.reserve(60)
    assert not budget.reserve(1)
    budget.settle(60, 10, output_tokens=5)
    assert (budget.spent, budget.left) == (50, 50)
    assert Budget(None, 0).reserve(10**12)


def test_the_estimate_is_near_what_the_run_then_costs(server, tmp_path):
    numbers = range(120)
    lake, asked = home_of(tmp_path / "home", numbers), engine(server.url, tmp_path, tmp_path / "model")
    before = Estimator(lake, asked).rows([WEEK], TODAY).set_index(["prompt", "way"])
    assert before.loc[("facets", "live"), "requests"] == 120
    assert before.loc[("task", "live"), "requests"] == 96
    facets, _ = label(asked, numbers)
    between = Estimator(lake, asked).rows([WEEK], TODAY).set_index(["prompt", "way"])
    assert between.loc[("facets", "live"), "requests"] == 0
    assert between.loc[("facets", "live"), "answered_requests"] == 120
    lake.commit_week(WEEK, {FACET_SUMMARIES: facets})
    after = Estimator(lake, asked).rows([WEEK], TODAY).set_index(["prompt", "way"])
    assert after.loc[("task", "live"), "requests"] == int(facets["is_occupational"].sum())
    assert after.loc[("facets", "live"), "usd"] == 0 < after.loc[("task", "live"), "usd"]
    spent = ledger(asked.store)
    assert spent["requests"].tolist() == [120]
    assert spent["usd"].sum() == pytest.approx(asked.store.spent_micro_usd() / 1e6)
    # the server's tokens and answers are its own: the estimate is of the right size
    estimated = before.loc[("facets", "live_cached"), "usd"]
    assert 0.4 < spent.set_index("prompt").loc["facets", "usd"] / estimated < 2.5


def test_ways_differ_as_their_prices_do():
    price, sizes = Prices().of(MODEL, TODAY), Sizes(prefix=3_000, input=1_000, output=200)
    costs = {way: usd(sizes, 100_000, way, price) for way in Way}
    assert costs[Way.LIVE] == pytest.approx(50.0)
    assert costs[Way.BATCH] == pytest.approx(25.0)
    assert costs[Way.LIVE_CACHED] == pytest.approx(10 + 10 + 3_000 * (0.99 * 0.01 + 0.01 * 0.125) / 10)
    assert costs[Way.BATCH_CACHED] == pytest.approx(10 + 3_000 * (0.95 * 0.01 + 0.05 * 0.2) / 20)
