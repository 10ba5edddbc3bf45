"""`make bench SIZES="10K 1M"`: reading, classification, start and rollups, as ratios measured in one run."""

import os
import platform

from benchmarks import classification, reading, rollups, starting


def main() -> None:
    """Print the machine's shape, then each figure."""
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    reading.main()
    classification.main()
    starting.main()
    rollups.main()


if __name__ == "__main__":
    main()
