import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from economic_index.local.embedder import Embedder
from economic_index.local.kernel import Kernel
from economic_index.rehearsal.running import RehearsalServer
from economic_index.rehearsal.settings import Behaviour
from tests.embedded_bank import lend_model

sys.path.insert(0, str(Path(__file__).parent))
from hierarchy_world import Home, embedded_once, sentences_of_the_bank


@pytest.fixture(scope="session")
def embed(tmp_path_factory):
    """The encoder; a text is embedded once, as its vector does not depend on what it comes with."""
    folder = tmp_path_factory.mktemp("model")
    lend_model(tmp_path_factory.getbasetemp(), Kernel.FP32, folder)
    return embedded_once(Embedder(folder, Kernel.FP32))


@pytest.fixture(scope="session")
def sentences(embed):
    """Every fourth sentence of the bank, with its vector."""
    return sentences_of_the_bank(embed, 4)


@pytest.fixture
def server(tmp_path):
    """A calm rehearsal server; a test changes it by `control`."""
    with RehearsalServer(Behaviour(), tmp_path / "server", lambda: datetime.now(UTC)) as running:
        yield running


@pytest.fixture
def home(server, tmp_path, sentences, embed):
    """A home whose requests go to that server."""
    return Home(server.url, tmp_path / "answers.sqlite", sentences, embed)


@pytest.fixture(scope="session")
def built(sentences, embed, tmp_path_factory):
    """A hierarchy over the sentences, as an undisturbed rehearsal builds it, and what the server saw of it."""
    folder = tmp_path_factory.mktemp("built")
    with RehearsalServer(Behaviour(), folder / "server", lambda: datetime.now(UTC)) as running:
        made = Home(running.url, folder / "answers.sqlite", sentences, embed)
        return made.build().run(made.send), running.stats()
