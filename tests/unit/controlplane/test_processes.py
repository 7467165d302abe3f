"""Whatever ends the process that started others, they end too."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from tests.e2e.processes import ROOT, Processes

STARTER = """
import sys, time
from pathlib import Path
from tests.e2e.processes import Processes
processes = Processes(Path(sys.argv[1]))
processes.start("parent", ["/bin/sh", "-c", "sleep 987 & echo $! $$; wait"])
print(processes.supervisor, flush=True)
time.sleep(60)
"""


def is_there(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{process}/stat")
    return not (stat.exists() and stat.read_text().rsplit(")", 1)[1].split()[0] == "Z")


def gone(*processes: int) -> bool:
    end = time.monotonic() + 10
    while any(map(is_there, processes)):
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def pids(log: Path) -> list[int]:
    """What the shell has printed: its child and itself."""
    end = time.monotonic() + 10
    while not (log.exists() and log.read_text().endswith("\n")):
        assert time.monotonic() < end, "it did not start"
        time.sleep(0.02)
    return [int(word) for word in log.read_text().split()]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM], ids=lambda one: one.name)
def test_nothing_is_left_when_the_starter_dies(tmp_path: Path, number: signal.Signals) -> None:
    starter = subprocess.Popen(
        [sys.executable, "-c", STARTER, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert starter.stdout is not None
    with starter.stdout:
        supervisor = int(starter.stdout.readline())
    left = pids(tmp_path / "logs" / "parent.log")
    assert all(map(is_there, left))
    starter.send_signal(number)
    starter.wait(10)
    assert gone(supervisor, *left)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets a process die with its parent")
def test_children_die_with_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    processes = Processes(tmp_path)
    processes.start("one", ["/bin/sh", "-c", "echo $$; exec sleep 987"])
    left = pids(tmp_path / "logs" / "one.log")
    os.kill(processes.supervisor, signal.SIGKILL)
    assert gone(*left)
    processes.close()


def test_a_process_is_stopped_with_all_that_it_started(tmp_path: Path) -> None:
    processes = Processes(tmp_path)
    try:
        processes.start("one", ["/bin/sh", "-c", "sleep 987 & echo $! $$; wait"])
        left = pids(tmp_path / "logs" / "one.log")
        assert processes.running() == {"one"}
        processes.stop("one")
        assert gone(*left)
        assert processes.running() == set()
    finally:
        processes.close()


def test_a_log_as_a_kubelet_writes_it(tmp_path: Path) -> None:
    processes, written = Processes(tmp_path), tmp_path / "written"
    try:
        processes.start("one", ["/bin/sh", "-c", f"echo first; printf last; echo > {written}; sleep 987"], cri=True)
        end = time.monotonic() + 10
        while not written.exists():
            assert time.monotonic() < end
            time.sleep(0.02)
        processes.stop("one")
    finally:
        processes.close()
    lines = [line.split(" ", 3) for line in processes.log("one").read_text().splitlines()]
    assert [line[1:] for line in lines] == [["stdout", "F", "first"], ["stdout", "F", "last"]]
    assert all(len(line[0]) == len("2026-11-21T12:00:00.000000000Z") for line in lines)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM], ids=lambda one: one.name)
def test_a_folder_goes_when_the_last_process_has_ended(tmp_path: Path, number: signal.Signals) -> None:
    folder = tmp_path / "scratch"
    (folder / "below").mkdir(parents=True)
    code = STARTER.replace("print(", "processes.remove_in_the_end(Path(sys.argv[2])); print(")
    starter = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path), str(folder)], cwd=ROOT, stdout=subprocess.PIPE
    )
    assert starter.stdout is not None
    with starter.stdout:
        supervisor = int(starter.stdout.readline())
    assert folder.exists()
    starter.send_signal(number)
    starter.wait(10)
    assert gone(supervisor)
    assert not folder.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can choose another user")
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets a process die with its parent")
def test_a_process_of_another_user_dies_with_its_supervisor_too(tmp_path: Path) -> None:
    folder = Path(tempfile.mkdtemp(dir="/tmp"))
    try:
        shutil.chown(folder, "nobody")
        processes = Processes(tmp_path)
        argv = ["/bin/sh", "-c", "touch made; echo $$; exec sleep 987"]
        processes.start("one", argv, folder=folder, user="nobody")
        left = pids(tmp_path / "logs" / "one.log")
        assert (folder / "made").stat().st_uid == pwd.getpwnam("nobody").pw_uid
        os.kill(processes.supervisor, signal.SIGKILL)
        assert gone(*left)
        processes.close()
    finally:
        shutil.rmtree(folder)
