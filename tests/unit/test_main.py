"""The command line: what is refused in one line, which contexts are watched, and the terminal afterwards."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import tui.__main__ as main_module
from tests.fakes.clock import NOON
from tests.fakes.objects import ks, read
from tests.fakes.screen import IN_BAND_RESIZE, SYNCHRONIZED, Screen, shown
from tests.fakes.terminal import ENTERED_ALTERNATE_SCREEN, ROOT, running
from tui import __version__
from tui.__main__ import StartError, choose_contexts, main
from tui.cluster.entries import ClusterEntry, ContextEntry, UserEntry
from tui.cluster.kubeconfig import Kubeconfig
from tui.config.settings import Settings
from tui.model.intent import Step, Verb, ask, settle

NAMES = ("eu-west", "eu-north", "prod*", "prod-1")


def _kubeconfig(current: str = "eu-west") -> Kubeconfig:
    contexts = tuple(
        ContextEntry(name, "default", ClusterEntry(name, server="https://127.0.0.1:1"), UserEntry("anna"))
        for name in NAMES
    )
    return Kubeconfig(contexts, current, (), ())


@pytest.mark.parametrize(
    ("wanted", "every", "settings", "current", "chosen"),
    [
        pytest.param("", False, Settings(), "eu-west", ("eu-west",), id="the current one"),
        pytest.param("", False, Settings(), "", (), id="none is current"),
        pytest.param("eu-north", False, Settings(), "eu-west", ("eu-north",), id="named"),
        pytest.param("eu-north, eu-west", False, Settings(), "", ("eu-north", "eu-west"), id="several, as asked"),
        pytest.param("eu-*", False, Settings(), "", ("eu-west", "eu-north"), id="a glob"),
        pytest.param("eu-*,eu-north", False, Settings(), "", ("eu-west", "eu-north"), id="each once"),
        pytest.param("prod*", False, Settings(), "", ("prod*",), id="a name with a star"),
        pytest.param("*", False, Settings(), "", NAMES, id="all by glob"),
        pytest.param("", True, Settings(), "eu-west", NAMES, id="all"),
        pytest.param("", False, Settings(all_contexts=True), "eu-west", NAMES, id="all by settings"),
        pytest.param("", False, Settings(contexts=("eu-*",)), "prod-1", ("eu-west", "eu-north"), id="settings"),
        pytest.param("", False, Settings(contexts=("gone",)), "prod-1", ("prod-1",), id="settings that match nothing"),
        pytest.param("prod-1", False, Settings(all_contexts=True), "", ("prod-1",), id="the command line wins"),
        pytest.param("prod-1", True, Settings(), "", ("prod-1",), id="a name wins over all"),
        pytest.param(" , ", False, Settings(), "eu-west", (), id="only commas"),
    ],
)
def test_contexts_at_start(wanted: str, every: bool, settings: Settings, current: str, chosen: tuple[str, ...]) -> None:
    assert choose_contexts(_kubeconfig(current), wanted, every, settings) == chosen


@pytest.mark.parametrize("wanted", ["nowhere", "eu-west,nowhere", "no*"])
def test_a_context_that_does_not_exist_is_named(wanted: str) -> None:
    with pytest.raises(StartError, match=r"there is no context '(nowhere|no\*)' in the kubeconfig; there are: eu-west"):
        choose_contexts(_kubeconfig(), wanted, False, Settings())


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match=r"^0$"):
        main(["--version"])
    assert capsys.readouterr().out == f"gitops-tui {__version__}\n"


@pytest.mark.parametrize("arguments", [["--nonsense"], ["fly"], ["--theme"], ["demo", "--context", "a"]])
def test_arguments_that_mean_nothing(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match=r"^2$"):
        main(arguments)
    assert "usage: gitops-tui" in capsys.readouterr().err


def test_without_a_terminal_it_does_not_start() -> None:
    command = [sys.executable, "-m", "tui"]
    done = subprocess.run(
        command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines() == [
        "gitops-tui: standard input and output are not a terminal; run it in one, with ssh -t over SSH"
    ]


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As if there were a terminal; nothing that is tested with it gets as far as using it."""
    monkeypatch.setattr(main_module, "_require_terminal", lambda: None)
    monkeypatch.setattr(main_module, "_open", lambda shell, told: pytest.fail("it started"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))


CONTEXT = """\
apiVersion: v1
kind: Config
current-context: eu
clusters: [{name: eu, cluster: {server: "https://127.0.0.1:1"}}]
users: [{name: anna, user: {token: secret-token}}]
contexts: [{name: eu, context: {cluster: eu, user: anna}}]
"""


@pytest.mark.parametrize(
    ("content", "arguments", "complaint"),
    [
        pytest.param(None, [], "KUBECONFIG names {path}, and there is no such file; try `gitops-tui demo`", id="none"),
        pytest.param(None, ["--kubeconfig", "{path}"], "There is no file {path}, which --kubeconfig names", id="named"),
        pytest.param("contexts: [", [], "{path}", id="half-written"),
        pytest.param("", [], "{path}", id="empty"),
        pytest.param("[1, 2]", [], "{path}", id="no map"),
        pytest.param("\x00\xff", [], "{path}", id="binary"),
        pytest.param(CONTEXT, ["--context", "us"], "there is no context 'us' in the kubeconfig", id="context"),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("terminal")
def test_what_it_can_not_start_with_is_said_in_one_line(
    content: str | None,
    arguments: list[str],
    complaint: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = tmp_path / "kubeconfig"
    if content is not None:
        path.write_text(content, encoding="latin-1")
    monkeypatch.setenv("KUBECONFIG", str(path))
    assert main([argument.format(path=path) for argument in arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    (line,) = captured.err.splitlines()
    assert line.startswith("gitops-tui: ")
    assert complaint.format(path=path) in line
    assert "secret-token" not in line


@pytest.mark.usefixtures("terminal")
def test_a_demo_that_can_not_start_is_said_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> None:
        raise RuntimeError("the demo's server could not be started: no port is free")

    monkeypatch.setattr("tui.demo.serve.start_child", fail)
    assert main(["demo"]) == 2
    assert capsys.readouterr().err.endswith("gitops-tui: the demo's server could not be started: no port is free\n")


@pytest.mark.parametrize("command", ["", "demo"], ids=["a-fleet", "the-demo"])
def test_only_the_demo_leaves_no_journal(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITOPS_TUI_STATE_DIR", str(tmp_path / "state"))
    arguments = main_module._parser().parse_args([command] if command else [])
    shell, _ = main_module._build_shell(arguments, Settings(), _kubeconfig(), ())
    resource = read(ks("apps"))
    shell.session.apply(settle(ask(Verb.RECONCILE, resource, NOON), Step.REFUSED, "forbidden", NOON))
    shell.session.books.close()
    assert len(shell.session.books.journal.read().entries) == 1
    assert [path.name for path in tmp_path.glob("state/*.jsonl")] == ([] if command else ["journal.jsonl"])


def test_an_interrupt_before_the_first_frame_ends_at_once_and_quietly(tmp_path: Path) -> None:
    with running("demo", environ={"HOME": str(tmp_path), "TMPDIR": str(tmp_path)}) as terminal:
        terminal.until_shown("a few seconds")
        terminal.process.send_signal(signal.SIGINT)
        assert terminal.end(5) == 130
    assert len(terminal.text.strip().splitlines()) == 1


@pytest.fixture
def kubeconfig(tmp_path: Path) -> Path:
    """A context whose API server does not exist."""
    path = tmp_path / "kubeconfig"
    path.write_text(CONTEXT)
    return path


def _environ(tmp_path: Path, kubeconfig: Path) -> dict[str, str]:
    return {"KUBECONFIG": str(kubeconfig), "HOME": str(tmp_path), "PYTHONWARNINGS": "error"}


def test_q_leaves_with_the_terminal_as_it_was(tmp_path: Path, kubeconfig: Path) -> None:
    can = frozenset((SYNCHRONIZED, IN_BAND_RESIZE))
    with shown(environ=_environ(tmp_path, kubeconfig), modes=can) as screen:
        screen.until_row("Nothing listens at https://127.0.0.1:1")
        assert screen.is_alternate
        assert "1 eu" in screen.rows[0]
        screen.type("q")
        assert screen.end() == 0
        _assert_restored(screen)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP], ids=["SIGTERM", "SIGHUP"])
def test_a_signal_restores_the_terminal(tmp_path: Path, kubeconfig: Path, number: signal.Signals) -> None:
    with shown(environ=_environ(tmp_path, kubeconfig)) as screen:
        screen.until_row("? help")
        screen.process.send_signal(number)
        assert screen.end() == 128 + number
        _assert_restored(screen)


def _assert_restored(screen: Screen) -> None:
    assert not screen.is_alternate
    assert screen.is_as_before, f"cursor, mouse, paste, focus, keyboard: {screen.state}"
    assert not any(screen.rows), screen.described()
    assert "Traceback" not in screen.text


def test_a_terminal_that_is_closed_ends_the_program(tmp_path: Path, kubeconfig: Path) -> None:
    with running(environ=_environ(tmp_path, kubeconfig)) as terminal:
        terminal.until_shown(" help")
        terminal.hang_up()
        assert terminal.process.wait(20) == 128 + signal.SIGHUP


def test_nothing_is_written_while_nothing_happens(tmp_path: Path) -> None:
    path = tmp_path / "kubeconfig"
    path.write_text(CONTEXT.replace("current-context: eu\n", ""))
    with running(environ=_environ(tmp_path, path)) as terminal:
        terminal.until_shown(" help")
        terminal.type("j")
        terminal.until_quiet(0.5)
        before = terminal.written
        terminal.read_for(1)
        assert terminal.written == before
        terminal.type("\x11")
        assert terminal.end() == 0


def test_a_kubeconfig_that_can_not_be_started_with_in_a_real_terminal(tmp_path: Path) -> None:
    with running(environ=_environ(tmp_path, tmp_path / "none")) as terminal:
        assert terminal.end() == 2
    assert "Traceback" not in terminal.text
    assert ENTERED_ALTERNATE_SCREEN not in terminal.text
    assert len(terminal.text.strip().splitlines()) == 1


def test_the_demo_ends_its_server_with_it(tmp_path: Path) -> None:
    with running("demo", environ={"HOME": str(tmp_path), "TMPDIR": str(tmp_path)}) as terminal:
        terminal.until_shown("ap-south")
        terminal.until(lambda: "apps" in terminal.text)
        assert len(_demo_folders(tmp_path)) == 1
        terminal.type("q")
        assert terminal.end() == 0
    assert _demo_folders(tmp_path) == []


def _demo_folders(folder: Path) -> list[str]:
    return [name for name in os.listdir(folder) if name.startswith("gitops-tui-demo-")]
