"""One home and one real dbt build for all tests of the rollups."""

import pytest
from built_home import Built, build
from worlds import write_world


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The organisation's home: logged users, floors of 15 conversations and 5 users."""
    return build(write_world(tmp_path_factory.mktemp("home")))
