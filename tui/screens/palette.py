"""The palette: type a command; tab completes it, enter runs exactly what was typed."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Key
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.widgets import Input

from tui.screens.command import preview, suggestions
from tui.screens.keyed import TakesKeys, type_into
from tui.screens.shell import Shell
from tui.widgets.cellwise import Line, fit
from tui.widgets.lines import LineView
from tui.widgets.palette import Palette

_COMMAND_WIDTH = 22


class _Suggestions(LineView, can_focus=False):
    titled = False

    def __init__(self, palette: Palette) -> None:
        super().__init__(palette, id="suggestions")
        self.matches: list[tuple[str, str]] = []
        self.cursor = None

    def show(self, matches: list[tuple[str, str]]) -> None:
        """Show what could be meant; none of it is chosen until tab or an arrow chooses it."""
        self.matches, self.cursor, self.top = matches, None, 0
        self.repaint()

    def count_lines(self) -> int:
        """One line a command."""
        return len(self.matches)

    def draw_line(self, index: int, width: int) -> Strip:
        """A command and what it does."""
        palette = self.palette
        command, says = self.matches[index]
        line = Line(width, palette.base + palette.cursor if index == self.cursor else palette.base)
        line.add(f" {fit(command, _COMMAND_WIDTH, palette.sign('cut'))} ", palette.text)
        return line.add(palette.plain(says), palette.dim, palette.sign("cut")).strip()


class PaletteScreen(TakesKeys[str | None], ModalScreen[str | None]):
    """Dismissed with what was typed, or None."""

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        contexts = list(shell.session.picture.statuses)
        self._all = suggestions(contexts, sorted(shell.themes), shell.keymap)
        self._clock = shell.session.clock
        self._input = Input(placeholder="command", id="command", compact=True, select_on_focus=False)
        self._input.cursor_blink = False
        self._list = _Suggestions(shell.palette)

    def compose(self) -> ComposeResult:
        """The input and the suggestions below it."""
        with Vertical(id="palette"):
            yield self._input
            yield self._list

    def on_mount(self) -> None:
        """Begin with everything."""
        self._list.matches = self._all
        self.set_focus(self._input)

    def on_input_changed(self) -> None:
        """Narrow the suggestions down to what was pasted."""
        self._narrow()

    def _narrow(self) -> None:
        typed = self._input.value.lstrip().lower()
        starts = [pair for pair in self._all if pair[0].lower().startswith(typed)]
        holds = [pair for pair in self._all if pair not in starts and typed in f"{pair[0]} {pair[1]}".lower()]
        self._list.show(starts + holds or preview(self._input.value.lstrip(), self._clock.now()))

    async def take_key(self, event: Key) -> None:
        """Enter runs exactly what was typed, tab and arrows put a suggestion into the input, escape leaves."""
        match event.key:
            case "escape" | "ctrl+c":
                self.dismiss(None)
            case "tab" | "down":
                self._choose(1)
            case "shift+tab" | "up":
                self._choose(-1)
            case "enter":
                self.dismiss(self._input.value.strip() or None)
            case _:
                if await type_into(self._input, event):
                    self._narrow()

    def _choose(self, step: int) -> None:
        matches = self._list.matches
        if not matches:
            return
        at = self._list.cursor
        place = (0 if step > 0 else len(matches) - 1) if at is None else (at + step) % len(matches)
        self._list.cursor = place
        self._list.show_cursor()
        self._list.repaint()
        with self.prevent(Input.Changed):
            self._input.value = matches[place][0]
            self._input.cursor_position = len(self._input.value)
