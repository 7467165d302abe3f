"""The demo in a child process, and a push into its repository with the clock running."""

import asyncio
import os
import signal
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pygit2
import pytest
import yaml

from tui.demo.resources import Key
from tui.demo.serve import DemoServer, end_child, start_child


def wait_until(reached: Callable[[], bool], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < deadline, f"not reached within {seconds} s"
        time.sleep(0.02)


def ask(kubeconfig: Path, context: str) -> int:
    document = yaml.safe_load(kubeconfig.read_text())
    cluster = next(one["cluster"] for one in document["clusters"] if one["name"] == context)
    token = next(one["user"]["token"] for one in document["users"] if one["name"] == f"{context}-demo")
    trust = ssl.create_default_context(cafile=str(kubeconfig.parent / "server.pem"))
    request = urllib.request.Request(f"{cluster['server']}/version", headers={"Authorization": f"Bearer {token}"})
    try:
        with urllib.request.urlopen(request, context=trust, timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def test_a_child_serves_until_it_is_ended_and_cleans_up() -> None:
    process, kubeconfig = start_child()
    try:
        assert kubeconfig.stat().st_mode & 0o777 == 0o600
        assert (ask(kubeconfig, "eu-west"), ask(kubeconfig, "lab")) == (200, 401)
        document = yaml.safe_load(kubeconfig.read_text())
        assert [one["name"] for one in document["contexts"]] == ["eu-west", "us-east", "ap-south", "lab"]
        assert os.getsid(process.pid) != os.getsid(0)
    finally:
        end_child(process)
    assert process.returncode == 0
    assert not kubeconfig.parent.exists()


PARENT = """
from tui.demo.serve import start_child
process, kubeconfig = start_child()
print(process.pid, kubeconfig, flush=True)
input()
"""


def test_a_child_ends_when_its_parent_is_killed() -> None:
    command = [sys.executable, "-c", PARENT]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        _, _, path = parent.stdout.readline().strip().partition(" ")
        assert Path(path).exists()
        parent.send_signal(signal.SIGKILL)
    wait_until(lambda: not Path(path).parent.exists())


def test_a_child_that_can_not_start_says_why(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "pygit2.py").write_text("raise ImportError('libgit2 is broken here')\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(RuntimeError, match="could not be started: ImportError: libgit2 is broken here"):
        start_child()


async def test_a_push_reaches_the_cluster_while_the_clock_runs() -> None:
    start, began = datetime(2026, 11, 21, 12, 0, tzinfo=UTC), time.monotonic()

    def clock() -> datetime:
        return start + timedelta(seconds=(time.monotonic() - began) * 60)

    async with DemoServer(clock=clock) as demo:
        head = commit_and_push(demo.checkout, "apps/eu-west/api/release.yaml", "tag: 1.9.2", "tag: 1.9.3")
        store = demo.world.clusters["eu-west"].store
        deadline = time.monotonic() + 20
        while True:
            apps = store.get(Key("Kustomization", "flux-system", "apps"))
            assert apps is not None
            if apps["status"]["lastAppliedRevision"] == f"main@sha1:{head}":
                break
            assert time.monotonic() < deadline, apps["status"]["conditions"]
            await asyncio.sleep(0.02)
        release = store.get(Key("HelmRelease", "shop", "api"))
        assert release is not None
        assert (
            release["status"]["history"][0] | {"appVersion": "1.9.3", "status": "deployed"}
            == release["status"]["history"][0]
        )
        folder = demo.folder
    assert not folder.exists()


def commit_and_push(checkout: Path, path: str, old: str, new: str) -> str:
    repository = pygit2.Repository(str(checkout))
    file = checkout / path
    file.write_text(file.read_text().replace(old, new))
    repository.index.add(path)
    repository.index.write()
    author = pygit2.Signature("Tester", "tester@example.com")
    parents = [repository.head.target]
    commit = repository.create_commit("HEAD", author, author, "mend it", repository.index.write_tree(), parents)
    repository.remotes["origin"].push(["refs/heads/main"])
    return str(commit)
