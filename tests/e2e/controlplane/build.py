"""Builds what is absent of the control plane: resumable, side by side where memory allows, telling how far it is."""

import os
import queue
import shutil
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TextIO

from tests.e2e.controlplane.cache import Cache, find_cache
from tests.e2e.controlplane.gobuild import Builder
from tests.e2e.controlplane.locate import find
from tests.e2e.controlplane.needs import builds_at_once, require_c, require_disk, require_go
from tests.e2e.controlplane.progress import Progress
from tests.e2e.controlplane.versions import Binary, load_versions


def build_absent(out: TextIO = sys.stdout, environ: Mapping[str, str] = os.environ) -> list[str]:
    """Build every binary that is not there.

    Args:
        out: Where to say how far it is.
        environ: The environment.

    Returns:
        What failed, in words; none where all is there now.

    Raises:
        NeedError: The machine lacks something.
    """
    cache = find_cache(environ)
    if not _absent(cache, environ):  # a warm cache needs no lock, no Go and no room
        out.write(f"the control plane is complete, in {cache.root}\n")
        return []
    go = require_go()
    with cache.lock(lambda: print(f"another build is under way in {cache.root}; waiting for it …", file=out)):
        binaries = _absent(cache, environ)
        require_c(go, (binary.name for binary in binaries if binary.cgo))
        require_disk((cache.root, *go.caches))
        at_once = min(builds_at_once(), len(binaries))
        builder = Builder(go.command, cache, max(1, (os.cpu_count() or 1) // max(1, at_once)))
        return _build(builder, binaries, at_once, out)


def _absent(cache: Cache, environ: Mapping[str, str]) -> list[Binary]:
    return [binary for binary in load_versions() if find(binary, cache, environ) is None]


def _build(builder: Builder, binaries: list[Binary], at_once: int, out: TextIO) -> list[str]:
    """Build side by side; the threads only put into a queue what happens, in order, and this one tells it."""
    progress = Progress(len(binaries), out, width=shutil.get_terminal_size().columns - 1)
    news: queue.SimpleQueue[tuple[Binary, Exception | None] | Binary] = queue.SimpleQueue()

    def one(binary: Binary) -> None:
        news.put(binary)
        try:
            builder.build(binary)
        except Exception as error:  # noqa: BLE001 (told by the other thread)
            news.put((binary, error))
        else:
            news.put((binary, None))

    failures: list[str] = []
    pool = ThreadPoolExecutor(max_workers=max(1, at_once))
    left = [pool.submit(one, binary) for binary in binaries]
    try:
        while left:
            progress.beat()
            try:
                told = news.get(timeout=1)
            except queue.Empty:
                continue
            if isinstance(told, Binary):
                progress.begin(told)
                continue
            left.pop()
            binary, error = told
            progress.end(binary, failed=error is not None)
            if error is not None:
                failures.append(f"{binary.label}: {error}" if isinstance(error, OSError) else str(error))
    finally:
        builder.stop()
        pool.shutdown(cancel_futures=True)
        progress.close()
    return failures
