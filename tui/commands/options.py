"""The options of the headless commands: kubectl's, by kubectl's rules."""

import argparse
from pathlib import Path
from typing import Any

from tui.model.times import parse_duration

_EXIT_CODES = """\
exit codes:
  0  fine: all that was asked for was seen, and nothing of it is broken or waits
  1  faults found: failed, stalled, or waiting for something that is
  2  could not tell: a context, a kind or the object could not be seen; stderr says why
"""

_GET = """\
Print Flux objects and their states, as the screens show them.

KIND is a kind, its plural or an abbreviation (ks, hr, git, helmrepo …), several with commas, or all, which is
the default. As with kubectl, the namespace is the context's own unless -n or -A says more.
"""

_WHY = """\
Print why an object is as it is: the way to what broke first, what its controllers say, the next step, and whom it
hurts. Reads what was applied, down to the pods. As with kubectl, the namespace is the context's own unless -n or -A
says more.
"""


_ACT = """\
{what} As with kubectl, the namespace is the context's own unless -n says more.

Each object is asked once, in dependency order, and followed to what became of it; each step is told on stderr.
"""

_RECONCILE = "Ask for a run now, with the source's first if wanted."
_SUSPEND = "Suspend: nothing is reconciled until it is resumed."
_RESUME = "Resume what is suspended, and reconcile it."

_ACT_EXIT_CODES = """\
exit codes:
  0    all of it was done: ready; suspended; with --no-wait, the API server has it
  1    something failed, was refused, was skipped, or was not done in time
  2    could not tell, or nothing was asked: a context or the object could not be seen, writing is not allowed here,
       nobody agreed, or the options are wrong; stderr says why
  130  ctrl-c: what was sent, and how far it came, is told
"""

DEFAULT_TIMEOUT = 30.0
"""Seconds to wait for contexts to answer."""


def add_fleet_options(parser: argparse.ArgumentParser, *, top: bool) -> None:
    """Add what says which contexts are meant.

    Args:
        parser: The parser to add them to.
        top: Whether it is the program's own: what stands there counts for a command that does not say otherwise.
    """
    kept: dict[str, Any] = {} if top else {"default": argparse.SUPPRESS}
    parser.add_argument("--kubeconfig", type=Path, metavar="FILE", help="this file in place of KUBECONFIG", **kept)
    parser.add_argument(
        "--context",
        action="append",
        metavar="A,B",
        help="the contexts to watch, names or globs; may be given several times; default: the current",
        **kept,
    )
    parser.add_argument("--all-contexts", action="store_true", help="watch every context of the kubeconfig", **kept)


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the headless commands.

    Args:
        commands: The program's commands.
    """
    get = _add(commands, "get", "print objects and their states", _GET)
    get.add_argument("words", nargs="*", metavar="KIND[/NAME] [NAME …]", help="what to print; default: all kinds")
    _add_scope(get)
    get.add_argument("-o", "--output", choices=("table", "json", "yaml", "name"), default="table", help="how to print")
    get.add_argument("-w", "--watch", action="store_true", help="go on with a row for each change, until ctrl-c")
    get.add_argument(
        "--suspended", action="store_true", help="only what is suspended: by whom, why, until when; overdue first"
    )
    why = _add(commands, "why", "print why an object is as it is, and what to do", _WHY)
    why.add_argument("words", nargs="+", metavar="KIND/NAME", help="the object; KIND NAME means the same")
    _add_scope(why)
    why.add_argument("-o", "--output", choices=("text", "json", "yaml"), default="text", help="how to print")
    _add_actions(commands)


def _add_actions(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    reconcile = _add_action(commands, "reconcile", "reconcile objects and wait for what becomes of it", _RECONCILE)
    reconcile.add_argument(
        "--with-source", action="store_true", help="reconcile their sources first, and wait for them"
    )
    release = reconcile.add_mutually_exclusive_group()
    release.add_argument("--force", action="store_true", help="release HelmReleases now, even what is in sync")
    release.add_argument("--reset", action="store_true", help="forget the failures of HelmReleases that were counted")
    suspend = _add_action(commands, "suspend", "suspend objects", _SUSPEND)
    suspend.add_argument("--reason", default="", metavar="TEXT", help="why, recorded with it; with a ticket, if any")
    suspend.add_argument(
        "--until", default="", metavar="WHEN", help="when it is to be resumed, recorded with it: 2h, 17:00, 2026-12-01"
    )
    _add_action(commands, "resume", "resume objects, reconcile them and wait for what becomes of it", _RESUME)


def _add_action(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, help_: str, what: str
) -> argparse.ArgumentParser:
    parser = _add(commands, name, help_, _ACT.format(what=what), _ACT_EXIT_CODES)
    parser.add_argument("words", nargs="+", metavar="KIND/NAME", help="the objects; KIND NAME … means the same")
    _add_scope(parser, "how long to wait for everything; default: 30s for contexts, 5m or its own timeout an object")
    parser.set_defaults(timeout=None)
    parser.add_argument("--all", action="store_true", help="all objects of KIND to which it does anything")
    parser.add_argument(
        "--wait", action=argparse.BooleanOptionalAction, default=True, help="wait until it is done; default"
    )
    parser.add_argument("-y", "--yes", action="store_true", help="agree to what is protected")
    parser.add_argument("--read-only", action="store_true", default=argparse.SUPPRESS, help="never send a write")
    parser.add_argument("-o", "--output", choices=("text", "json", "yaml"), default="text", help="how to print")
    return parser


def _add(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    help_: str,
    description: str,
    exit_codes: str = _EXIT_CODES,
) -> argparse.ArgumentParser:
    return commands.add_parser(
        name,
        help=help_,
        description=description,
        epilog=exit_codes,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def _add_scope(parser: argparse.ArgumentParser, timeout: str = "how long to wait for contexts to answer") -> None:
    add_fleet_options(parser, top=False)
    parser.add_argument("-n", "--namespace", default="", metavar="NS", help="the namespace; default: the context's own")
    parser.add_argument("-A", "--all-namespaces", action="store_true", help="all namespaces")
    parser.add_argument("--timeout", type=_seconds, default=DEFAULT_TIMEOUT, metavar="30s", help=timeout)


def _seconds(text: str) -> float:
    """A duration as Go writes it, or a plain number of seconds."""
    seconds = float(text) if text.replace(".", "", 1).isdecimal() else parse_duration(text).total_seconds()
    if seconds <= 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no duration: write 30s or 2m")
    return seconds
