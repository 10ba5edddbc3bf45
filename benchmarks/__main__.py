"""`make bench`: reading, classification and rollups, as ratios measured in one run; sizes as arguments."""

import os
import platform

from benchmarks import classification, reading, rollups


def main() -> None:
    """Print the machine's shape, then each figure."""
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    reading.main()
    classification.main()
    rollups.main()


if __name__ == "__main__":
    main()
