"""What several folders of tests share: one home that was indexed, and which tests keep each other company.

`make test` runs in as many processes as there are processors. Tests that share a costly fixture stay in one process,
and the longest group begins first.
"""

import os
from pathlib import Path

import pytest
from xdist.scheduler import LoadScopeScheduling

from tests.embedded_bank import lend_bank, shared_model
from tests.homes import Home
from tests.small_logs import write_gateway, write_logs, write_sources

# small homes are rolled up faster by one thread, and other tests run on the other processor
os.environ.setdefault("OEI_DUCKDB_THREADS", "1")

# by the costly thing that they share, the longest first; other files each stand alone
COMPANY = {
    "small_home": (
        "tests/orchestration/test_end_to_end.py",
        "tests/orchestration/test_forget.py",
        "tests/orchestration/test_privacy.py",
        "tests/orchestration/test_column_lineage.py",
        "tests/orchestration/test_definitions.py",
        "tests/browser/test_dagster_ui.py",
    ),
    "golden_home": ("tests/orchestration/test_golden_week.py",),
    "built": ("tests/dbt/",),
}


@pytest.fixture(scope="session")
def shared_model_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The engine's model, which takes seconds to make and is only read."""
    return shared_model(tmp_path_factory.getbasetemp())


@pytest.fixture(scope="session")
def small_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home whose index over hand-made conversations, of a chat and a gateway, was built once; some are reviewed."""
    folder = tmp_path_factory.mktemp("small")
    home = Home(folder / "home", folder / "logs.json", {"OEI_REVIEW": "on"})
    write_logs(home.logs, 120)
    write_gateway(folder / "gateway.jsonl")
    write_sources(home.path, home.logs, folder / "gateway.jsonl")
    lend_bank(tmp_path_factory.getbasetemp(), home.path)
    done = home.index()
    assert done.returncode == 0, done.stdout + done.stderr
    assert "DEBUG" not in done.stderr
    (folder / "first_run.txt").write_text(done.stdout)
    return home


def company_of(nodeid: str) -> str:
    """The group of a test: never two processes make the same home."""
    return next(
        (name for name, paths in COMPANY.items() if nodeid.startswith(paths)), nodeid.split("::", maxsplit=1)[0]
    )


class ByCompany(LoadScopeScheduling):
    """Groups whole to one process. Not xdist's `loadgroup`: its marks do not reach the node ids of pytest 9.2."""

    def _split_scope(self, nodeid: str) -> str:
        return company_of(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> ByCompany:
    """Schedule by company."""
    return ByCompany(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first."""
    order = [*COMPANY]
    items.sort(key=lambda item: order.index(name) if (name := company_of(item.nodeid)) in order else len(order))
