"""Hiding secrets in the text of manifests: line by line, so that broken and templated files are covered too."""

import re
from collections.abc import Iterator

MASK = "••••••"
"""What a secret value is shown as."""

_SOPS = re.compile(r"ENC\[[^\]]*(?:\]|$)")
_LEAD = re.compile(r"[\s\-{\[,]*")
_KEY = re.compile(r"""(["']?)([^\s"':]+)\1\s*:(?=\s|$|["'{\[])\s*(.*)""")
_SECRET_KIND = re.compile(r"""["']?\bkind["']?\s*:\s*["']?Secret["']?\s*(?=[,}#\s]|$)""")
_DATA_IN_LINE = re.compile(r"""(["']?\b(?:data|stringData)["']?\s*:\s*)\S.*""")
_LITERAL = re.compile(r"""(["']?[^\s"'=]+=).+""")
_KEY_BEGINS = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----")
_KEY_ENDS = re.compile(r"-----END [A-Z ]*PRIVATE KEY-----")
_SIGNS = ("Secret", "secretGenerator", "PRIVATE KEY")
"""A text without any of these holds nothing that this module would hide by line."""

_VALUES = ("data", "stringData")


def mask_line(text: str) -> str:
    """Shorten the SOPS-encrypted values in a line; they are safe, but nobody can read them.

    Args:
        text: A line.

    Returns:
        The line with `ENC[…]` for each.
    """
    return _SOPS.sub("ENC[…]", text)


def masked_lines(text: str) -> dict[int, str]:
    """Find the lines that hold secrets.

    These are the values of `data` and `stringData` of a Secret (YAML or JSON, also in lists and patches), the literals
    of a kustomize `secretGenerator`, and private keys.

    Args:
        text: A whole file.

    Returns:
        For each such line, by its number from 1, what to show instead of it.
    """
    if not any(sign in text for sign in _SIGNS):
        return {}
    lines = text.split("\n")
    masked: dict[int, str] = {}
    for start, end in _documents(lines):
        _mask_secrets(lines, start, end, masked)
        _mask_generators(lines, start, end, masked)
    _mask_private_keys(lines, masked)
    return {index + 1: shown for index, shown in masked.items()}


def _documents(lines: list[str]) -> Iterator[tuple[int, int]]:
    start = 0
    for index, line in enumerate(lines):
        if line.startswith("---"):
            yield start, index
            start = index + 1
    yield start, len(lines)


def _mask_secrets(lines: list[str], start: int, end: int, masked: dict[int, str]) -> None:
    depths, anywhere = _secret_depths(lines, start, end)
    for index in range(start, end):
        key = _key_of(lines[index])
        if key in _VALUES and (anywhere or _depth(lines[index]) in depths):
            _mask_values(lines, index, end, masked)
        elif anywhere and index not in masked and _DATA_IN_LINE.search(lines[index]):
            masked[index] = _DATA_IN_LINE.sub(rf"\1{MASK}", lines[index])


def _secret_depths(lines: list[str], start: int, end: int) -> tuple[set[int], bool]:
    """Find at which depths `kind: Secret` stands, and whether it also stands inside a line (`{…, kind: Secret, …}`)."""
    depths: set[int] = set()
    anywhere = False
    for index in range(start, end):
        match = _SECRET_KIND.search(lines[index])
        if match is None:
            continue
        if match.start() == _depth(lines[index]):
            depths.add(match.start())
        anywhere = anywhere or match.start() != _depth(lines[index]) or lines[index].lstrip().startswith(("{", "["))
    return depths, anywhere


def _mask_values(lines: list[str], head: int, end: int, masked: dict[int, str]) -> None:
    """Mask what belongs to the mapping that starts at a line: the names of its values stay, all else goes."""
    match = _KEY.match(lines[head], _depth(lines[head]))
    value = match[3].strip() if match else ""
    if value and value != "{" and not value.startswith("#"):
        masked[head] = _DATA_IN_LINE.sub(rf"\1{MASK}", lines[head])
    inner: int | None = None
    for index in _block(lines, head, end):
        depth = _depth(lines[index])
        inner = depth if inner is None else inner
        masked[index] = _masked_entry(lines[index]) if depth == inner else f"{lines[index][:depth]}{MASK}"


def _masked_entry(line: str) -> str:
    depth = _depth(line)
    match = _KEY.match(line, depth)
    if match is None:
        return f"{line[:depth]}{MASK}"
    value = match[3].strip()
    if not value:
        return line
    name = line[: match.start(3)]
    return mask_line(line) if _SOPS.fullmatch(value.strip("\"',")) else f"{name}{MASK}"


def _block(lines: list[str], head: int, end: int) -> Iterator[int]:
    """Yield the lines below a key: deeper than it, or before the braces that it opens are closed."""
    depth = _depth(lines[head])
    braces = _braces(lines[head][depth:])
    for index in range(head + 1, end):
        line = lines[index]
        if not line.strip():
            continue
        if _depth(line) <= depth and braces <= 0 and not line.lstrip().startswith("#"):
            return
        braces += _braces(line)
        if line.strip() not in ("}", "},"):
            yield index


def _braces(text: str) -> int:
    return text.count("{") - text.count("}")


def _mask_generators(lines: list[str], start: int, end: int, masked: dict[int, str]) -> None:
    for index in range(start, end):
        if _key_of(lines[index]) != "secretGenerator":
            continue
        for inner in _block(lines, index, end):
            if _key_of(lines[inner]) == "literals":
                _mask_literals(lines, inner, end, masked)


def _mask_literals(lines: list[str], head: int, end: int, masked: dict[int, str]) -> None:
    match = _KEY.match(lines[head], _depth(lines[head]))
    if match and match[3].strip():
        masked[head] = f"{lines[head][: match.start(3)]}{MASK}"
    for index in _block(lines, head, end):
        depth = _depth(lines[index])
        literal = _LITERAL.match(lines[index], depth)
        masked[index] = f"{lines[index][:depth]}{literal[1] if literal else ''}{MASK}"


def _mask_private_keys(lines: list[str], masked: dict[int, str]) -> None:
    inside = False
    for index, line in enumerate(lines):
        if _KEY_ENDS.search(line):
            inside = False
        elif inside and line.strip():
            masked.setdefault(index, f"{line[: _depth(line)]}{MASK}")
        elif _KEY_BEGINS.search(line):
            inside = True


def _depth(line: str) -> int:
    match = _LEAD.match(line)
    return match.end() if match else 0


def _key_of(line: str) -> str:
    match = _KEY.match(line, _depth(line))
    return match[2] if match else ""
