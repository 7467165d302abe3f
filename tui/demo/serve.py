"""The demo as a server: in this process for tests, in a child process for the app, or on its own for kubectl."""

import asyncio
import contextlib
import os
import select
import signal
import ssl
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

import pygit2
from aiohttp import web

from tui.demo.certificate import make_certificate
from tui.demo.content import LAB
from tui.demo.githttp import git_app
from tui.demo.incidents import DENIED_NAMESPACE
from tui.demo.kubeconfig import write_kubeconfig
from tui.demo.region import Region, loopback_socket
from tui.demo.world import DEFAULT_SEED, World

TICK = 0.5
"""Seconds: the simulation looks at the clock this often at most, and only when something is due."""

READY = "ready "
"""What a child process prints before the kubeconfig's path."""

_SHORTEST_TICK = 0.02


def _system_clock() -> datetime:
    return datetime.now(UTC)


class DemoServer:
    """The fleet: an API server per context and one for Git, on loopback, until the block ends.

    With a clock of its own, a test moves time: set the clock, then call `tick`.
    """

    def __init__(
        self,
        seed: int = DEFAULT_SEED,
        clock: Callable[[], datetime] | None = None,
        folder: Path | None = None,
        *,
        ticking: bool = True,
    ) -> None:
        """Prepare; nothing is made before the block begins.

        Args:
            seed: What uids, durations and jitter are made of.
            clock: Tells the time, with its zone; the system's by default.
            folder: An existing, empty folder for the repositories and the kubeconfig; a temporary one by default.
            ticking: Whether the simulation follows the clock by itself.
        """
        self._seed = seed
        self._clock = clock or _system_clock
        self._ticking = ticking
        self.folder = folder or Path()
        """Where everything is kept; known when the block has begun."""
        self.regions: dict[str, Region] = {}
        """By context."""
        self._is_temporary = folder is None
        self._touched = asyncio.Event()
        self._stack = contextlib.AsyncExitStack()

    @property
    def kubeconfig(self) -> Path:
        """Names every context."""
        return self.folder / "kubeconfig"

    @property
    def repository(self) -> Path:
        """The bare Git repository that the fleet follows: push here."""
        return self.world.origin.path

    @property
    def checkout(self) -> Path:
        """A clone of it to commit in; its remote `origin` is the repository."""
        return self.folder / "checkout"

    async def __aenter__(self) -> Self:
        """Make the world and serve it."""
        async with contextlib.AsyncExitStack() as stack:
            if self._is_temporary:
                self.folder = Path(stack.enter_context(TemporaryDirectory(prefix="gitops-tui-demo-")))
            git_socket = loopback_socket()
            git_server = f"http://127.0.0.1:{git_socket.getsockname()[1]}"
            self.world = await asyncio.to_thread(World, self.folder, self._seed, self._clock(), git_server)
            pygit2.clone_repository(str(self.repository), str(self.checkout))
            runner = web.AppRunner(git_app(self.world.git), shutdown_timeout=0.1, access_log=None)
            stack.push_async_callback(runner.cleanup)
            await runner.setup()
            await web.SockSite(runner, git_socket).start()
            await self._serve_regions(stack)
            if self._ticking:
                ticker = asyncio.create_task(self._tick_for_ever())
                stack.push_async_callback(_cancel, ticker)
            self._stack = stack.pop_all()
        return self

    async def _serve_regions(self, stack: contextlib.AsyncExitStack) -> None:
        certificate, key = make_certificate()
        pem = self.folder / "server.pem"
        pem.touch(mode=0o600)
        pem.write_text(certificate + key)
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(pem)
        for context, cluster in self.world.clusters.items():
            region = self.regions[context] = Region(cluster, tls, self._touched.set)
            stack.push_async_callback(region.stop)
            await region.start()
        self.regions[LAB].revoke()
        self.regions["ap-south"].deny("patch", namespace=DENIED_NAMESPACE)
        servers = {context: (region.url, region.token) for context, region in self.regions.items()}
        write_kubeconfig(self.kubeconfig, servers, certificate)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End every server and remove what was made."""
        await self._stack.aclose()

    def tick(self) -> None:
        """Do what is due by the clock."""
        self.world.advance(self._clock())

    def sync_mirror(self) -> None:
        """Bring the Git mirror of ap-south up to date."""
        self.world.sync_mirror()

    async def _tick_for_ever(self) -> None:
        while True:
            self.tick()
            due = self.world.next_due
            wait = (due - self._clock()).total_seconds() if due else TICK
            self._touched.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(max(_SHORTEST_TICK, min(wait, self._longest_wait))):
                    await self._touched.wait()

    @property
    def _longest_wait(self) -> float:
        # The system's clock can be waited for; another one may jump.
        return 60.0 if self._clock is _system_clock else _SHORTEST_TICK


async def _cancel(task: asyncio.Task[None]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def _serve(announce: Callable[[DemoServer], None], stop: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, stop.set)
    async with DemoServer() as demo:
        announce(demo)
        await stop.wait()


def _explain(demo: DemoServer) -> None:
    text = f"""\
The demo fleet is up: contexts {", ".join(demo.regions)}.

  export KUBECONFIG={demo.kubeconfig}
  kubectl get kustomizations -A --context eu-west
  flux get all -A --context us-east

Its Git repository: {demo.repository}
A clone to commit in, with that as its origin: {demo.checkout}

apps in eu-west fails because of a bad image tag. To mend it, set `tag: 1.9.1` in apps/eu-west/api/release.yaml,
commit, push, and wait for a minute or reconcile the source. {LAB} refuses its credentials, by intention.

End with ctrl-c.
"""
    sys.stdout.write(text)
    sys.stdout.flush()


def main() -> int:
    """Serve until interrupted: `gitops-tui demo --serve`.

    Returns:
        The exit code.
    """
    asyncio.run(_serve_until_interrupted())
    return 0


async def _serve_until_interrupted() -> None:
    await _serve(_explain, asyncio.Event())


def start_child(timeout: float = 30.0) -> tuple[subprocess.Popen[str], Path]:
    """Serve in a child process, which ends when this process ends, however it does.

    The child watches its standard input, a pipe that only this process holds open. It is in a session of its own, so
    that ctrl-c in the terminal does not reach it.

    Args:
        timeout: Seconds to wait until it is ready.

    Returns:
        The process, for `end_child`, and the path of the kubeconfig.

    Raises:
        RuntimeError: It ended, or was not ready in time; the text says why.
    """
    command = [sys.executable, "-m", "tui.demo.serve"]
    root = str(Path(__file__).parents[2])
    path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
    process = subprocess.Popen(  # noqa: S603 (this interpreter runs this module)
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env=os.environ | {"PYTHONPATH": path},
    )
    try:
        line = _first_line(process, timeout)
    except BaseException:  # an interrupt: the child ends by itself, nobody waits for it
        _close(process)
        raise
    if line.startswith(READY):
        return process, Path(line.removeprefix(READY).strip())
    errors = process.stderr.read().strip() if process.stderr else ""
    end_child(process)
    last = errors.splitlines()[-1] if errors else f"it was not ready within {timeout:.0f} s"
    raise RuntimeError(f"the demo's server could not be started: {last}")


def _first_line(process: subprocess.Popen[str], timeout: float) -> str:
    if process.stdout is None:
        return ""
    ready, _, _ = select.select([process.stdout], [], [], timeout)
    if not ready:
        process.kill()
    return process.stdout.readline()


def end_child(process: subprocess.Popen[str], timeout: float = 5.0) -> None:
    """End a child that `start_child` started, and wait until it has cleaned up.

    Args:
        process: The child.
        timeout: Seconds after which it is killed.
    """
    if process.stdin:
        process.stdin.close()
    try:
        process.wait(timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    _close(process)


def _close(process: subprocess.Popen[str]) -> None:
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream:
            stream.close()


async def _serve_as_child() -> None:
    stop = asyncio.Event()

    def look_at_parent() -> None:
        if not os.read(0, 4096):  # its end is closed, or it is gone
            asyncio.get_running_loop().remove_reader(0)
            stop.set()

    asyncio.get_running_loop().add_reader(0, look_at_parent)
    await _serve(_announce, stop)


def _announce(demo: DemoServer) -> None:
    sys.stdout.write(f"{READY}{demo.kubeconfig}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(_serve_as_child())
