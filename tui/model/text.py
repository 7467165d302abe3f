"""Making text from a cluster or from Git harmless before anything can draw it."""

import re
from typing import Any

import msgspec

_HOSTILE_CHARACTERS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2028\u2029\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
"""Control characters (C0 but tab and newline, DEL, C1), bidirectional controls, invisible joiners, fillers and tags."""

_HOSTILE_ESCAPE = re.compile(
    rb"\\(?:[rbf]|u(?:00(?:[01][0-9a-fA-F]|7[fF]|[89][0-9a-fA-F]|[aA][dD])|061[cC]|180[eE]|20[0-6][0-9a-fA-F]|3164"
    rb"|[dD][bB][4-7]|[fF][eE][0fF]|[fF][fF](?:[aA]0|[fF][9aAbB])))"
)
_HOSTILE_BYTES = re.compile(
    rb"\xc2[\x80-\x9f\xad]|\xd8\x9c|\xe1\xa0\x8e|\xe2\x80[\x8b-\x8f\xa8-\xae]|\xe2\x81[\xa0-\xaf]|\xe3\x85\xa4"
    rb"|\xef\xb8[\x80-\x8f]|\xef\xbb\xbf|\xef\xbe\xa0|\xef\xbf[\xb9-\xbb]|\xf3\xa0"
)
"""Where a JSON document may hold one of them, escaped or raw. A false hit costs time, never correctness."""

_URL_USER = re.compile(r"\b([a-zA-Z][a-zA-Z0-9+.-]*://)([^\s/@:]*)(:[^\s/@]*)?@")

_MOST_IN_SHORT = 8192
"""Characters: more than the widest terminal shows of one line."""

_LONG_HEX = re.compile(r"\b[0-9a-f]{40,128}\b")


def clean(text: str) -> str:
    """Strip control characters, terminal escapes, bidirectional overrides and invisible joiners.

    Tabs and newlines stay: an error may have several lines.

    Args:
        text: Any text that was not written by this program.

    Returns:
        The text without the characters that a terminal would obey or hide.
    """
    return _HOSTILE_CHARACTERS.sub("", text)


def clean_json(raw: bytes) -> bytes:
    """Clean every string of a JSON document, at no cost when there is nothing to clean.

    Args:
        raw: One JSON document, as it came from the network.

    Returns:
        The same document without hostile characters; `raw` itself where it has none.

    Raises:
        msgspec.DecodeError: The document is not valid JSON (only noticed when there is something to clean).
    """
    if not _may_be_hostile(raw):
        return raw
    return msgspec.json.encode(_clean_value(msgspec.json.decode(raw)))


def _may_be_hostile(raw: bytes) -> bool:
    """Whether there may be something to clean; nearly all documents are ASCII, and few have escapes."""
    if _HOSTILE_ESCAPE.search(raw) is not None or b"\x7f" in raw:
        return True
    return not raw.isascii() and _HOSTILE_BYTES.search(raw) is not None


def _clean_value(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [_clean_value(item) for item in value]
    if isinstance(value, dict):
        return {clean(key): _clean_value(item) for key, item in value.items()}
    return value


def one_line(text: str) -> str:
    """Join the lines of a text into one, so that it fits a row.

    Args:
        text: Text that may have newlines and tabs.

    Returns:
        The text with every run of white space as one blank.
    """
    return " ".join(text.split())


def beginning(text: str, most: int) -> str:
    """Cut a text that is longer than anybody reads, between two words where it has any.

    Args:
        text: A text.
        most: How many characters may be left.

    Returns:
        The text, or its beginning.
    """
    if len(text) <= most:
        return text
    kept = text[:most]
    return kept.rpartition(" ")[0] or kept


def counted(number: int, one: str, many: str = "") -> str:
    """How many of something there are.

    Args:
        number: How many.
        one: What a single one is called.
        many: What several are called, where that is not `one` with an s.

    Returns:
        `1 try`, `3 tries`.
    """
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def in_short(message: str) -> str:
    """A message as a row or a sentence has it: in one line, hashes cut, credentials hidden.

    Args:
        message: A message of any length.

    Returns:
        Its beginning, on which the work is bounded.
    """
    return mask_credentials(shorten_hashes(one_line(beginning(message, _MOST_IN_SHORT))))


def mask_credentials(text: str) -> str:
    """Hide what stands before the host of a URL, but for a user name that is no secret, as in `ssh://git@host`.

    Args:
        text: A URL, or a message that may hold some.

    Returns:
        The text with `***` for each password, and for each user of an HTTP URL, which may be a token.
    """
    return _URL_USER.sub(_mask_user, text) if "@" in text else text


def _mask_user(match: re.Match[str]) -> str:
    scheme, password = match[1], match[3]
    return f"{scheme}***@" if password or scheme.lower().startswith("http") else match[0]


def shorten_hashes(text: str) -> str:
    """Cut every hash in a text to 8 characters, as the flux CLI does in messages too (flux2 internal/utils/hex.go).

    Args:
        text: A message or a revision.

    Returns:
        The text with each run of 40 to 128 hexadecimal digits cut to its first 8.
    """
    return _LONG_HEX.sub(lambda match: match[0][:8], text)
