"""Settings of the engine that asks a model: which model, what of it, how fast, and for how much money.

Given the environment as a mapping: settings.py alone reads it. Nothing is opened here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from economic_index.facets.prompts import DEFAULT_FACETS, FORM, JUDGING
from economic_index.llm.models import UnknownModel, capability_of
from economic_index.llm.pace import Limits
from economic_index.vocabulary import Algorithm, Engine, Facet, Transport

VENDOR = "https://api.anthropic.com"
MODEL = "claude-haiku-5-5"
BUDGET_USD = 30.0
ALGORITHMS = (Algorithm.CHOICE, Algorithm.HIERARCHY, Algorithm.ENSEMBLE)
UNLIMITED = Limits(None, None, None)
_T = TypeVar("_T")


class ModelSettingsError(Exception):
    """A setting of the engine that cannot be used; the message names it and the remedy."""


@dataclass(frozen=True)
class ModelSettings:
    """What the engines `claude` and `rehearsal` need to know."""

    engine: Engine
    model: str = MODEL
    api_key: str | None = field(default=None, repr=False)
    base_url: str = VENDOR
    facets: tuple[Facet, ...] = DEFAULT_FACETS
    transport: Transport = Transport.AUTO
    concurrency: int = 50
    limits: Limits = field(default_factory=Limits)
    budget_usd: float | None = BUDGET_USD
    tolerated: float = 0.05
    transcript_tokens: int = 4_000
    algorithm: Algorithm = Algorithm.CHOICE
    sample_share: float = 0.02
    answers_url: str | None = field(default=None, repr=False)
    prices: Path | None = None
    replay: Path | None = None


def load_model_settings(env: Mapping[str, str], engine: Engine) -> ModelSettings:
    """The settings out of an environment. Raises ModelSettingsError."""
    model = env.get("OEI_MODEL", MODEL)
    try:
        capability_of(model)
    except UnknownModel as error:
        raise ModelSettingsError(str(error)) from None
    return ModelSettings(
        engine=engine,
        model=model,
        api_key=env.get("ANTHROPIC_API_KEY") or None,
        base_url=env.get("ANTHROPIC_BASE_URL") or VENDOR,
        facets=_read(env, "OEI_FACETS", DEFAULT_FACETS, _facets),
        transport=_read(env, "OEI_TRANSPORT", Transport.AUTO, _transport),
        concurrency=_read(env, "OEI_CONCURRENCY", 50, _between(1, 1_000)),
        limits=_read(env, "OEI_RATE_LIMITS", UNLIMITED if engine is Engine.REHEARSAL else Limits(), _limits),
        budget_usd=_read(env, "OEI_BUDGET_USD", _budget(str(BUDGET_USD)), _budget),
        tolerated=_read(env, "OEI_TOLERATED_FAILURES", 0.05, _share),
        transcript_tokens=_read(env, "OEI_TRANSCRIPT_TOKENS", 4_000, _between(200, 100_000)),
        algorithm=_read(env, "OEI_ALGORITHM", Algorithm.CHOICE, _algorithm),
        sample_share=_read(env, "OEI_SECOND_SAMPLE", 0.02, _share),
        answers_url=env.get("OEI_ANSWERS_URL") or None,
        prices=Path(env["OEI_PRICES"]).absolute() if env.get("OEI_PRICES") else None,
        replay=Path(env["OEI_REPLAY"]).absolute() if env.get("OEI_REPLAY") else None,
    )


def _read(env: Mapping[str, str], name: str, default: _T, read: Callable[[str], _T]) -> _T:
    value = env.get(name)
    if not value:
        return default
    try:
        return read(value)
    except ValueError as error:
        raise ModelSettingsError(f"{name}={value}: {error}") from None


def _facets(value: str) -> tuple[Facet, ...]:
    """Facets that are asked beside the default ones: `all`, or names with commas between."""
    known = {facet.value for facet in JUDGING}
    names = known if value == "all" else {name.strip() for name in value.split(",")}
    if unknown := names - known:
        raise ValueError(f"{', '.join(sorted(unknown))}: not one of {', '.join(JUDGING)}, and not all.")
    return tuple(facet for facet in FORM if facet in DEFAULT_FACETS or facet in names)


def _transport(value: str) -> Transport:
    if value not in set(Transport):
        raise ValueError(f"not one of {', '.join(Transport)}.")
    return Transport(value)


def _algorithm(value: str) -> Algorithm:
    if value not in ALGORITHMS:
        raise ValueError(f"not one of {', '.join(ALGORITHMS)}.")
    return Algorithm(value)


def _between(least: int, most: int) -> Callable[[str], int]:
    def read(value: str) -> int:
        if not value.isdecimal() or not least <= int(value) <= most:
            raise ValueError(f"not a whole number from {least} to {most:,}.")
        return int(value)

    return read


def _share(value: str) -> float:
    share = _number(value)
    if not 0 <= share <= 1:
        raise ValueError("not a share from 0 to 1.")
    return share


def _budget(value: str) -> float | None:
    if value == "none":
        return None
    amount = _number(value)
    if amount < 0:
        raise ValueError("not an amount of USD, nor none.")
    return amount


def _limits(value: str) -> Limits:
    if value == "none":
        return UNLIMITED
    parts = value.split(",")
    if len(parts) != 3:
        raise ValueError(
            "not three numbers with commas between (requests, input and output tokens a minute), nor none."
        )
    return Limits(*[_number(part) for part in parts])


def _number(value: str) -> float:
    try:
        return float(value)
    except ValueError:
        raise ValueError("not a number.") from None
