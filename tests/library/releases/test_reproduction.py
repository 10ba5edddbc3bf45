"""Verdicts of the reproduction: at the published digits, never against a missing or a doubled cell."""

import pandas as pd
import pytest

from economic_index.publish.served import ServedMarts
from economic_index.releases.fixtures import Fixture
from economic_index.releases.reproduction import as_lines, as_page, reproduce


def marts(*values: float) -> ServedMarts:
    rows = pd.DataFrame({"segment": "r", "value": list(values)})
    return ServedMarts.holding({"mart_x": rows})


def fixture(*, is_wrong_answer: bool = False) -> Fixture:
    return Fixture("Section", "a share", 12.34, 2, "mart_x", {"segment": "r"}, "value", 100, "us", is_wrong_answer)


@pytest.mark.parametrize(
    ("values", "verdict"),
    [((0.12344,), "the same"), ((0.12346,), "differs"), ((), "missing"), ((0.1234, 0.1234), "missing")],
)
def test_ours_must_round_to_the_published_digits(values: tuple[float, ...], verdict: str) -> None:
    (found,) = reproduce(marts(*values), [fixture()])
    assert found.verdict == verdict
    assert found.is_right == (verdict == "the same")


@pytest.mark.parametrize(("value", "is_right"), [(0.1234, False), (0.2, True)])
def test_a_wrong_answer_must_not_come_out(value: float, is_right: bool) -> None:
    (found,) = reproduce(marts(value), [fixture(is_wrong_answer=True)])
    assert found.is_right == is_right


def test_page_and_lines_say_published_ours_difference_and_verdict() -> None:
    found = reproduce(marts(0.12344), [fixture()])
    assert "| a share | 12.34 | 12.3440 | +0.0040 | the same |" in as_page(found)
    assert as_lines(found)[-1].split() == ["a", "share", "12.34", "|", "12.3440", "|", "+0.0040", "|", "the", "same"]
