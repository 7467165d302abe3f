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
    why = _add(commands, "why", "print why an object is as it is, and what to do", _WHY)
    why.add_argument("words", nargs="+", metavar="KIND/NAME", help="the object; KIND NAME means the same")
    _add_scope(why)
    why.add_argument("-o", "--output", choices=("text", "json", "yaml"), default="text", help="how to print")


def _add(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, help_: str, description: str
) -> argparse.ArgumentParser:
    return commands.add_parser(
        name,
        help=help_,
        description=description,
        epilog=_EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def _add_scope(parser: argparse.ArgumentParser) -> None:
    add_fleet_options(parser, top=False)
    parser.add_argument("-n", "--namespace", default="", metavar="NS", help="the namespace; default: the context's own")
    parser.add_argument("-A", "--all-namespaces", action="store_true", help="all namespaces")
    parser.add_argument(
        "--timeout", type=_seconds, default=30.0, metavar="30s", help="how long to wait for contexts to answer"
    )


def _seconds(text: str) -> float:
    """A duration as Go writes it, or a plain number of seconds."""
    seconds = float(text) if text.replace(".", "", 1).isdecimal() else parse_duration(text).total_seconds()
    if seconds <= 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no duration: write 30s or 2m")
    return seconds
