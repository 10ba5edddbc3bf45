"""Versions of a model's answers, read without asking it anything: what changes them changes these.

They become the code versions of the weekly assets.
"""

import hashlib
from collections.abc import Sequence

from economic_index.assign.algorithms import parts_of
from economic_index.assign.candidates import OPTIONS
from economic_index.assign.hierarchy_prompts import prompt_version
from economic_index.facets.prompts import HIERARCHY_STEP, Wording, facet_version
from economic_index.local.bank import bank_version
from economic_index.local.embedder import encoder_hash
from economic_index.local.kernel import choose_kernel
from economic_index.vocabulary import Algorithm, Engine, Facet

ROWS_VERSION = "1"


def facets_version(engine: Engine, model: str, facets: Sequence[Facet], token_budget: int) -> str:
    """Fingerprint of all that can change a row of lake/facet_summaries."""
    return _fingerprint(engine, model, str(token_budget), ROWS_VERSION, *[facet_version(facet) for facet in facets])


def mappings_version(engine: Engine, model: str, onet_version: str, algorithm: Algorithm) -> str:
    """Fingerprint of all that can change a row of lake/onet_task_mappings, given facets, statements and hierarchy."""
    asked = [_prompt_version(part, Wording.A) for part in parts_of(algorithm)]
    found = (encoder_hash(choose_kernel()), bank_version(), str(OPTIONS), onet_version)
    return _fingerprint(engine, model, ROWS_VERSION, algorithm, *asked, *found)


def second_answers_version(
    engine: Engine, model: str, facets: Sequence[Facet], token_budget: int, algorithm: Algorithm, share: float
) -> str:
    """Fingerprint of all that can change a row of lake/second_answers, given what the main answers are made from."""
    of_facets = [facet_version(facet, wording) for facet in facets for wording in Wording]
    of_tasks = [_prompt_version(part, wording) for part in parts_of(Algorithm.ENSEMBLE) for wording in Wording]
    return _fingerprint(engine, model, ROWS_VERSION, str(token_budget), algorithm, str(share), *of_facets, *of_tasks)


def _prompt_version(algorithm: Algorithm, wording: Wording) -> str:
    if algorithm is Algorithm.HIERARCHY:
        return prompt_version(HIERARCHY_STEP, wording)
    return facet_version(Facet.TASK, wording)


def _fingerprint(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]
