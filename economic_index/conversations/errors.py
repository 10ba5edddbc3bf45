"""The error of a log file that cannot be read: what was seen, where, and what to do.

No message holds text of a log: numbers, key names that are known, and the base name of the file only.
"""

from economic_index.vocabulary import RejectReason


class LogFormatError(Exception):
    """A decided stop: this file gives nothing (more). `reason` is its code, `place` a locator if there is one."""

    def __init__(self, reason: RejectReason, file_name: str, remedy: str, place: str = "") -> None:
        self.reason, self.file_name, self.remedy, self.place = reason, file_name, remedy, place
        super().__init__(self.told(file_name))

    def told(self, file_name: str) -> str:
        """The message with another name in place of the file's."""
        return f"{self.remedy} [{self.reason}] ({', '.join(part for part in (file_name, self.place) if part)})"
