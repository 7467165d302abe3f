"""The processes of one region, held through its supervisor."""

import atexit
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
"""The checkout."""

_PATIENCE = 20
"""Seconds for a supervisor to end all its processes."""


class Processes:
    """Starts, signals and ends processes by name; all of them end with this one, whatever ends it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._logs = folder / "logs"
        self._logs.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        with (self._logs / "supervisor.log").open("ab") as log:
            self._supervisor = subprocess.Popen(
                [sys.executable, "-m", "tests.e2e.supervisor"], cwd=ROOT, stdin=subprocess.PIPE,
                stdout=subprocess.PIPE, stderr=log, start_new_session=True,
            )  # fmt: skip
        atexit.register(self.close)

    @property
    def supervisor(self) -> int:
        """The supervisor's process id."""
        return self._supervisor.pid

    def log(self, name: str) -> Path:
        """Where a process writes its log.

        Args:
            name: The process.
        """
        return self._logs / f"{name}.log"

    def start(
        self,
        name: str,
        argv: list[str],
        *,
        cri: bool = False,
        env: dict[str, str] | None = None,
        folder: Path | None = None,
        user: str = "",
    ) -> None:
        """Start a process anew.

        Args:
            name: What to call it.
            argv: The program, by its absolute path, and its arguments.
            cri: Write its log as a kubelet does.
            env: What to add to the environment.
            folder: Where it works and finds its home, by default the region's folder.
            user: Who it runs as, which only root can choose; empty for the user of the tests.
        """
        home = folder or self._folder
        environ = {"PATH": os.environ["PATH"], "HOME": str(home), "TMPDIR": str(home / "tmp")}
        self._ask(
            do="start", name=name, argv=argv, cri=cri, env=environ | (env or {}), cwd=str(home),
            log=str(self.log(name)), user=user,
        )  # fmt: skip

    def remove_in_the_end(self, folder: Path) -> None:
        """Have a folder removed when every process has ended, however that comes about.

        Args:
            folder: The folder.
        """
        self._ask(do="remove", folder=str(folder))

    def stop(self, name: str) -> None:
        """Kill a process and all that it started; it is gone when this returns.

        Args:
            name: The process.
        """
        self._ask(do="stop", name=name)

    def signal(self, name: str, number: signal.Signals) -> None:
        """Send a signal.

        Args:
            name: The process.
            number: The signal.
        """
        self._ask(do="signal", name=name, number=int(number))

    def running(self) -> set[str]:
        """The names of those that run."""
        return set(self._ask(do="running"))

    def leave(self) -> None:
        """Let the processes outlive this one; a SIGTERM to the supervisor ends them."""
        self._ask(do="stay")
        atexit.unregister(self.close)
        self._let_go()

    def close(self) -> None:
        """End every process; none is left when this returns."""
        atexit.unregister(self.close)
        if self._supervisor.returncode is not None:
            return
        self._let_go()
        try:
            self._supervisor.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self._supervisor.kill()  # its children are told to die with it
            self._supervisor.wait()

    def _let_go(self) -> None:
        for pipe in (self._supervisor.stdin, self._supervisor.stdout):
            if pipe is not None:
                pipe.close()

    def _ask(self, **request: Any) -> Any:
        stdin, stdout = self._supervisor.stdin, self._supervisor.stdout
        assert stdin is not None
        assert stdout is not None
        with self._lock:
            stdin.write(json.dumps(request).encode() + b"\n")
            stdin.flush()
            answer = stdout.readline()
        if not answer:
            raise RuntimeError(f"the supervisor ended; see {self._logs / 'supervisor.log'}")
        return json.loads(answer)
