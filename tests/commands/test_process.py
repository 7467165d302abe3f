"""The commands as processes, against the demo's API servers: piped, in a terminal, with a reader that goes away."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.fakes.terminal import ROOT, running
from tui.__main__ import main
from tui.demo.serve import end_child, start_child

LISTED = ["get", "ks,git", "--context", "eu-west"]


@pytest.fixture(scope="module")
def kubeconfig() -> Iterator[Path]:
    """The demo's contexts."""
    process, path = start_child()
    yield path
    end_child(process)


def _run(kubeconfig: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tui", *arguments],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=50,
        check=False,
        env=os.environ | {"KUBECONFIG": str(kubeconfig)} | environ,
    )


def test_a_piped_table_has_no_escapes(kubeconfig: Path) -> None:
    done = _run(kubeconfig, *LISTED)
    assert (done.returncode, done.stderr) == (1, "")
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["NAMESPACE", "NAME", "STATE", "REVISION", "SINCE", "MESSAGE"]
    assert any(line.split()[:3] == ["flux-system", "ks/tenants-eu", "waiting"] for line in lines)
    assert "\x1b" not in done.stdout


def test_several_contexts_one_of_which_refuses(kubeconfig: Path) -> None:
    options = ("--context", "eu-*,us-east", "--context", "lab", "-A", "-o", "json")
    done = _run(kubeconfig, "get", "hr/api", *options)
    assert done.returncode == 2
    (complaint,) = done.stderr.splitlines()
    assert complaint.startswith("gitops-tui: lab: https://127.0.0.1:")
    assert "log in again" in complaint
    document = json.loads(done.stdout)
    assert [(one["name"], one["state"]) for one in document["contexts"]] == [
        ("eu-west", "live"),
        ("us-east", "live"),
        ("lab", "login needed"),
    ]
    assert [(item["context"], item["namespace"]) for item in document["items"]] == [
        ("eu-west", "shop"),
        ("us-east", "shop"),
    ]


def test_options_before_the_command_count_too(kubeconfig: Path) -> None:
    done = _run(Path(os.devnull), "--kubeconfig", str(kubeconfig), "--context", "us-east", "get", "git", "-o", "name")
    assert (done.returncode, done.stderr) == (0, "")
    assert "gitrepository.source.toolkit.fluxcd.io/flux-system" in done.stdout.split()


def test_why_as_text_and_as_data(kubeconfig: Path) -> None:
    done = _run(kubeconfig, "why", "ks/tenants-eu-reports", "--context", "eu-west", "-o", "yaml")
    assert (done.returncode, done.stderr) == (1, "")
    (item,) = yaml.safe_load(done.stdout)["items"]
    named = [cause["ref"]["name"] for cause in item["causes"][0]]
    assert named[:4] == ["tenants-eu-reports", "tenants-eu-jobs", "tenants-eu", "apps"]
    text = _run(kubeconfig, "why", "ks", "tenants-eu-reports", "--context", "eu-west")
    assert (text.returncode, text.stderr) == (1, "")
    assert text.stdout.startswith("ks flux-system/tenants-eu-reports in eu-west waits on tenants-eu-jobs, which")


def test_text_that_the_encoding_lacks_stops_nothing(kubeconfig: Path) -> None:
    done = _run(kubeconfig, "why", "ks/tenants-eu", "--context", "eu-west", PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (1, "")
    assert "?? ks flux-system/apps" in done.stdout


def test_in_a_terminal_states_have_colours_unless_they_are_refused(kubeconfig: Path) -> None:
    environ = {"KUBECONFIG": str(kubeconfig), "TERM": "xterm-256color"}
    with running(*LISTED, environ=environ) as terminal:
        assert terminal.end() == 1
    assert "\x1b[33mwaiting\x1b[0m" in terminal.text
    with running(*LISTED, environ=environ | {"NO_COLOR": "1"}) as terminal:
        assert terminal.end() == 1
    assert "waiting" in terminal.text
    assert "\x1b" not in terminal.text


@pytest.mark.parametrize("arguments", [LISTED, [*LISTED, "--watch"]], ids=["once", "watching"])
def test_a_reader_that_goes_away_ends_it_quietly(kubeconfig: Path, arguments: list[str]) -> None:
    environ = os.environ | {"KUBECONFIG": str(kubeconfig)}
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "tui", *arguments]
    try:
        done = subprocess.run(
            command, cwd=ROOT, env=environ, stdout=writing, stderr=subprocess.PIPE, timeout=50, check=False
        )
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (141, b"")


def test_ctrl_c_ends_a_watch_quietly(kubeconfig: Path) -> None:
    environ = os.environ | {"KUBECONFIG": str(kubeconfig)}
    command = [sys.executable, "-m", "tui", *LISTED, "--watch"]
    with subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().split()[0] == b"NAMESPACE"
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 130
        assert process.stderr.read() == b""


def test_an_action_is_followed_and_its_outcome_is_data(kubeconfig: Path) -> None:
    done = _run(kubeconfig, "reconcile", "ks/infra", "--with-source", "--context", "us-east", "-o", "json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert (document["kind"], [(item["name"], item["step"]) for item in document["items"]]) == (
        "ActionList",
        [("infra", "ready"), ("flux-system", "ready")],
    )
    assert "us-east git flux-system/flux-system: asked" in done.stderr.splitlines()
    assert "\x1b" not in done.stderr


def test_what_is_protected_is_asked_about_in_a_terminal(kubeconfig: Path, tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("protected: us-*\n")
    environ = {"KUBECONFIG": str(kubeconfig), "GITOPS_TUI_CONFIG_DIR": str(tmp_path)}
    command = ("suspend", "ks/kube-system", "--context", "us-east")
    with running(*command, environ=environ) as terminal:
        terminal.until_shown("suspend 1 protected object? [y/N] ")
        terminal.type("n\n")
        assert terminal.end() == 2
    assert "protected: us-east ks flux-system/kube-system" in terminal.text
    assert "gitops-tui: nothing was sent" in terminal.text
    with running(*command, environ=environ) as terminal:
        terminal.until_shown("[y/N] ")
        terminal.type("y\n")
        assert terminal.end() == 0
    assert "suspended\x1b[0m in " in terminal.text
    resumed = _run(kubeconfig, "resume", *command[1:], "--yes", **environ)
    assert (resumed.returncode, resumed.stdout.partition(" in ")[0]) == (0, "us-east ks flux-system/kube-system: ready")


@pytest.mark.parametrize("shown", ["[y/N] ", "apps: asked"], ids=["while it asks", "while it waits"])
def test_ctrl_c_ends_an_action_and_says_what_was_sent(kubeconfig: Path, tmp_path: Path, shown: str) -> None:
    asks = shown.startswith("[")
    (tmp_path / "config.yaml").write_text("protected: eu-*\n" if asks else "")
    environ = {"KUBECONFIG": str(kubeconfig), "GITOPS_TUI_CONFIG_DIR": str(tmp_path)}
    with running("reconcile", "ks/apps", "--context", "eu-west", environ=environ) as terminal:
        terminal.until_shown(shown)
        terminal.type("\x03")
        assert terminal.end() == 130
    said = "interrupted: nothing was sent" if asks else "ks flux-system/apps: asked, interrupted: it was "
    assert said in terminal.text
    assert "Traceback" not in terminal.text


IMPORTED = """
import sys
from tui.__main__ import main
code = main(sys.argv[1:])
print(*sorted({name.partition(".")[0] for name in sys.modules}), file=sys.stderr)
"""


@pytest.mark.parametrize("arguments", [LISTED, ["why", "ks/apps"], ["suspend", "ks/nope"]], ids=["get", "why", "act"])
def test_a_command_imports_nothing_that_draws(kubeconfig: Path, arguments: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", IMPORTED, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
        env=os.environ | {"KUBECONFIG": str(kubeconfig)},
    )
    assert "tui" in done.stderr.split()
    assert {"textual", "rich", "pygit2"}.isdisjoint(done.stderr.split())


@pytest.fixture
def one_context(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A kubeconfig whose context is current; nobody gets as far as asking it."""
    path = tmp_path / "kubeconfig"
    path.write_text(
        "current-context: eu\n"
        'clusters: [{name: eu, cluster: {server: "https://127.0.0.1:1"}}]\n'
        "contexts: [{name: eu, context: {cluster: eu}}]\n"
    )
    monkeypatch.setenv("KUBECONFIG", str(path))


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["get", "pods"], "there is no kind 'pods' of Flux"),
        (["get", "--context", "mars"], "there is no context 'mars' in the kubeconfig; there are: eu"),
        (["get", "--context", ","], "the kubeconfig has no current context"),
        (["why", "ks"], "why wants an object: write KIND/NAME, ks/apps"),
        (["why", "ks", "apps", "--kubeconfig", "/nowhere"], "There is no file /nowhere"),
        (["get"], "eu: Nothing listens at https://127.0.0.1:1"),
    ],
)
@pytest.mark.usefixtures("one_context")
def test_what_it_can_not_do_is_said_in_one_line(
    arguments: list[str], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    captured = capsys.readouterr()
    (line,) = captured.err.splitlines()
    assert captured.out == ""
    assert line.startswith(f"gitops-tui: {complaint}")


@pytest.mark.parametrize(
    "arguments",
    [["why"], ["get", "-o", "wide"], ["get", "--timeout", "soon"], ["get", "--timeout", "0"], ["why", "ks/a", "-w"]],
)
def test_options_that_mean_nothing(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match=r"^2$"):
        main(arguments)
    assert "usage: gitops-tui" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["get", "why", "reconcile", "suspend", "resume"])
def test_help_tells_the_exit_codes(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match=r"^0$"):
        main([command, "--help"])
    printed = capsys.readouterr().out
    assert "exit codes:" in printed
    assert "-n NS, --namespace NS" in printed
