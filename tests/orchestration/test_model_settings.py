"""Settings of the engine that asks a model: a key switches nothing, and what cannot be used is named."""

from pathlib import Path

import pytest

from economic_index.facets.prompts import DEFAULT_FACETS, FORM
from economic_index.vocabulary import Algorithm, Engine, Facet
from orchestration.engines import open_engine
from orchestration.model_settings import UNLIMITED, ModelSettingsError, load_model_settings
from orchestration.progress import Progress
from orchestration.settings import load_settings

KEY = "sk-secret-key"


def test_a_key_in_the_environment_switches_nothing(tmp_path):
    settings = load_settings({"OEI_HOME": str(tmp_path), "ANTHROPIC_API_KEY": KEY})
    assert settings.engine is Engine.LOCAL
    assert settings.model is None


def test_the_engine_that_asks_a_model_is_chosen_by_name_and_hides_its_key(tmp_path):
    settings = load_settings({"OEI_HOME": str(tmp_path), "OEI_ENGINE": "claude", "ANTHROPIC_API_KEY": KEY})
    assert settings.model is not None
    assert settings.model.api_key == KEY
    assert settings.model.facets == DEFAULT_FACETS
    assert KEY not in repr(settings)


def test_without_a_key_claude_says_what_to_do(tmp_path):
    settings = load_settings({"OEI_HOME": str(tmp_path), "OEI_ENGINE": "claude"})
    with pytest.raises(ModelSettingsError, match=r"ANTHROPIC_API_KEY.*make rehearse"):
        open_engine(settings, Progress())


def test_requests_that_are_carried_by_hand_need_no_key(tmp_path):
    settings = load_settings({"OEI_HOME": str(tmp_path), "OEI_ENGINE": "claude", "OEI_TRANSPORT": "files"})
    engine = open_engine(settings, Progress())
    assert engine.exchange == tmp_path / "exchange"
    engine.store.close()


def test_what_can_be_set_is_read():
    env = {
        "OEI_MODEL": "claude-sonnet-5-5",
        "OEI_FACETS": "ai_autonomy",
        "OEI_CONCURRENCY": "8",
        "OEI_RATE_LIMITS": "100,2000,300",
        "OEI_BUDGET_USD": "none",
        "OEI_TOLERATED_FAILURES": "0.2",
        "OEI_TRANSCRIPT_TOKENS": "1000",
        "OEI_PRICES": "prices.csv",
        "OEI_ALGORITHM": "ensemble",
        "OEI_SECOND_SAMPLE": "0",
    }
    model = load_model_settings(env, Engine.CLAUDE)
    assert model.facets == (*[f for f in FORM if f in {*DEFAULT_FACETS, Facet.AI_AUTONOMY}],)
    assert (model.concurrency, model.limits.requests, model.budget_usd, model.tolerated) == (8, 100.0, None, 0.2)
    assert (model.algorithm, model.sample_share) == (Algorithm.ENSEMBLE, 0.0)
    assert load_model_settings({}, Engine.CLAUDE).sample_share == 0.02
    assert model.prices == Path("prices.csv").absolute()
    assert load_model_settings({"OEI_FACETS": "all"}, Engine.CLAUDE).facets == FORM
    assert load_model_settings({}, Engine.REHEARSAL).limits == UNLIMITED


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OEI_MODEL", "gpt-x"),
        ("OEI_FACETS", "mood"),
        ("OEI_CONCURRENCY", "0"),
        ("OEI_CONCURRENCY", "many"),
        ("OEI_RATE_LIMITS", "100"),
        ("OEI_BUDGET_USD", "-1"),
        ("OEI_BUDGET_USD", "little"),
        ("OEI_TOLERATED_FAILURES", "5"),
        ("OEI_TRANSCRIPT_TOKENS", "10"),
        ("OEI_ALGORITHM", "bank_retrieval"),
        ("OEI_SECOND_SAMPLE", "2"),
        ("OEI_TRANSPORT", "post"),
    ],
)
def test_what_cannot_be_used_is_named_with_its_value(name, value):
    with pytest.raises(ModelSettingsError, match=f"{name}={value}"):
        load_model_settings({name: value}, Engine.CLAUDE)
