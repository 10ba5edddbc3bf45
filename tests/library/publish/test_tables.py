"""Numbers are printed with the digits that their interval supports; tables can do a spreadsheet no harm."""

import base64
import math

import pandas as pd
import pytest

from economic_index.publish.numerals import count, percent, percent_with_interval, points, ratio
from economic_index.publish.tables import csv_address, printed_table


@pytest.mark.parametrize(
    ("share", "lo", "hi", "expected"),
    [
        (0.3721, 0.35, 0.39, "37% (95% interval 35–39%)"),
        (0.3721, 0.369, 0.375, "37.2% (95% interval 36.9–37.5%)"),
        (0.3721, 0.3719, 0.3723, "37.21% (95% interval 37.19–37.23%)"),
        (0.2304, 0.221, 0.239, "23% (95% interval 22–24%)"),
        (0.0631, 0.058, 0.068, "6.3% (95% interval 5.8–6.8%)"),
        (0.004, 0.001, 0.03, "0.4% (95% interval 0.1–3.0%)"),
        (math.nan, 0.1, 0.4, "somewhere in 10–40%"),
        (0.25, math.nan, math.nan, "25% (no interval)"),
    ],
)
def test_the_interval_decides_the_digits(share: float, lo: float, hi: float, expected: str) -> None:
    assert percent_with_interval(share, lo, hi) == expected


def test_differences_carry_their_sign_and_counts_their_thousands() -> None:
    assert points(-0.05, -0.08, -0.02) == "−5 points (95% interval −8 to −2)"
    assert points(0.001, -0.02, 0.022) == "+0.1 points (95% interval −2.0 to +2.2)"
    assert count(1234567) == "1,234,567"
    assert count(math.nan) == "unknown"
    assert percent(math.nan) == "not known"
    assert [ratio(value) for value in (0.123, 12.34, 123.4, math.nan)] == ["0.12", "12.3", "123", "not known"]


def test_a_formula_in_a_label_is_defused_in_the_download() -> None:
    table = pd.DataFrame({"label": ["=HYPERLINK(1)", "@x", "plain"], "share_difference": [-0.1, 0.2, 0.3]})
    kind, content = csv_address(table).split(",", 1)
    assert kind == "data:text/csv;charset=utf-8;base64"
    assert base64.b64decode(content).decode().splitlines() == [
        "label,share_difference",
        "'=HYPERLINK(1),-0.1",
        "'@x,0.2",
        "plain,0.3",
    ]


def test_a_missing_number_is_a_dash_and_a_flag_is_a_word() -> None:
    table = pd.DataFrame({"title": ["a"], "usage_share": [math.nan], "n_users": [12345.0], "is_top_coded": [True]})
    printed = printed_table(table)
    assert printed.rows == [["a", "–", "12,345", "yes"]]
    assert printed.is_number == [False, True, True, False]
