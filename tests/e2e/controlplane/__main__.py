"""The control plane by hand: `python -m tests.e2e.controlplane build|where|region up NAME|region down NAME`."""

import argparse
import sys

from tests.e2e.controlplane.build import build_absent
from tests.e2e.controlplane.cache import find_cache
from tests.e2e.controlplane.locate import AbsentError, absent, find_all, told
from tests.e2e.controlplane.needs import NeedError
from tests.e2e.controlplane.versions import load_versions

REFUSED = 2
"""The exit code when something is missing."""


def main(argv: list[str] | None = None) -> int:
    """Run a command.

    Args:
        argv: The arguments, by default the process's own.

    Returns:
        The exit code: 0 done, 1 failed, 2 something is missing.
    """
    arguments = _parser().parse_args(argv)
    try:
        match arguments.command:
            case "build":
                return _build()
            case "where":
                return _where()
            case _:
                return _region(arguments.verb, arguments.names)
    except (NeedError, AbsentError) as error:
        print(f"controlplane: {error}", file=sys.stderr)
        return REFUSED
    except KeyboardInterrupt:
        print("stopped; what was finished is kept", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.e2e.controlplane", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("build", help="build what is absent")
    commands.add_parser("where", help="say where each binary comes from")
    region = commands.add_parser("region", help="start or end a region for use by hand")
    region.add_argument("verb", choices=("up", "down"))
    region.add_argument("names", nargs="+", metavar="NAME")
    return parser


def _build() -> int:
    failures = build_absent()
    for failure in failures:
        print(failure, file=sys.stderr)
    return 1 if failures else 0


def _where() -> int:
    found = find_all()
    for binary in load_versions():
        one = found.get(binary.name)
        print(f"{binary.label:32} {f'{one.path} ({one.origin})' if one else 'absent'}")
    if missing := absent():
        print(told(missing), file=sys.stderr)
        return REFUSED
    return 0


def _region(verb: str, names: list[str]) -> int:
    from tests.e2e.byhand import RegionError, bring_down, bring_up

    folder = find_cache().root / "regions"
    try:
        for name in names:
            bring_up(folder, name) if verb == "up" else bring_down(folder, name)
    except RegionError as error:
        print(f"region: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
