"""The command line; the only place that wires the parts together."""

import argparse
import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from tui import __version__
from tui.cluster.kubeconfig import ContextEntry, Kubeconfig, load_kubeconfig
from tui.commands.contexts import choose_contexts
from tui.commands.ending import StartError
from tui.commands.options import add_commands, add_fleet_options
from tui.config.paths import builtin_themes, find_paths
from tui.config.problems import Problem
from tui.config.settings import Settings, load_settings
from tui.model.guardrails import READ_ONLY, ReadOnly
from tui.ports import Cluster, Git, Journal

if TYPE_CHECKING:
    from tui.clock import SystemClock
    from tui.screens.shell import Shell
    from tui.session import Session

HEADLESS = ("get", "why", "reconcile", "suspend", "resume")
"""Commands that print and end, in place of the screens."""

REFUSED = 2
"""The exit code when the program did not start."""


def main(argv: list[str] | None = None) -> int:
    """Run the program.

    Args:
        argv: Arguments after the program's name, by default the process's own.

    Returns:
        The exit code: 0 fine, 2 not started, 130 interrupted before the first frame; that of a headless command.
    """
    arguments = _parser().parse_args(argv)
    try:
        if arguments.command == "demo" and arguments.serve:
            from tui.demo.serve import main as serve

            return serve()
        if arguments.command in HEADLESS:
            return _run_headless(arguments)
        _require_terminal()
        with _kubeconfig_path(arguments) as path:
            return _run(arguments, path)
    except StartError as error:
        print(f"gitops-tui: {error}", file=sys.stderr)
        return REFUSED
    except KeyboardInterrupt:
        return 128 + signal.SIGINT


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="gitops-tui", description="Watch and steer Flux across many Kubernetes contexts at once."
    )
    parser.add_argument("--version", action="version", version=f"gitops-tui {__version__}")
    _add_options(parser, top=True)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    demo = commands.add_parser("demo", help="a fleet without a cluster: an API server on loopback with incidents")
    demo.add_argument("--serve", action="store_true", help="run only the server and print the path of its kubeconfig")
    _add_options(demo, top=False)
    add_commands(commands)
    return parser


def _add_options(parser: argparse.ArgumentParser, *, top: bool) -> None:
    if top:
        add_fleet_options(parser, top=True)
    quiet: dict[str, Any] = {} if top else {"default": argparse.SUPPRESS}  # what stood before the command counts
    parser.add_argument("--read-only", action="store_true", help="never send a write", **quiet)
    parser.add_argument("--ascii", action="store_true", help="draw with ASCII only", **quiet)
    parser.add_argument("--theme", metavar="NAME", help="a theme's name", **quiet)


def _require_terminal() -> None:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise StartError("standard input and output are not a terminal; run it in one, with ssh -t over SSH")


@contextmanager
def _kubeconfig_path(arguments: argparse.Namespace) -> Iterator[Path | None]:
    """The kubeconfig to read, with the demo's server running behind it as long as it is needed."""
    if arguments.command != "demo":
        yield arguments.kubeconfig
        return
    from tui.demo.serve import end_child, start_child

    print("Living through two months of three regions; a few seconds …", file=sys.stderr)
    try:
        process, kubeconfig = start_child()
    except RuntimeError as error:
        raise StartError(str(error)) from None
    try:
        yield kubeconfig
    finally:
        end_child(process)


def _run(arguments: argparse.Namespace, path: Path | None) -> int:
    # Textual 8.2.8 asks terminals that can for the mouse in pixels, many events a cell, and leaves it so at the end.
    os.environ.setdefault("TEXTUAL_SMOOTH_SCROLL", "0")
    kubeconfig = _load_kubeconfig(path)
    settings, problems = load_settings(find_paths().settings)
    is_demo = arguments.command == "demo"
    wanted = "" if is_demo else ",".join(arguments.context or ())
    start = choose_contexts(kubeconfig, wanted, is_demo or arguments.all_contexts, settings)
    shell, more = _build_shell(arguments, settings, kubeconfig, start)
    told = [*kubeconfig.problems, *map(str, (*problems, *more))]
    return _open(shell, told)


def _load_kubeconfig(path: Path | None) -> Kubeconfig:
    kubeconfig = load_kubeconfig(path, os.environ, Path.home())
    if not kubeconfig.contexts:
        raise StartError(kubeconfig.problems[0] if kubeconfig.problems else "no kubeconfig found; try gitops-tui demo")
    return kubeconfig


def _run_headless(arguments: argparse.Namespace) -> int:
    from tui.commands.collect import Asked
    from tui.commands.options import DEFAULT_TIMEOUT
    from tui.commands.printing import complain
    from tui.commands.request import read_request
    from tui.commands.run import run
    from tui.commands.targets import parse_target
    from tui.journal import FileJournal

    target = parse_target(arguments.words)
    kubeconfig = _load_kubeconfig(arguments.kubeconfig)
    settings, problems = load_settings(find_paths().settings)
    request = read_request(arguments, target, settings, datetime.now().astimezone())
    contexts = choose_contexts(kubeconfig, ",".join(arguments.context or ()), arguments.all_contexts, settings)
    if not contexts:
        raise StartError("the kubeconfig has no current context; name one with --context, or all with --all-contexts")
    for problem in (*kubeconfig.problems, *problems):
        complain(str(problem))
    entries = [_in_namespace(entry, arguments.namespace) for entry in kubeconfig.contexts if entry.name in contexts]
    namespaces = {entry.name: "" if arguments.all_namespaces else entry.namespace for entry in entries}
    output, watch = arguments.output, getattr(arguments, "watch", False)
    suspended = getattr(arguments, "suspended", False)

    def make() -> Asked:
        read_only = READ_ONLY if request is None else settings.writing(arguments.read_only)
        journal = FileJournal(find_paths().journal) if request is not None else None
        session = _make_session(entries, settings, read_only=read_only, journal=journal)
        timeout = arguments.timeout or DEFAULT_TIMEOUT
        return Asked(session, contexts, namespaces, target, output, watch, suspended, timeout=timeout, request=request)

    return run(arguments.command, make)


def _in_namespace(entry: ContextEntry, namespace: str) -> ContextEntry:
    """A context whose own namespace is the one that was asked for: where one only may be listed, it is that one."""
    return msgspec.structs.replace(entry, namespace=namespace) if namespace else entry


def _make_session(
    entries: Iterable[ContextEntry], settings: Settings, *, read_only: ReadOnly, journal: Journal | None = None
) -> "Session":
    from tui.clock import SystemClock
    from tui.journal import author
    from tui.session import Session

    clock = SystemClock()
    factories = {entry.name: _cluster_factory(entry, clock, settings) for entry in entries}
    git = partial(_make_git, find_paths().cache / "git")
    return Session(
        clock,
        factories,
        git,
        read_only=read_only,
        at_once=settings.at_once,
        journal=journal,
        person=author(),
    )


def _build_shell(
    arguments: argparse.Namespace, settings: Settings, kubeconfig: Kubeconfig, start: tuple[str, ...]
) -> tuple["Shell", tuple[Problem, ...]]:
    from tui.actions import DEFAULT_KEYS, KEY_SCOPES
    from tui.config.keymap import resolve_keymap
    from tui.config.themes import choose_theme, load_themes
    from tui.journal import FileJournal
    from tui.screens.shell import Shell
    from tui.widgets.palette import Palette

    paths = find_paths()
    keymap, key_problems = resolve_keymap(
        DEFAULT_KEYS,
        settings.keys,
        preset=settings.keymap,
        scopes=KEY_SCOPES,
        file=settings.file,
        lines=settings.key_lines,
    )
    themes, theme_problems = load_themes(builtin_themes(), paths.themes)
    no_color = "NO_COLOR" in os.environ
    asked = (settings.theme, settings.file, settings.lines.get("theme", 0))
    name, file, line = (arguments.theme, "--theme", 0) if arguments.theme else asked
    try:
        theme, choice_problems = choose_theme(themes, "ansi" if no_color else name, file=file, line=line)
    except LookupError as error:
        raise StartError(str(error)) from None
    journal = None if arguments.command == "demo" else FileJournal(paths.journal)
    read_only = settings.writing(arguments.read_only)
    session = _make_session(kubeconfig.contexts, settings, read_only=read_only, journal=journal)
    palette = Palette(theme, arguments.ascii or settings.ascii, no_color)
    shell = Shell(session, settings, keymap, themes, palette, start)
    return shell, (*key_problems, *theme_problems, *choice_problems)


def _cluster_factory(entry: ContextEntry, clock: "SystemClock", settings: Settings) -> Callable[[], Cluster]:
    def make() -> Cluster:
        from tui.cluster.cluster import KubernetesCluster

        return KubernetesCluster(entry, clock, logs_since=60 * settings.logs_since)

    return make


def _make_git(cache: Path) -> Git:
    from tui.git.pending import PyGit

    return PyGit(cache)


def _open(shell: "Shell", told: list[str]) -> int:
    from tui.app import GitopsApp
    from tui.model.changes import Notice, Severity

    now = shell.session.clock.now()
    app = GitopsApp(shell, tuple(Notice(now, Severity.WARNING, text) for text in told))
    app.run()
    return app.return_code or 0


if __name__ == "__main__":
    sys.exit(main())
