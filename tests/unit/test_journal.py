"""The journal's file: appended by several at once, rotated, private; and what happens when it can't be written."""

import errno
import os
import resource
import stat
import subprocess
import sys
import textwrap
from pathlib import Path

import msgspec
import pytest

from tests.fakes.clock import NOON
from tests.fakes.objects import ks, read
from tests.fakes.terminal import ROOT
from tui.journal import FileJournal, author
from tui.model.intent import Verb, ask
from tui.model.journal import Entry, entry_of


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "gitops-tui" / "journal.jsonl"


def _entry(name: str = "apps", run: int = 7, message: str = "") -> Entry:
    entry = entry_of(ask(Verb.RECONCILE, read(ks(name)), NOON), "anna@laptop", run, NOON)
    return msgspec.structs.replace(entry, message=message)


def _names(journal: FileJournal) -> list[str]:
    return [entry.name for entry in journal.read().entries]


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_what_was_written_is_read_again(path: Path) -> None:
    journal = FileJournal(path)
    assert journal.read().entries == ()
    assert not path.parent.exists()
    assert [journal.write(_entry(name)) for name in ("a", "b")] == ["", ""]
    assert _names(FileJournal(path)) == ["a", "b"]
    assert journal.read().entries[0] == _entry("a")


def test_nobody_else_may_read_it(path: Path) -> None:
    before = os.umask(0)
    try:
        FileJournal(path).write(_entry())
    finally:
        os.umask(before)
    assert (_mode(path.parent), _mode(path)) == (0o700, 0o600)
    assert _mode(path.with_name("journal.lock")) == 0o600


def test_a_file_that_others_may_read_is_closed_to_them_and_its_folder_is_left_alone(path: Path) -> None:
    path.parent.mkdir(parents=True, mode=0o755)
    path.touch(mode=0o644)
    assert FileJournal(path).write(_entry()) == ""
    assert (_mode(path), _mode(path.parent)) == (0o600, 0o755)


def test_older_lines_go_file_by_file(path: Path) -> None:
    journal = FileJournal(path, most=1000, kept=2)
    names = [f"ks{number:03}" for number in range(40)]
    for name in names:
        assert journal.write(_entry(name)) == ""
    files = sorted(file.name for file in path.parent.iterdir())
    assert files[-3:] == ["journal.jsonl.1", "journal.jsonl.2", "journal.lock"]
    assert all(file.stat().st_size < 1500 for file in path.parent.iterdir())
    kept = _names(journal)
    assert kept == names[-len(kept) :]
    assert 4 < len(kept) < 15
    assert all(_mode(file) == 0o600 for file in path.parent.iterdir())


WRITER = textwrap.dedent("""
    import sys
    from pathlib import Path
    from tests.unit.test_journal import _entry
    from tui.journal import FileJournal
    journal = FileJournal(Path(sys.argv[1]), most=int(sys.argv[3]))
    print("begin", flush=True)
    sys.stdin.readline()
    for number in range(300):
        assert journal.write(_entry(f"{sys.argv[2]}-{number}", journal.run, "long " * 100)) == ""
""")


@pytest.mark.parametrize("most", [2**20, 150_000], ids=["one-file", "rotating"])
def test_two_processes_at_once_corrupt_nothing(path: Path, most: int) -> None:
    started = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path), who, str(most)],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for who in ("a", "b")
    ]  # fmt: skip
    for process in started:
        assert process.stdout is not None
        assert process.stdout.readline() == "begin\n"
    for process in started:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    for process in started:
        process.communicate(timeout=50)
    assert [process.returncode for process in started] == [0, 0]
    pages = FileJournal(path, most).read()
    assert pages.problems == ()
    for who in ("a", "b"):
        assert [entry.name for entry in pages.entries if entry.name[0] == who] == [f"{who}-{n}" for n in range(300)]


def test_after_a_line_that_was_cut_off_another_begins_anew(path: Path) -> None:
    journal = FileJournal(path)
    journal.write(_entry("a"))
    with path.open("ab") as file:
        file.write(b'{"format":1,"at":"2026-')
    journal.write(_entry("b"))
    pages = journal.read()
    assert [entry.name for entry in pages.entries] == ["a", "b"]
    assert [problem.partition(" ")[0] for problem in pages.problems] == [f"{path}:2:"]


WRITER_WITHOUT_ROOM = textwrap.dedent("""
    import resource, sys
    from pathlib import Path
    from tests.unit.test_journal import _entry
    from tui.journal import FileJournal
    journal = FileJournal(Path(sys.argv[1]))
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))
    told = [journal.write(_entry(f"ks{number}")) for number in range(5)]
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    told.append(journal.write(_entry("last")))
    print(*map(bool, told))
    print(told[3])
""")


def test_where_there_is_no_room_it_says_so_and_goes_on_once_there_is(path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WRITER_WITHOUT_ROOM, str(path)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY
    told, complaint = done.stdout.splitlines()
    written = told.split().count("False")
    assert told.split() == ["False"] * (written - 1) + ["True"] * (6 - written) + ["False"]
    assert complaint.startswith(f"The journal {path} can't be written: ")
    pages = FileJournal(path).read()
    assert [entry.name for entry in pages.entries] == [*[f"ks{number}" for number in range(written - 1)], "last"]
    assert len(pages.problems) == 1


@pytest.mark.parametrize("code", [errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.EACCES], ids=errno.errorcode.get)
def test_a_folder_that_can_not_be_written_is_told(path: Path, code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = FileJournal(path)

    def refuse(*_: object, **__: object) -> int:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "open", refuse)
    told = journal.write(_entry())
    assert told.startswith(f"The journal {path} can't be written: {os.strerror(code)}. What you ask is done and not")
    assert not journal.take_over(8)


@pytest.mark.parametrize("obstacle", ["folder is a file", "file is a folder", "file is a link", "file is a pipe"])
def test_what_stands_in_the_way_is_told(path: Path, obstacle: str) -> None:
    path.parent.parent.mkdir(parents=True)
    if obstacle == "folder is a file":
        path.parent.touch()
    else:
        path.parent.mkdir()
    if obstacle == "file is a folder":
        path.mkdir()
    elif obstacle == "file is a link":
        path.symlink_to(path.parent / "elsewhere")
    elif obstacle == "file is a pipe":
        os.mkfifo(path)
    journal = FileJournal(path)
    assert "can't be written" in journal.write(_entry())
    assert journal.read().entries == ()
    assert not (path.parent / "elsewhere").exists()


def test_a_file_that_can_not_be_read_is_told(path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.symlink_to(path.parent / "elsewhere")
    told = FileJournal(path).read().complaint
    assert told.startswith(f"The journal has what can't be read: {path}: It is a symbolic link. The rest counts")


def test_what_can_not_be_renamed_is_told_and_written_nevertheless(path: Path) -> None:
    journal = FileJournal(path, most=100, kept=1)
    path.with_name("journal.jsonl.1").mkdir(parents=True)
    assert journal.write(_entry("a")).startswith(f"The journal {path} grows, since it can't be renamed: ")
    assert _names(journal) == ["a"]


RUNNER = textwrap.dedent("""
    import sys
    from pathlib import Path
    from tests.unit.test_journal import _entry
    from tui.journal import FileJournal
    journal = FileJournal(Path(sys.argv[1]))
    for line in sys.stdin:
        word = line.strip()
        if word == "write":
            print(journal.run if not journal.write(_entry("a", journal.run)) else "failed", flush=True)
        else:
            print(journal.take_over(int(word)), flush=True)
""")


class Runner:
    """Another run of the program, in a process of its own."""

    def __init__(self, path: Path) -> None:
        command = [sys.executable, "-c", RUNNER, str(path)]
        self.process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def say(self, word: str) -> str:
        """Tell it something, and take its answer."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{word}\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def kill(self) -> None:
        """End it without giving it a chance."""
        self.process.kill()
        self.process.communicate()


def test_a_run_can_be_taken_over_by_one_once_it_has_ended(path: Path) -> None:
    journal, first, second = FileJournal(path), Runner(path), Runner(path)
    try:
        run = int(first.say("write"))
        assert not journal.take_over(run)
        assert second.say(str(run)) == "False"
        first.kill()
        assert second.say(str(run)) == "True"
        assert not journal.take_over(run)
        second.kill()
        assert journal.take_over(run)
        assert journal.take_over(run)
        assert not journal.take_over(journal.run)
    finally:
        first.kill()
        second.kill()
        journal.close()


def test_a_closed_journal_is_another_ones_to_take_over(path: Path) -> None:
    journal, other = FileJournal(path), Runner(path)
    try:
        journal.write(_entry(run=journal.run))
        assert other.say(str(journal.run)) == "False"
        journal.close()
        assert other.say(str(journal.run)) == "True"
    finally:
        other.kill()


@pytest.mark.parametrize(
    "error", [None, KeyError("uid not found"), OSError("no such user")], ids=["known", "3.11", "3.13"]
)
def test_who_works_here(error: Exception | None, monkeypatch: pytest.MonkeyPatch) -> None:
    def getuser() -> str:
        if error:
            raise error
        return "anna"

    monkeypatch.setattr("getpass.getuser", getuser)
    monkeypatch.setattr("socket.gethostname", lambda: "laptop")
    assert author() == ("anna@laptop" if error is None else f"{os.getuid()}@laptop")
