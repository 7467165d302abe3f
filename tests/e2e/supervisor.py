"""Starts a region's processes and ends them, whatever becomes of who asked for them: `python -m tests.e2e.supervisor`.

It reads one JSON request per line and answers each with one line. When its input ends, since whoever held the other
end is gone, however that came about, it kills every process, removes the folders that it was told of, and ends. It is a
process group of its own, so ctrl-C in a terminal does not reach it; and its children are told to die with it, should it
be killed itself.
"""

import contextlib
import json
import os
import selectors
import shutil
import signal
import subprocess
import sys
import time
from typing import Any, BinaryIO

from tests.e2e.controlplane.guard import guarded

Request = dict[str, Any]


class _Child:
    """A process, leader of its group, and the log that it writes."""

    def __init__(self, request: Request) -> None:
        self.cri: bool = request["cri"]
        """Its lines go into the log as a kubelet writes them, so that kwok can serve them as a pod's log."""
        self.log: BinaryIO = open(request["log"], "ab", buffering=0)  # noqa: SIM115 (as long as the process)
        output = subprocess.PIPE if self.cri else self.log
        self.process = subprocess.Popen(
            guarded(*request["argv"], user=request["user"]), env=request["env"], cwd=request["cwd"],
            stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        self._rest = b""

    def signal(self, number: int) -> None:
        """Send a signal to its whole group."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)

    def pump(self) -> bool:
        """Copy what it printed into its log; whether there may be more."""
        assert self.process.stdout is not None
        chunk = os.read(self.process.stdout.fileno(), 65536)
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        if not chunk and self._rest:
            lines.append(self._rest)
        if lines:
            self.log.write(b"".join(_stamp() + line + b"\n" for line in lines))
        return bool(chunk)


def _stamp() -> bytes:
    """The head of a line in a container's log (kubernetes pkg/kubelet/kuberuntime/logs/logs.go)."""
    seconds, nanoseconds = divmod(time.time_ns(), 10**9)
    moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
    return f"{moment}.{nanoseconds:09d}Z stdout F ".encode()


class Supervisor:
    """The loop; one thread, which lives as long as the children."""

    def __init__(self) -> None:
        self._children: dict[str, _Child] = {}
        self._selector = selectors.DefaultSelector()
        self._stays = False
        """The end of the input ends nothing: a region that outlives the command that started it."""
        self._folders: list[str] = []
        """To be removed in the end."""
        self._buffer = b""
        self._ended = False

    def run(self) -> None:
        """Serve until the input ends or a signal says so; then nothing is left."""
        signal.signal(signal.SIGTERM, self._end)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        self._selector.register(0, selectors.EVENT_READ, self._read)
        try:
            while not self._ended:
                for key, _ in self._selector.select(1.0):  # the time out is for the signal handler
                    key.data()
        finally:
            for name in list(self._children):
                self._stop(name)
            for folder in self._folders:
                shutil.rmtree(folder, ignore_errors=True)

    def _end(self, *_: object) -> None:
        self._ended = True

    def _read(self) -> None:
        chunk = os.read(0, 65536)
        if not chunk:
            self._selector.unregister(0)
            self._ended = not self._stays
        *lines, self._buffer = (self._buffer + chunk).split(b"\n")
        for line in lines:
            answer = json.dumps(self._serve(json.loads(line))) + "\n"
            with contextlib.suppress(BrokenPipeError):
                os.write(1, answer.encode())

    def _serve(self, request: Request) -> Any:
        name = request.get("name", "")
        match request["do"]:
            case "start":
                return self._start(name, request)
            case "stop":
                self._stop(name)
            case "signal" if name in self._children:
                self._children[name].signal(request["number"])
            case "running":
                return [one for one, child in self._children.items() if child.process.poll() is None]
            case "remove":
                self._folders.append(request["folder"])
            case "stay":
                self._stays = True
        return True

    def _start(self, name: str, request: Request) -> int:
        self._stop(name)
        child = self._children[name] = _Child(request)
        if child.process.stdout is not None:
            self._selector.register(child.process.stdout, selectors.EVENT_READ, lambda: self._pump(child))
        return child.process.pid

    def _pump(self, child: _Child) -> None:
        if not child.pump():
            assert child.process.stdout is not None
            self._selector.unregister(child.process.stdout)
            child.process.stdout.close()

    def _stop(self, name: str) -> None:
        """Kill a process and its group, and wait until it is gone."""
        child = self._children.pop(name, None)
        if child is None:
            return
        child.signal(signal.SIGKILL)
        child.process.wait()
        output = child.process.stdout
        if output is not None and not output.closed:
            while child.pump():
                pass
            self._selector.unregister(output)
            output.close()
        child.log.close()


if __name__ == "__main__":
    Supervisor().run()
    sys.exit(0)
