"""The rehearsal server as a process of its own: `python -m benchmarks.rehearsal_process --state FOLDER`."""

import sys
from datetime import UTC, datetime

from economic_index.rehearsal.running import main

if __name__ == "__main__":
    main(sys.argv[1:], lambda: datetime.now(UTC))
