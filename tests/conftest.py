"""What several folders of tests share: one home that was indexed, and which tests keep each other company.

`make test` runs in as many processes as there are processors. Tests that share a costly fixture stay in one process,
and the longest group begins first.
"""

import pytest

from tests.homes import Home
from tests.small_logs import write_logs, write_sources

# fixtures that take long to make, the longest first
COSTLY = ["small_home", "golden_home", "built"]


@pytest.fixture(scope="session")
def small_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home whose index over 120 hand-made conversations was built once."""
    folder = tmp_path_factory.mktemp("small")
    home = Home(folder / "home", folder / "logs.json")
    write_logs(home.logs, 120)
    write_sources(home.path, home.logs)
    done = home.index()
    assert done.returncode == 0, done.stdout + done.stderr
    (folder / "first_run.txt").write_text(done.stdout)
    return home


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Group tests by their costly fixture, else by their file."""
    groups = {item: _group(item) for item in items}
    for item, group in groups.items():
        item.add_marker(pytest.mark.xdist_group(group))
    items.sort(key=lambda item: COSTLY.index(groups[item]) if groups[item] in COSTLY else len(COSTLY))


def _group(item: pytest.Item) -> str:
    names = getattr(item, "fixturenames", [])
    return next((name for name in COSTLY if name in names), item.location[0])
