"""The command line; the only place that wires the parts together."""

import argparse
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui import __version__
from tui.cluster.kubeconfig import ContextEntry, Kubeconfig, load_kubeconfig
from tui.config.paths import builtin_themes, find_paths
from tui.config.problems import Problem
from tui.config.settings import Settings, load_settings
from tui.ports import Cluster, Git

if TYPE_CHECKING:
    from tui.clock import SystemClock
    from tui.screens.shell import Shell

REFUSED = 2
"""The exit code when the program did not start."""


class StartError(Exception):
    """The program can't start; the text is one line that says why and what to do."""


def main(argv: list[str] | None = None) -> int:
    """Run the program.

    Args:
        argv: Arguments after the program's name, by default the process's own.

    Returns:
        The exit code: 0 fine, 2 not started, 130 interrupted before the first frame.
    """
    arguments = _parser().parse_args(argv)
    try:
        if arguments.command == "demo" and arguments.serve:
            from tui.demo.serve import main as serve

            return serve()
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
    return parser


def _add_options(parser: argparse.ArgumentParser, *, top: bool) -> None:
    if top:
        parser.add_argument("--kubeconfig", type=Path, metavar="FILE", help="this file in place of KUBECONFIG")
        parser.add_argument(
            "--context", metavar="A,B", help="the contexts to watch, names or globs; default: the current"
        )
        parser.add_argument("--all-contexts", action="store_true", help="watch every context of the kubeconfig")
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
    kubeconfig = load_kubeconfig(path, os.environ, Path.home())
    if not kubeconfig.contexts:
        raise StartError(kubeconfig.problems[0] if kubeconfig.problems else "no kubeconfig found; try gitops-tui demo")
    paths = find_paths()
    settings, problems = load_settings(paths.settings)
    is_demo = arguments.command == "demo"
    start = choose_contexts(
        kubeconfig,
        "" if is_demo else arguments.context or "",
        is_demo or arguments.all_contexts,
        settings,
    )
    shell, more = _build_shell(arguments, settings, kubeconfig, start)
    told = [*kubeconfig.problems, *map(str, (*problems, *more))]
    return _open(shell, told)


def choose_contexts(kubeconfig: Kubeconfig, wanted: str, every: bool, settings: Settings) -> tuple[str, ...]:
    """Decide which contexts are watched at start.

    The command line wins over the settings, the settings over the kubeconfig's current context.

    Args:
        kubeconfig: All contexts.
        wanted: `--context`: names or globs, separated by commas; empty where it was not given.
        every: `--all-contexts`.
        settings: The settings.

    Returns:
        Names of contexts; none where nothing is chosen and the kubeconfig has no current context.

    Raises:
        StartError: A context that was asked for on the command line does not exist.
    """
    names = [entry.name for entry in kubeconfig.contexts]
    if wanted:
        patterns = [pattern.strip() for pattern in wanted.split(",") if pattern.strip()]
        unknown = [pattern for pattern in patterns if not _matching(names, [pattern])]
        if unknown:
            raise StartError(f"there is no context {unknown[0]!r} in the kubeconfig; there are: {', '.join(names)}")
        return _matching(names, patterns)
    if every or settings.all_contexts:
        return tuple(names)
    chosen = _matching(names, list(settings.contexts))
    return chosen or ((kubeconfig.current,) if kubeconfig.current else ())


def _matching(names: list[str], patterns: list[str]) -> tuple[str, ...]:
    """Names that a pattern names, else those that it matches as a glob: a name may itself have a `*` or `[`."""
    found: dict[str, None] = {}
    for pattern in patterns:
        exact = [name for name in names if name == pattern]
        found.update(dict.fromkeys(exact or [name for name in names if fnmatchcase(name, pattern)]))
    return tuple(found)


def _build_shell(
    arguments: argparse.Namespace, settings: Settings, kubeconfig: Kubeconfig, start: tuple[str, ...]
) -> tuple["Shell", tuple[Problem, ...]]:
    from tui.actions import DEFAULT_KEYS, KEY_SCOPES
    from tui.clock import SystemClock
    from tui.config.keymap import resolve_keymap
    from tui.config.themes import choose_theme, load_themes
    from tui.screens.shell import Shell
    from tui.session import Session
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
    clock = SystemClock()
    session = Session(
        clock,
        {entry.name: _cluster_factory(entry, clock, settings) for entry in kubeconfig.contexts},
        partial(_make_git, paths.cache / "git"),
        read_only=arguments.read_only or settings.read_only,
    )
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
