"""Reading a YAML file as fields that know their line."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from tui.config.paths import shown
from tui.config.problems import Problem, quoted

Report = Callable[[int, str, str], None]
"""Takes a problem: line, what, next step."""

_QUOTES = 'Put quotes around text that begins with a sign, such as "*-prod", "?", ":" or "#101418".'
_UNREADABLE = "The defaults are used until it can be read."


class Entry(NamedTuple):
    """One value of a YAML file."""

    node: yaml.Node
    """The value as it was parsed."""
    line: int
    """The line of its field's name, or of the value itself where it has none; from 1."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is written there, which means the default."""
        return bool(self.node.tag == "tag:yaml.org,2002:null")

    @property
    def text(self) -> str | None:
        """The text of a plain value exactly as it was written, None for lists and maps."""
        return str(self.node.value) if isinstance(self.node, yaml.ScalarNode) else None

    @property
    def items(self) -> "list[Entry] | None":
        """The items of a list; a plain value is a list of one; None for a map."""
        if isinstance(self.node, yaml.SequenceNode):
            return [Entry(item, _line(item)) for item in self.node.value]
        return [self] if isinstance(self.node, yaml.ScalarNode) else None

    @property
    def fields(self) -> "list[tuple[str, Entry]] | None":
        """The fields of a map in their order, None for anything else."""
        if not isinstance(self.node, yaml.MappingNode):
            return None
        return [(str(key.value), Entry(value, _line(key))) for key, value in self.node.value]

    @property
    def value(self) -> Any:
        """A plain value as YAML types it: bool, int, float, str; the text where it has another type."""
        if self.node.tag not in _PLAIN_TAGS:
            return self.text
        try:
            return yaml.SafeLoader("").construct_object(self.node)
        except (yaml.YAMLError, ValueError):
            return self.text


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


_PLAIN_TAGS = frozenset(f"tag:yaml.org,2002:{name}" for name in ("bool", "int", "float", "str", "null"))


def as_fields(entry: Entry, report: Report) -> dict[str, Entry]:
    """Take a map apart, reporting what is given twice.

    Args:
        entry: A map.
        report: Told what is wrong.

    Returns:
        Its fields by name; of two of the same name the first.
    """
    found: dict[str, Entry] = {}
    for name, value in entry.fields or ():
        if name in found:
            first = found[name].line
            report(value.line, f"{quoted(name)} was given on line {first} already; that one counts", "Remove one.")
        else:
            found[name] = value
    return found


def read_document(path: Path) -> tuple[dict[str, Entry], list[Problem], Report]:
    """Read a YAML file whose top is a map.

    Args:
        path: The file; a missing one is an empty one.

    Returns:
        The fields, the list of problems so far, and a function that adds one to that list.
    """
    problems: list[Problem] = []

    def report(line: int, what: str, next_step: str) -> None:
        problems.append(Problem(shown(path), line, what, next_step))

    entry = _compose(path, report)
    if entry is None or entry.is_empty:
        return {}, problems, report
    if entry.fields is None:
        report(entry.line, "the file is not a map of fields; nothing in it is used", "Write one `field: value` a line.")
    return as_fields(entry, report), problems, report


def _compose(path: Path, report: Report) -> Entry | None:
    try:
        node = yaml.compose(path.read_bytes().decode("utf-8-sig"), Loader=yaml.SafeLoader)
    except FileNotFoundError:
        return None
    except OSError as error:
        report(0, f"can't be read: {error.strerror or error}", _UNREADABLE)
        return None
    except UnicodeDecodeError as error:
        report(
            error.object.count(b"\n", 0, error.start) + 1,
            "is not UTF-8 text; nothing in it is used",
            "Save it as UTF-8.",
        )
        return None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        report(mark.line + 1 if mark else 0, f"is not valid YAML: {error.problem}; nothing in it is used", _QUOTES)
        return None
    except (yaml.YAMLError, RecursionError) as error:
        reason = str(error).splitlines()[0] if isinstance(error, yaml.YAMLError) else "it is nested too deeply"
        report(0, f"is not valid YAML: {reason}; nothing in it is used", _QUOTES)
        return None
    return Entry(node, _line(node)) if node is not None else None
