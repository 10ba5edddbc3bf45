"""The five lines at the end of a run."""

import synthetic_marts
from synthetic_marts import served

from economic_index.publish.headlines import headlines


def test_the_rich_home_has_five_lines_with_intervals() -> None:
    assert headlines(served(synthetic_marts.rich())) == [
        "Conversations: 12,000 (800 users)",
        "Occupational: 71% (95% interval 69–73%) of those judged; not judged: 2.0%; task unclassified: 25%",
        "Largest SOC group: Computer and mathematics, 37% (95% interval 36–39%)",
        "Automation: 43% (95% interval 41–45%)",
        "Ten largest tasks: 24% of the conversations with a task",
    ]


def test_assigned_users_are_called_assigned() -> None:
    assert headlines(served(synthetic_marts.rich(dated=False)))[0] == "Conversations: 12,000 (800 users, assigned)"


def test_tiny_and_empty_homes_hide_what_they_cannot_say() -> None:
    for home in (synthetic_marts.tiny(), synthetic_marts.empty(), {}):
        lines = headlines(served(home))
        assert len(lines) == 5
        assert all("not shown: too few conversations" in line for line in lines[1:])
        assert not any("nan" in line for line in lines)
