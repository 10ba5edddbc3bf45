"""What a person should know of many files: each by itself, but sessions, which are many and small, added up.

What is told of one file is file_report.py's.
"""

from collections.abc import Iterator, Sequence

from economic_index.conversations.file_report import FileReport
from economic_index.vocabulary import FileStatus


def all_sentences(reports: Sequence[FileReport]) -> Iterator[str]:
    """The sentences of files in order; those without fault whose names are private by source, at the end."""
    sessions: dict[str, list[FileReport]] = {}
    for report in reports:
        is_faulty = report.status is FileStatus.STOPPED or bool(report.error)
        if report.has_private_name() and not is_faulty:
            sessions.setdefault(report.source, []).append(report)
        else:
            yield from report.sentences()
    for source, files in sessions.items():
        total = FileReport(source, "", f"{len(files)} session files of {source}", "", 0)
        for report in files:
            total.add(report)
        yield from total.sentences()
