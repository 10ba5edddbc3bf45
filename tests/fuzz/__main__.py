"""`make fuzz FORMAT=… SECONDS=…`: one reader under a coverage-guided fuzzer (atheris), until the time is over.

A finding ends the run with a trace and the fuzzer's bytes in .fuzz/; it belongs into findings.py once it is mended.
"""

import random
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["economic_index.conversations", "zipfile", "csv"]):
    from tests.fuzz.hostile_reading import read_hostile
    from tests.fuzz.hostile_records import hostile_case, sample_names, sample_path, source_of

FINDINGS = Path(".fuzz")
SEEDS = 60


class Provided:
    """Choices by the fuzzer's bytes."""

    def __init__(self, data: bytes) -> None:
        self._provider = atheris.FuzzedDataProvider(data)

    def below(self, limit: int) -> int:
        return self._provider.ConsumeIntInRange(0, max(limit - 1, 0))

    def text(self) -> str:
        return self._provider.ConsumeUnicode(4)


def fuzz(format_name: str, seconds: int) -> None:
    """Structured cases of one format, every eighth a file of bytes as they come."""

    def once(data: bytes) -> None:
        draws = Provided(data[1:])
        source = source_of(format_name, is_named=data[:1] < b"\x80")
        if data[:1] and data[0] % 8 == 0:
            read_hostile(data[1:], source, sample_path(format_name).suffix)
            return
        case = hostile_case(format_name, draws)
        read_hostile(case.data, source, case.suffix)

    with tempfile.TemporaryDirectory(prefix="fuzz_corpus") as corpus:
        FINDINGS.mkdir(exist_ok=True)
        for number in range(SEEDS):  # from the start as long as it takes to steer a whole case
            (Path(corpus) / str(number)).write_bytes(random.Random(number).randbytes(20 + 8 * number))
        limits = [
            f"-artifact_prefix={FINDINGS}/",
            f"-max_total_time={seconds}",
            "-timeout=20",
            "-rss_limit_mb=4000",  # the fuzzer itself grows; readers do not
            "-max_len=1024",
            "-len_control=0",
        ]
        atheris.Setup(["fuzz", corpus, *limits, "-print_final_stats=1"], once)
        atheris.Fuzz()


def main() -> None:
    """Fuzz the named format."""
    known = sample_names()
    if len(sys.argv) != 3 or sys.argv[1] not in known:
        sys.exit(f"make fuzz FORMAT=… SECONDS=600; formats: {', '.join(known)}")
    fuzz(sys.argv[1], int(sys.argv[2]))


if __name__ == "__main__":
    main()
