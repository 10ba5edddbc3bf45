"""Versions of the local engine's answers, read without loading a model: what changes them changes these.

They become the code versions of the weekly assets.
"""

import hashlib

from economic_index.assign.retrieval import RETRIEVAL_VERSION
from economic_index.local.bank import bank_version
from economic_index.local.embedder import encoder_hash
from economic_index.local.heads import heads_hash
from economic_index.local.kernel import Kernel, choose_kernel
from economic_index.local.language import LANGUAGE_VERSION
from economic_index.local.structure import STRUCTURE_VERSION
from economic_index.local.window import WINDOW_VERSION

ANSWERS_VERSION = "3"


def _fingerprint(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


def model_hash(kernel: Kernel) -> str:
    """Identity of the model behind a row: weights, kernel and heads."""
    return _fingerprint(encoder_hash(kernel), heads_hash())


def window_maker(kernel: Kernel) -> str:
    """The name under which the vectors of windows are kept."""
    return f"{encoder_hash(kernel)}.window-{WINDOW_VERSION}"


def facets_version(kernel: Kernel | None = None) -> str:
    """Fingerprint of all that can change a row of lake/facet_summaries."""
    parts = (WINDOW_VERSION, STRUCTURE_VERSION, LANGUAGE_VERSION, ANSWERS_VERSION)
    return _fingerprint(model_hash(kernel or choose_kernel()), *parts)


def mappings_version(onet_version: str, kernel: Kernel | None = None) -> str:
    """Fingerprint of all that can change a row of lake/onet_task_mappings, given the facets."""
    return _fingerprint(
        model_hash(kernel or choose_kernel()), bank_version(), RETRIEVAL_VERSION, ANSWERS_VERSION, onet_version
    )
