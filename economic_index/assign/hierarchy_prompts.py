"""The prompts of the hierarchy as they are asked: versions, closing lines, and all of a request but its message.

The words stand in the folders of facets/; which entries and options are shown is decided elsewhere.
"""

import hashlib
from collections.abc import Sequence

from economic_index.facets.prompts import (
    HIERARCHY_BUILD,
    HIERARCHY_STEP,
    Prompt,
    Wording,
    prompt_fingerprint,
    schema_of,
)
from economic_index.llm.models import capability_of
from economic_index.llm.request import Frame
from economic_index.llm.transcript import RENDERING_VERSION, estimate_tokens

PROPOSE, MERGE, ASSIGN, RENAME = HIERARCHY_BUILD
_FIELDS = {
    PROPOSE: "evidence, parents",
    MERGE: "evidence, duplicates",
    ASSIGN: "evidence, option",
    RENAME: "evidence, name",
    HIERARCHY_STEP: "evidence, option",
}
_MAX_TOKENS = {PROPOSE: 1_024, MERGE: 2_048}
USUAL_MAX_TOKENS = 256
MERGED_AT_ONCE, OFFERED_PARENTS = 40, 40
"""As many as the forms of merging and of assigning have numbers."""


def closing_of(prompt: str) -> str:
    """The line after the material."""
    material = "request" if prompt == HIERARCHY_STEP else "list"
    return f"The {material} has ended. Fill in the form now: {_FIELDS[prompt]}."


def prompt_version(prompt: str, wording: Wording = Wording.A) -> str:
    """Number of a prompt, and a hash of everything that it is asked with, but for the material."""
    parts = (prompt_fingerprint(prompt, wording), closing_of(prompt), RENDERING_VERSION)
    return f"{Prompt.read(prompt, wording).number}.{hashlib.sha256(chr(31).join(parts).encode()).hexdigest()[:8]}"


def build_version() -> str:
    """Versions of the four prompts that build a hierarchy, in the order in which they are asked."""
    return " ".join(prompt_version(prompt) for prompt in HIERARCHY_BUILD)


def frame_of(
    prompt: str, model: str, cache_ttl: str | None, wording: Wording = Wording.A, then: Sequence[str] = ()
) -> Frame:
    """All but the message: the rules, then what else many requests share; marked as cached if it is long enough."""
    system = (Prompt.read(prompt, wording).text, *then)
    capability = capability_of(model)
    is_cached = capability.can_cache(estimate_tokens("".join(system)))
    return Frame(
        model=model,
        system=system,
        schema=schema_of([prompt]),
        max_tokens=capability.max_tokens(_MAX_TOKENS.get(prompt, USUAL_MAX_TOKENS)),
        cache_ttl=cache_ttl if is_cached else None,
        **capability.request_options(),
    )


def numbered(lines: Sequence[str]) -> str:
    """The lines of a list, numbered from 1."""
    return "\n".join(f"{number}. {line}" for number, line in enumerate(lines, start=1))
