import asyncio
import fcntl
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from tui.git.mirrors import Limits
from tui.git.pending import PyGit
from tui.model.pending import Pending, Question

from .smarthttp import Server
from .upstream import Upstream

BIG = bytes(range(256)) * 40


@pytest.fixture
def big(upstream: Upstream) -> list[str]:
    """Commits whose pack does not fit one packet, so that a server can stall in its middle."""
    import random

    source = random.Random(7)
    return [upstream.commit({f"apps/{n}": source.randbytes(200_000)}) for n in range(3)]


def question(server: Server, fetched: str = "") -> Question:
    return Question(url=server.url(), branch="main", fetched=fetched)


async def until(condition: Callable[[], bool], seconds: float = 5.0) -> None:
    """Poll for a state."""
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends, "it did not come to pass"
        await asyncio.sleep(0.01)


def workers() -> list[threading.Thread]:
    """The adapter's threads that are still at work."""
    return [thread for thread in threading.enumerate() if thread.name == "git"]


async def ask(git: PyGit, asked: Question) -> Pending:
    return await git.pending(asked, lambda _: None)


async def test_the_loop_goes_on_while_a_server_hangs_and_the_deadline_ends_it(
    server: Server, big: list[str], cache: Path, environ: dict[str, str]
) -> None:
    git = PyGit(cache, environ, Limits(fetch=0.6, silence=5.0, fresh=0.0))
    server.stall_after = 300_000
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.02)
            ticks += 1

    ticker = asyncio.create_task(tick())
    began = time.monotonic()
    pending = await ask(git, question(server))
    ticker.cancel()
    assert 0.5 < time.monotonic() - began < 2.0
    assert ticks > 10
    assert pending.problem == (
        f"Cannot fetch {server.url()}: 127.0.0.1 did not finish within 1 s; check the network or VPN and try again."
    )
    server.stall_after = -1
    server.release.set()
    await until(lambda: not workers())


async def test_a_silent_server_is_left_soon(
    server: Server, big: list[str], cache: Path, environ: dict[str, str]
) -> None:
    git = PyGit(cache, environ, Limits(fetch=10.0, silence=0.3, fresh=0.0))
    server.stall_after = 300_000
    pending = await ask(git, question(server))
    assert pending.problem == (
        f"Cannot fetch {server.url()}: 127.0.0.1 stopped answering; check the network or VPN and try again."
    )
    server.stall_after = -1
    assert (await ask(git, question(server, big[0]))).summary == "2 commits, 2 files: not yet fetched."


async def test_cancelling_is_immediate_and_leaves_a_usable_mirror(
    server: Server, upstream: Upstream, git: PyGit, big: list[str], cache: Path
) -> None:
    assert (await ask(git, question(server, big[2]))).summary.startswith("Nothing is pending")
    pushed = upstream.commit({"apps/more": b"".join(BIG for _ in range(40)) + bytes(100_000)})
    server.stall_after = 1_000
    told: list[str] = []
    task = asyncio.create_task(git.pending(question(server, big[2]), told.append))
    await until(server.stalled.is_set)
    began = time.monotonic()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert time.monotonic() - began < 0.2
    heard = len(told)
    server.stall_after = -1
    server.release.set()
    pending = await ask(git, question(server, big[2]))
    assert pending.stages[-1].commit == pushed
    assert pending.summary == "1 commit, 1 file: not yet fetched."
    assert len(told) == heard
    await until(lambda: not workers())
    assert [path.name for path in cache.iterdir() if path.name.endswith(".new")] == []


async def test_cancelling_the_first_fetch_leaves_nothing_half_done(
    server: Server, git: PyGit, big: list[str], cache: Path
) -> None:
    server.stall_after = 300_000
    task = asyncio.create_task(git.pending(question(server), lambda _: None))
    await until(server.stalled.is_set)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    server.stall_after = -1
    server.release.set()
    await until(lambda: not workers())
    assert [path.suffix for path in cache.iterdir()] == [".lock"]
    assert (await ask(git, question(server, big[0]))).summary == "2 commits, 2 files: not yet fetched."


async def test_two_at_once_fetch_once(server: Server, big: list[str], cache: Path, environ: dict[str, str]) -> None:
    git = PyGit(cache, environ, Limits(fresh=60.0))
    first, second = await asyncio.gather(ask(git, question(server, big[0])), ask(git, question(server, big[0])))
    assert first == second
    assert first.summary == "2 commits, 2 files: not yet fetched."
    assert len([request for request in server.requests if request.startswith("POST")]) == 1
    before = len(server.requests)
    await ask(git, question(server, big[0]))
    assert len(server.requests) == before


async def test_something_else_wanted_is_fetched_though_the_mirror_is_fresh(
    server: Server, upstream: Upstream, big: list[str], cache: Path, environ: dict[str, str]
) -> None:
    git = PyGit(cache, environ, Limits(fresh=60.0))
    await ask(git, question(server))
    upstream.repository.references.create("refs/pull/7/head", big[1])
    pending = await ask(git, Question(url=server.url(), name="refs/pull/7/head"))
    assert pending.stages[-1].commit == big[1]


async def test_different_repositories_do_not_wait_for_each_other(
    server: Server, git: PyGit, big: list[str], tmp_path: Path
) -> None:
    other = Upstream(tmp_path / "other.git")
    commit = other.commit({"x": "1"})
    server.stall_after = 300_000
    stuck = asyncio.create_task(git.pending(question(server), lambda _: None))
    await until(server.stalled.is_set)
    pending = await asyncio.wait_for(ask(git, Question(url=other.url, branch="main")), 2)
    assert pending.stages[-1].commit == commit
    server.release.set()
    stuck.cancel()
    with pytest.raises(asyncio.CancelledError):
        await stuck
    await until(lambda: not workers())


async def test_another_process_is_waited_for(upstream: Upstream, git: PyGit, big: list[str], cache: Path) -> None:
    asked = Question(url=upstream.url, branch="main", fetched=big[0])
    await ask(git, asked)
    (lock,) = cache.glob("*.lock")
    hold = "import fcntl, sys; f = open(sys.argv[1]); fcntl.flock(f, fcntl.LOCK_EX); print(flush=True); input()"
    holder = subprocess.Popen(
        [sys.executable, "-c", hold, str(lock)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )  # fmt: skip
    assert holder.stdout
    holder.stdout.readline()
    told: list[str] = []
    task = asyncio.create_task(git.pending(asked, told.append))
    await until(lambda: "waiting for another fetch of this repository to end" in told)
    assert not task.done()
    holder.communicate(b"\n")
    assert (await task).summary == "2 commits, 2 files: not yet fetched."


async def test_a_lock_that_is_never_given_back_ends_at_the_deadline(
    upstream: Upstream, big: list[str], cache: Path, environ: dict[str, str]
) -> None:
    git = PyGit(cache, environ, Limits(fetch=0.3, fresh=0.0))
    asked = Question(url=upstream.url, branch="main", fetched=big[0])
    await ask(git, asked)
    (path,) = cache.glob("*.lock")
    with path.open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        pending = await ask(git, asked)
    assert "did not finish" in pending.problem
    assert pending.summary.startswith("2 commits, 2 files: not yet fetched.")


def test_quitting_does_not_wait_for_a_hanging_server(
    server: Server, big: list[str], cache: Path, environ: dict[str, str]
) -> None:
    server.stall_after = 300_000
    script = dedent("""\
        import asyncio, sys
        from pathlib import Path
        from tui.git.pending import PyGit
        from tui.model.pending import Question

        async def main():
            git = PyGit(Path(sys.argv[1]))
            await asyncio.wait_for(git.pending(Question(url=sys.argv[2], branch="main"), lambda _: None), 1)

        try:
            asyncio.run(main())
        except TimeoutError:
            print("left")
        """)
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", script, str(cache), server.url()],
        cwd=root, env=environ, capture_output=True, text=True, timeout=10, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "left\n", "")
    assert server.stalled.is_set()
