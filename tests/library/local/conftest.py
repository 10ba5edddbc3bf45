import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from economic_index.local.embedder import Embedder
from economic_index.local.engine import LocalEngine
from economic_index.local.heads import load_heads
from economic_index.local.kernel import Kernel
from economic_index.local.vectors import VectorStore
from tests.embedded_bank import VECTORS, embedded_bank, lend_model

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def model_dir(tmp_path_factory):
    folder = tmp_path_factory.mktemp("model")
    lend_model(tmp_path_factory.getbasetemp(), Kernel.FP32, folder)
    return folder


@pytest.fixture(scope="session")
def embedder(model_dir):
    return Embedder(model_dir, Kernel.FP32)


@pytest.fixture(scope="session")
def engine(embedder, tmp_path_factory):
    vectors = tmp_path_factory.mktemp("home") / VECTORS
    shutil.copy(embedded_bank(tmp_path_factory.getbasetemp(), Kernel.FP32) / VECTORS, vectors)
    return LocalEngine(embedder, VectorStore(vectors), load_heads())


@pytest.fixture
def rng():
    return np.random.default_rng(7)
