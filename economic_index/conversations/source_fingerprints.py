"""Whether anything of the sources changed since somebody last asked, without opening a file.

What a reading would find new is decided by the reading (known_files.py), not here.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from economic_index.conversations.listing import list_files
from economic_index.conversations.sources import NOT_READ, Source


def stat_fingerprint(sources: Sequence[Source], key: bytes, beside: Sequence[Path] = ()) -> str:
    """Hash of the sources and of their files' names, sizes and dates, and of files beside them; none is opened.

    Every setting counts, also those that change no row: a reading acts on them (stopped files, texts to be dropped).
    A source that cannot be listed counts as such, so that the others go on.
    """
    digest = hashlib.sha256()
    for file in beside:
        stat = file.stat() if file.exists() else None
        digest.update(f"{file} {(stat.st_size, stat.st_mtime_ns) if stat else None}\n".encode())
    for source in sources:
        others = [getattr(source, name) for name in sorted(NOT_READ)]
        digest.update(f"{source.settings_hash(key)} {others}\n".encode())
        if source.url_env is not None:
            continue  # a database is asked by the reading alone
        try:
            files, _ = list_files(source.path)
        except FileNotFoundError:
            continue
        except OSError:  # the reading says what is wrong, and reads the others
            digest.update(b"not listed\n")
            continue
        digest.update("".join(f"{file.identity} {file.size_bytes} {file.stamp}\n" for file in files).encode())
    return digest.hexdigest()[:16]
