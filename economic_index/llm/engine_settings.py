"""Everything that a person can set of the engine that asks a model. Nothing is opened here."""

from dataclasses import dataclass, field

from economic_index.facets.asking import USUAL_BUDGET, FacetQuestions
from economic_index.facets.prompts import DEFAULT_FACETS
from economic_index.llm.batch_settings import BatchSettings
from economic_index.llm.client import Endpoint
from economic_index.llm.live import LiveSettings
from economic_index.llm.pace import Limits
from economic_index.vocabulary import Algorithm, Engine, Facet, Transport

MODEL = "claude-haiku-5-5"


@dataclass(frozen=True)
class EngineSettings:
    """Everything that a person can set of this engine."""

    engine: Engine
    endpoint: Endpoint
    model: str = MODEL
    facets: tuple[Facet, ...] = DEFAULT_FACETS
    salt: bytes = field(default=b"", repr=False)
    token_budget: int = USUAL_BUDGET
    transport: Transport = Transport.LIVE
    live: LiveSettings = field(default_factory=LiveSettings)
    batch: BatchSettings = field(default_factory=BatchSettings)
    limits: Limits = field(default_factory=Limits)
    budget_micro_usd: int | None = None
    tolerated: float = 0.05
    onet_version: str = "20.1"
    algorithm: Algorithm = Algorithm.CHOICE
    sample_share: float = 0.02
    """Share of conversations that are asked a second time."""

    def questions(self, cache_ttl: str = "5m") -> FacetQuestions:
        """The facets as this engine asks them; how long a prefix is cached changes no answer."""
        return FacetQuestions(self.model, self.facets, self.salt, self.token_budget, cache_ttl)
