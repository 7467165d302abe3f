"""What a terminal sends when somebody pastes, whole and in pieces of every size."""

import pytest
from textual.events import Key, Paste
from textual.message import Message

from tui.paste import PasteParser

BEGIN, END = "\x1b[200~", "\x1b[201~"


def _meaning(message: Message) -> str:
    match message:
        case Key():
            return message.key
        case Paste():
            return f"paste {message.text!r}"
    return type(message).__name__


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, 1000])
@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        pytest.param("ab", ["a", "b"], id="keys"),
        pytest.param("\x1b[A\x1b[B", ["up", "down"], id="arrows"),
        pytest.param(f"a{BEGIN}some text{END}b", ["a", "paste 'some text'", "b"], id="text"),
        pytest.param(f"{BEGIN}Rq\x1bT{END}", ["paste 'RqT'"], id="an escape character"),
        pytest.param(f"{BEGIN}\x1b[31mred\x1b[0m{END}j", ["paste '[31mred[0m'", "j"], id="colours"),
        pytest.param(f"{BEGIN}\x1b[20{END}j", ["paste '[20'", "j"], id="half an end"),
        pytest.param(f"{BEGIN}\x1b{BEGIN}T{END}", ["paste '[200~T'"], id="a beginning"),
        pytest.param(f"{BEGIN}a\x00\x07\x9b1m\tb\r\nc{END}", [r"paste 'a1m\tb\r\nc'"], id="other controls"),
        pytest.param(f"{BEGIN}{'x' * 100}\x1b{'T' * 100}{END}", [f"paste '{'x' * 100}{'T' * 100}'"], id="long"),
        pytest.param(f"{BEGIN}a{END}{BEGIN}\x1bb{END}", ["paste 'a'", "paste 'b'"], id="two"),
    ],
)
def test_what_is_pasted_presses_no_key(sent: str, meant: list[str], size: int) -> None:
    parser = PasteParser()
    pieces = [sent[at : at + size] for at in range(0, len(sent), size)]
    found = [_meaning(message) for piece in pieces for message in parser.feed(piece)]
    assert [one for one in found if one != "paste ''"] == meant


def test_the_end_of_everything() -> None:
    parser = PasteParser()
    assert [_meaning(one) for one in parser.feed(f"{BEGIN}never ended")] == []
    assert list(parser.feed("")) == []
