"""What one reading of all sources found, and the sentences in which it is told."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from economic_index.contracts import Table
from economic_index.contracts.lake import CONVERSATIONS_REJECTED, RAW_LOGS
from economic_index.conversations.file_report import FileReport
from economic_index.conversations.overview import SourceOverview
from economic_index.conversations.report_sentences import all_sentences
from economic_index.vocabulary import FileStatus


@dataclass
class Reading:
    """What one run over all sources found: rows that are new, weeks that change, sentences for a person."""

    raw_logs: pd.DataFrame
    touched_weeks: list[date]
    reports: list[FileReport]
    unchanged_count: int = 0
    ignored: list[str] = field(default_factory=list)
    shared_count: int = 0
    overviews: list[SourceOverview] = field(default_factory=list)
    silent: list[tuple[str, int | None]] = field(default_factory=list)
    newly_forgotten_count: int = 0
    dropped_text_count: int = 0

    @property
    def rejected_count(self) -> int:
        """Records that this reading rejected."""
        return sum(report.rejected_count for report in self.reports)

    @property
    def summary(self) -> str:
        """Counts, then what needs attention; no text of a log."""
        reports = self.reports
        lines = [
            f"{len(reports)} files read, {self.unchanged_count} unchanged and skipped: "
            f"{sum(report.conversation_count for report in reports):,} conversations, "
            f"{self.rejected_count:,} records rejected, "
            f"{len(self.touched_weeks)} weeks changed."
        ]
        if self.newly_forgotten_count:
            lines.append(f"{self.newly_forgotten_count} lines of opt_out.csv are new: who they name was forgotten.")
        if self.dropped_text_count:
            lines.append(f"{self.dropped_text_count} conversations lost their text (keep_text_days); labels stay.")
        if self.ignored:
            lines.append(f"{len(self.ignored)} files beside the logs were ignored.")
        if self.shared_count:
            lines.append(f"{self.shared_count} files lie in two sources; the one that stands first reads them.")
        lines += all_sentences(reports)
        return "\n".join(lines)

    def new_rows(self, table: Table) -> int:
        """Rows that this reading adds to a table."""
        return {RAW_LOGS: len(self.raw_logs), CONVERSATIONS_REJECTED: self.rejected_count}.get(table, 0)

    def privacy_numbers(self) -> dict[str, int]:
        """How many were newly forgotten, kept out as forgotten, or lost their text; places redacted by kind."""
        redacted = sum((report.redacted for report in self.reports), Counter[str]())
        return {
            "newly_forgotten": self.newly_forgotten_count,
            "forgotten": sum(report.forgotten_count for report in self.reports),
            "texts_dropped": self.dropped_text_count,
            **{f"redacted_{kind}": count for kind, count in sorted(redacted.items())},
        }

    def automated_traffic(self) -> dict[str, int]:
        """Conversations by day that were begun by users who begin more than a person types."""
        found = sum((report.automated for report in self.reports), Counter[date]())
        return {day.isoformat(): count for day, count in sorted(found.items())}

    def stopped_files(self) -> list[str]:
        """Public names of files that were not read to their end, with the reason."""
        return [
            f"{report.public_name()}: {report.reason}" for report in self.reports if report.status is FileStatus.STOPPED
        ]
