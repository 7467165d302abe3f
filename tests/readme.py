"""What README and CONTRIBUTING say of keys and modules, written from the code: `python -m tests.readme`."""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

from tui.actions import ACTIONS, Action, Topic
from tui.config.keynames import show_key

ROOT = Path(__file__).parents[1]


def key_table() -> str:
    """Every action: its default keys, its id, and what it does."""
    lines = ["| key | action | what it does |", "|---|---|---|"]
    for topic in Topic:
        lines.append(f"| **{topic}** | | |")
        lines += [_key_row(action) for action in ACTIONS.values() if action.topic is topic and not _is_repeat(action)]
    return "\n".join(lines)


def _is_repeat(action: Action) -> bool:
    """Whether it does for another digit what `context.1` does for 1."""
    return action.id.startswith("context.") and action.id[-1] in "23456789"


def _key_row(action: Action) -> str:
    keys, name, does = " ".join(_code(show_key(key)) for key in action.keys), _code(action.id), action.help
    if action.id == "context.1":
        keys, name, does = "`1` … `9`", "`context.1` …", does.replace("context 1", "that context")
    return f"| {keys} | {name} | {does.replace('|', chr(92) + '|')} |"


def _code(text: str) -> str:
    return f"`{text}`"


def module_map() -> str:
    """Every module of the program, by folder, with what its docstring says it is."""
    package = ROOT / "tui"
    folders = [package, *sorted(path.parent for path in package.glob("*/__init__.py"))]
    return "\n\n".join("\n".join(_folder_lines(folder)) for folder in folders)


def _folder_lines(folder: Path) -> Iterator[str]:
    yield f"**{folder.relative_to(ROOT)}/** {_summary(folder / '__init__.py')}"
    yield ""
    for module in sorted(folder.glob("*.py")):
        if module.name != "__init__.py":
            yield f"- [{module.name}]({module.relative_to(ROOT)}): {_summary(module)}"


def _summary(module: Path) -> str:
    return (ast.get_docstring(ast.parse(module.read_text(encoding="utf-8"))) or "").partition("\n")[0]


WRITTEN: dict[str, tuple[str, Callable[[], str]]] = {
    "README.md": ("keys", key_table),
    "CONTRIBUTING.md": ("modules", module_map),
}
"""Document → the comment that marks the place, and what belongs there."""


def rewritten(document: str) -> str:
    """A document as it should be.

    Args:
        document: Its name.

    Returns:
        Its text, with what is between `<!-- marker -->` and `<!-- /marker -->` written anew.
    """
    marker, write = WRITTEN[document]
    begin, end = f"<!-- {marker} -->\n", f"<!-- /{marker} -->"
    before, began, rest = (ROOT / document).read_text(encoding="utf-8").partition(begin)
    _, ended, after = rest.partition(end)
    if not (began and ended):
        raise ValueError(f"{document} has no place between {begin.strip()} and {end}")
    return f"{before}{begin}\n{write()}\n\n{end}{after}"


def main() -> None:
    """Write every document anew."""
    for document in WRITTEN:
        (ROOT / document).write_text(rewritten(document), encoding="utf-8")


if __name__ == "__main__":
    main()
