"""The demonstration's one source: the corpus out of its package, on assigned weeks and users.

Its text is never copied: the file is read where the package lies.
"""

from datetime import date

from economic_index.conversations.demo_corpus import corpus_path
from economic_index.conversations.sources import AssignWeeks, Source
from economic_index.conversations.sources_edits import write_sources
from economic_index.vocabulary import UserRule
from orchestration.settings import Settings


def write_demo_sources(settings: Settings) -> None:
    """Write the demonstration's sources.toml if it is not there."""
    if settings.sources_path.exists():
        return
    source = Source(
        name="demo",
        path=str(corpus_path()),
        format="sharegpt",
        product="sharegpt",
        users=UserRule.ASSIGNED,
        assign_weeks=AssignWeeks(start=date(2026, 1, 5), count=12),
    )
    settings.sources_path.parent.mkdir(parents=True, exist_ok=True)
    write_sources(settings.sources_path, [source])
