"""Opens the engine that the settings name.

What an engine does is the library's; a key found in the environment never chooses one.
"""

import hashlib
import uuid
from typing import Any

from economic_index.contracts.hierarchy import TASK_HIERARCHY
from economic_index.contracts.reference import ONET_STATEMENTS
from economic_index.lake import Lake
from economic_index.vocabulary import Engine, Transport
from orchestration import settings as config
from orchestration.model_settings import ModelSettings, ModelSettingsError
from orchestration.progress import Progress
from orchestration.settings import Settings

# Some of everything that may go wrong, so that a rehearsal shows what that looks like.
REHEARSED_FAULTS = {
    "http_429": 0.002,
    "http_500": 0.005,
    "http_529": 0.005,
    "cut_json": 0.003,
    "drop_after": 0.002,
    "refusal": 0.006,
    "max_tokens": 0.003,
}
REHEARSED_ERRORS = 0.1


def open_engine(settings: Settings, progress: Progress) -> Any:
    """The engine; kept by whoever asked for the life of the process.

    Raises ModelSettingsError where a model is to be asked without a key.
    """
    if settings.model is None:
        return _local(settings, progress)
    return _reading(settings, settings.model, progress)


def _local(settings: Settings, progress: Progress) -> Any:
    from economic_index.local.engine import LocalEngine

    lake = Lake(settings.home)
    return LocalEngine.open(
        lake.model_dir,
        lake.database_path("vectors"),
        settings.onet_version,
        report_bank=lambda done, of: progress.aside("Embedding the task bank, once a home", done, of),
    )


def _reading(settings: Settings, model: ModelSettings, progress: Progress) -> Any:
    from economic_index.llm.engine import EngineSettings, ModelEngine
    from economic_index.llm.exchange_folder import EXCHANGE
    from economic_index.llm.live import LiveSettings
    from economic_index.llm.prices import Prices
    from economic_index.llm.store import AnswerStore

    lake = Lake(settings.home)
    engine_settings = EngineSettings(
        engine=model.engine,
        endpoint=_endpoint(settings, model),
        model=model.model,
        facets=model.facets,
        salt=hashlib.sha256(config.pseudonym_key(settings) + b"fence").digest(),
        token_budget=model.transcript_tokens,
        transport=model.transport,
        live=LiveSettings(concurrency=model.concurrency),
        batch=_batch_settings(model),
        limits=model.limits,
        budget_micro_usd=None if model.budget_usd is None else round(model.budget_usd * 1e6),
        tolerated=model.tolerated,
        onet_version=settings.onet_version,
        algorithm=model.algorithm,
        sample_share=model.sample_share,
    )
    return ModelEngine(
        engine_settings,
        AnswerStore(answers_url(settings, model)),
        Prices(model.prices),
        lake.read(ONET_STATEMENTS),
        lake.model_dir,
        lake.database_path("vectors"),
        run_id=uuid.uuid4().hex,
        now=config.now,
        spool=settings.home / "batch_spool",
        exchange=settings.home / EXCHANGE,
        report_index=lambda done, of: progress.aside("Embedding the statements, once a home", done, of),
        hierarchies=lambda: lake.read(TASK_HIERARCHY),
    )


def _batch_settings(model: ModelSettings) -> Any:
    """A rehearsed batch ends at once, so it is looked at sooner."""
    from economic_index.llm.batch_settings import BatchSettings

    return BatchSettings(first_poll=0.5, longest_poll=5.0) if model.engine is Engine.REHEARSAL else BatchSettings()


def answers_url(settings: Settings, model: ModelSettings) -> str:
    """Where answers are kept. Rehearsed ones have a file of their own, so that none is ever taken for a model's."""
    lake = Lake(settings.home)
    if model.engine is Engine.REHEARSAL:
        return f"sqlite:///{lake.database_path('rehearsed_answers')}"
    return model.answers_url or f"sqlite:///{lake.database_path('answers')}"


def _endpoint(settings: Settings, model: ModelSettings) -> Any:
    from economic_index.llm.client import Endpoint

    if model.engine is Engine.REHEARSAL:
        return Endpoint(_rehearsal_url(settings, model), "rehearsal", is_rehearsal=True)
    if not model.api_key and model.transport is not Transport.FILES:
        raise ModelSettingsError(
            "OEI_ENGINE=claude needs a key: set ANTHROPIC_API_KEY. Without one, `make rehearse` shows a whole run for "
            "nothing, and OEI_ENGINE=local classifies without a model behind an interface."
        )
    return Endpoint(model.base_url, model.api_key or "")


def _rehearsal_url(settings: Settings, model: ModelSettings) -> str:
    """A server in this process, on the loopback address; its batches lie in the home."""
    from economic_index.rehearsal.running import RehearsalServer
    from economic_index.rehearsal.settings import Behaviour, changed

    wanted: dict[str, Any] = {"latency": 0.05, "error_rate": REHEARSED_ERRORS, "faults": REHEARSED_FAULTS}
    if model.replay is not None:
        wanted = {"replay": str(model.replay), "replay_strict": True}
    behaviour = changed(Behaviour(), wanted)
    return RehearsalServer(behaviour, settings.home / "rehearsal_server", config.now).start().url
