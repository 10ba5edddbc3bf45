"""How large a request about a task usually is, before anything is known of the conversations. Nothing is sent."""

from collections.abc import Sequence

from economic_index.assign.candidates import OPTIONS
from economic_index.assign.choice import TaskQuestions
from economic_index.assign.hierarchy_prompts import frame_of, numbered
from economic_index.facets.prompts import HIERARCHY_STEP
from economic_index.llm.estimate import Sizes
from economic_index.llm.request import Frame
from economic_index.llm.transcript import estimate_tokens

DESCRIBED_CHARS = 620
"""Of a request, its evidence, their fences and the closing line, as they usually are."""
STEP_OPTIONS = 40
"""Options of a step down a hierarchy, as they usually are."""


def choice_sizes(questions: TaskQuestions, texts: Sequence[str], output: float) -> Sizes:
    """Of a choice among some of these sentences."""
    options = estimate_tokens("".join(_spread(texts, OPTIONS)))
    return _sizes(questions.frame, options, output)


def step_sizes(model: str, texts: Sequence[str], output: float) -> Sizes:
    """Of a step down a hierarchy over these sentences: its options are part of the prefix."""
    frame = frame_of(HIERARCHY_STEP, model, "5m", then=[numbered(_spread(texts, STEP_OPTIONS))])
    return _sizes(frame, 0, output)


def building_sizes(model: str, texts: Sequence[str], output: float) -> Sizes:
    """Of a request that builds a hierarchy: most assign a sentence to a kind of work, out of a list of their own."""
    step = step_sizes(model, texts, output)
    return Sizes(0.0, step.prefix + step.input, output)


def _spread(texts: Sequence[str], count: int) -> Sequence[str]:
    """So many of them, from all over the list."""
    return texts[:: max(1, len(texts) // count)][:count]


def _sizes(frame: Frame, tokens: int, output: float) -> Sizes:
    prefix = frame.prefix_tokens if frame.cache_ttl else 0
    described = tokens + estimate_tokens("x" * DESCRIBED_CHARS)
    return Sizes(prefix, described + (0 if prefix else frame.prefix_tokens), output)
