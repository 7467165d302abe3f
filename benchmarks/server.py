"""The load server's process, as the benchmark sees it."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.kubeconfig import connect


class Server:
    """A running load server."""

    def __init__(self, kubeconfig: Path, folder: Path) -> None:
        self.kubeconfig = kubeconfig
        """Where to reach it, and as whom."""
        self.folder = folder
        """A temporary folder that is gone when the server is."""

    def churn(self, rate: float) -> None:
        """Make it change objects from now on.

        Args:
            rate: Changes per second; 0 ends it, and lets every object become ready.
        """
        self._ask("POST", f"/load/churn?rate={rate}")

    @property
    def changes(self) -> int:
        """How many changes it has made so far."""
        return int(self._ask("GET", "/load/counters")["changes"])

    @property
    def sent(self) -> int:
        """How many bytes of bodies it has sent so far."""
        return int(self._ask("GET", "/load/counters")["sent"])

    def _ask(self, method: str, path: str) -> Any:
        connection, headers = connect(self.kubeconfig)
        try:
            connection.request(method, path, headers=headers)
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()


@contextmanager
def serving(objects: int) -> Iterator[Server]:
    """Run a load server as long as the context lasts.

    Args:
        objects: How many objects it has.

    Yields:
        The server, which answers.

    Raises:
        RuntimeError: It did not start; it has said why on standard error.
    """
    with tempfile.TemporaryDirectory(prefix="gitops-tui-bench-") as name:
        folder = Path(name)
        command = [sys.executable, "-m", "benchmarks.apiserver", "--objects", str(objects), "--folder", name]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            try:
                if process.stdout is None or process.stdout.readline().strip() != "ready":
                    raise RuntimeError("the load server did not start")
                yield Server(folder / "kubeconfig", folder)
            finally:
                process.kill()
