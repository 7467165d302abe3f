"""A terminal's screen, as far as the program under test draws on it: cursor moves, erasing and text, no styles."""

import re
import unicodedata

_SEQUENCE = re.compile(
    r"\x1b\[(?P<arguments>[0-9;:?<>=]*)[ $!]*(?P<final>[@-~])"  # CSI
    r"|\x1b[\]P_^](?:[^\x07\x1b]|\x1b[^\\])*(?:\x07|\x1b\\)"  # OSC and other strings
    r"|\x1b[()*+][0-9A-Za-z]|\x1b[=>78DEHMNOZc]"
)
_UNFINISHED = re.compile(r"\x1b(?:\[[0-9;:?<>= $!]*|[\]P_^][^\x07]*|[()*+])?$")


class Screen:
    """Rows of characters."""

    def __init__(self, columns: int, rows: int) -> None:
        self.columns = columns
        self._cells = [[" "] * columns for _ in range(rows)]
        self._row = self._column = 0
        self._left_over = ""

    @property
    def lines(self) -> list[str]:
        """What stands on the screen, row by row."""
        return ["".join(row) for row in self._cells]

    def feed(self, text: str) -> None:
        """Draw what a program wrote.

        Args:
            text: The next part of its output; it may end within a sequence.
        """
        text = self._left_over + text
        unfinished = _UNFINISHED.search(text)
        end = unfinished.start() if unfinished else len(text)
        text, self._left_over = text[:end], text[end:]
        place = 0
        for match in _SEQUENCE.finditer(text):
            self._write(text[place : match.start()])
            if match["final"]:
                self._obey(match["final"], match["arguments"])
            place = match.end()
        self._write(text[place:])

    def _obey(self, final: str, arguments: str) -> None:
        numbers = [int(part) if part.isdecimal() else 0 for part in arguments.split(";")]
        first = numbers[0]
        match final:
            case "H" | "f":
                self._row = max(0, first - 1)
                self._column = max(0, (numbers[1] if len(numbers) > 1 else 1) - 1)
            case "G":
                self._column = max(0, first - 1)
            case "A" | "B" | "C" | "D":
                step = max(1, first)
                self._row += {"A": -step, "B": step}.get(final, 0)
                self._column += {"C": step, "D": -step}.get(final, 0)
            case "J" if first == 2:
                for row in self._cells:
                    row[:] = [" "] * self.columns
            case "K" if 0 <= self._row < len(self._cells):
                self._cells[self._row][self._column :] = [" "] * (self.columns - self._column)

    def _write(self, text: str) -> None:
        for character in text:
            if character == "\n":
                self._row += 1
            elif character == "\r":
                self._column = 0
            elif character >= " ":
                self._put(character)

    def _put(self, character: str) -> None:
        if 0 <= self._row < len(self._cells) and 0 <= self._column < self.columns:
            self._cells[self._row][self._column] = character
        self._column += 2 if unicodedata.east_asian_width(character) in "WF" else 1
