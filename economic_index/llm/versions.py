"""Versions of a model's answers, read without asking it anything: what changes them changes these.

They become the code versions of the weekly assets.
"""

import hashlib
from collections.abc import Sequence

from economic_index.assign.candidates import OPTIONS
from economic_index.facets.prompts import facet_version
from economic_index.local.bank import bank_version
from economic_index.local.embedder import encoder_hash
from economic_index.local.kernel import choose_kernel
from economic_index.vocabulary import Engine, Facet

ROWS_VERSION = "1"


def facets_version(engine: Engine, model: str, facets: Sequence[Facet], token_budget: int) -> str:
    """Fingerprint of all that can change a row of lake/facet_summaries."""
    return _fingerprint(engine, model, str(token_budget), ROWS_VERSION, *[facet_version(facet) for facet in facets])


def mappings_version(engine: Engine, model: str, onet_version: str) -> str:
    """Fingerprint of all that can change a row of lake/onet_task_mappings, given the facets and the statements."""
    found = (encoder_hash(choose_kernel()), bank_version(), str(OPTIONS), onet_version)
    return _fingerprint(engine, model, ROWS_VERSION, facet_version(Facet.TASK), *found)


def _fingerprint(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]
