"""What an action asks of the objects, from the command line."""

import argparse
from datetime import datetime

import msgspec

from tui.commands.ending import StartError
from tui.commands.targets import Target
from tui.config.settings import Settings
from tui.model.guardrails import Protected
from tui.model.intent import Note, Verb
from tui.model.until import parse_until

ACTIONS = (Verb.RECONCILE, Verb.SUSPEND, Verb.RESUME)
"""The commands that write. Force and reset are options of the first, as in the flux CLI."""


class Request(msgspec.Struct, frozen=True):
    """What is asked of each object, and how."""

    verb: Verb
    with_source: bool = False
    note: Note | None = None
    """What is recorded with a suspension."""
    every: bool = False
    """`--all`: every object of the kinds that were named."""
    wait: bool = True
    """Whether each object is followed to its end; else only until the API server has the request."""
    limited: bool = False
    """Whether `--timeout` was given, and so ends the following too; else each object has its own time."""
    agreed: bool = False
    """`--yes`: nobody is asked."""
    protected: Protected = Protected()
    """Where a person has to agree."""


def read_request(arguments: argparse.Namespace, target: Target, settings: Settings, now: datetime) -> Request | None:
    """Read what an action is to do.

    Args:
        arguments: The command line.
        target: The objects that were named.
        settings: For what is protected, and whether anything may be written.
        now: The time in the person's zone.

    Returns:
        The request; None for a command that only looks.

    Raises:
        StartError: Nothing may be written, or a kind was named where objects have to be.
    """
    if arguments.command not in ACTIONS:
        return None
    _check(arguments, target, settings)
    return Request(
        _verb(arguments),
        getattr(arguments, "with_source", False),
        _note(arguments, now),
        arguments.all,
        arguments.wait,
        arguments.timeout is not None,
        arguments.yes,
        settings.protection,
    )


def _check(arguments: argparse.Namespace, target: Target, settings: Settings) -> None:
    command, words = arguments.command, " ".join(arguments.words)
    if arguments.read_only or settings.read_only is True:
        whose = "--read-only" if arguments.read_only else f"read_only in {settings.file}"
        raise StartError(f"nothing is written with {whose}: leave it out to {command} {words}")
    is_named = [bool(one.name) for one in target.wanted]
    if not arguments.all and not all(is_named):
        raise StartError(f"{command} {words} would mean every object of the kind: write KIND/NAME, or add --all")
    if arguments.all and any(is_named):
        raise StartError("--all means every object of a kind: leave out the names, or --all")


def _verb(arguments: argparse.Namespace) -> Verb:
    if getattr(arguments, "force", False):
        return Verb.FORCE
    return Verb.RESET if getattr(arguments, "reset", False) else Verb(arguments.command)


def _note(arguments: argparse.Namespace, now: datetime) -> Note | None:
    reason, until = getattr(arguments, "reason", ""), getattr(arguments, "until", "")
    if not reason and not until:
        return None
    try:
        return Note(reason=reason, until=parse_until(until, now) if until else None)
    except ValueError as error:
        raise StartError(f"--until {error}") from None
