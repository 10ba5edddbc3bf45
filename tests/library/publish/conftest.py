"""The page of the rich home, built once for all tests that only read it."""

import pytest
import synthetic_marts

from economic_index.publish.page import build_report


@pytest.fixture(scope="session")
def rich_page() -> str:
    return build_report(synthetic_marts.served(synthetic_marts.rich()))
