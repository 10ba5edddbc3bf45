"""Which files of which release facts are built from, and what each must hold.

Windows, products and counts are the publisher's or recovered from its percentages (method, section 2).
"""

from dataclasses import dataclass
from datetime import date

CLAUDE_AI, API = "Claude AI (Free and Pro)", "1P API"


@dataclass(frozen=True)
class ReleaseFiles:
    """The files of one release and platform; names are those of source_files.py.

    `grade` A: the publisher's own file. E: rows that a third party took out of it, unchanged.
    """

    release: str
    platform: str
    platform_and_product: str
    window: tuple[date, date]
    tasks: str
    task_count: int
    conversation_count: int
    patterns: str | None = None
    patterns_by_task: str | None = None
    grade: str = "E"


AUGUST = (date(2025, 8, 4), date(2025, 8, 11))
NOVEMBER = (date(2025, 11, 13), date(2025, 11, 20))
FEBRUARY = (date(2026, 2, 5), date(2026, 2, 12))

RELEASE_FILES = (
    ReleaseFiles(
        "2025-02-10", "claude_ai", CLAUDE_AI, (date(2024, 12, 16), date(2024, 12, 23)),
        "aei_tasks", 3_514, 767_510, patterns="aei_patterns", grade="A",
    ),
    # the publisher names months only
    ReleaseFiles(
        "2025-03-27", "claude_ai", CLAUDE_AI, (date(2025, 2, 1), date(2025, 3, 26)),
        "aei_2025_03_tasks", 3_365, 973_636,
        patterns="aei_2025_03_patterns", patterns_by_task="aei_2025_03_patterns_by_task", grade="A",
    ),
    ReleaseFiles(
        "2025-09-15", "claude_ai", CLAUDE_AI, AUGUST,
        "aei_2025_09_tasks", 2_618, 964_494, patterns_by_task="aei_2025_09_patterns_by_task",
    ),
    ReleaseFiles(
        "2025-09-15", "api", API, AUGUST,
        "aei_2025_09_api_tasks", 2_056, 944_638, patterns_by_task="aei_2025_09_api_patterns_by_task",
    ),
    ReleaseFiles(
        "2026-01-15", "claude_ai", CLAUDE_AI, NOVEMBER,
        "aei_2026_01_tasks", 3_170, 999_875, patterns_by_task="aei_2026_01_patterns_by_task",
    ),
    ReleaseFiles(
        "2026-01-15", "api", API, NOVEMBER,
        "aei_2026_01_api_tasks", 2_253, 971_525, patterns_by_task="aei_2026_01_api_patterns_by_task",
    ),
    # counts of this release are rescaled to one million by the publisher
    ReleaseFiles(
        "2026-03-24", "claude_ai", "Claude AI (Free, Pro, and Max)", FEBRUARY,
        "aei_2026_03_tasks", 3_260, 1_000_000, patterns_by_task="aei_2026_03_patterns_by_task",
    ),
    ReleaseFiles(
        "2026-03-24", "api", API, FEBRUARY,
        "aei_2026_03_api_tasks", 2_299, 1_000_000, patterns_by_task="aei_2026_03_api_patterns_by_task",
    ),
)  # fmt: skip
