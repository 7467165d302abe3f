"""Whole-screen texts: manifests and anything else that is read line by line."""

from collections.abc import Callable
from functools import partial

from textual.app import ComposeResult
from textual.strip import Strip

from tui.model.refs import ObjectRef
from tui.model.text import mask_credentials
from tui.ports import ClusterError
from tui.screens.keyed import KeyedScreen
from tui.screens.shell import Shell
from tui.widgets.cellwise import Line
from tui.widgets.lines import LineView
from tui.widgets.palette import Palette

MOTIONS = ("down", "up", "top", "bottom", "page_down", "page_up")
"""The motions that every pane of lines knows."""


class TextPane(LineView):
    """Lines of text, with a title."""

    def __init__(self, palette: Palette, title: str, yaml: bool = False) -> None:
        super().__init__(palette, id="text")
        self._title, self._yaml = title, yaml
        self.lines: list[str] = []
        self.note = ""

    def show(self, lines: list[str], note: str = "") -> None:
        """Show a text.

        Args:
            lines: Its lines, without control characters.
            note: What is said at the right of the title.
        """
        self.lines, self.note = lines, note
        self.top = max(0, min(self.top, len(lines) - self.body_height))
        self.repaint()

    def count_lines(self) -> int:
        """As many as the text has."""
        return len(self.lines)

    def draw_title(self, width: int) -> Strip:
        """What the text is, and where in it one is."""
        place = f"{self.top + 1}-{min(len(self.lines), self.top + self.body_height)} of {len(self.lines)}"
        return self.title(self._title, self.note or place, width)

    def draw_line(self, index: int, width: int) -> Strip:
        """A line; in YAML, keys are dim and values are not."""
        line, palette = Line(width, self.palette.base), self.palette
        text = self.lines[index].replace("\t", "    ")
        key, colon, value = text.partition(":")
        if self._yaml and colon and (not value or value.startswith(" ")):
            return line.add(f" {key}:", palette.dim).add(value, palette.text, palette.sign("cut")).strip()
        return line.add(f" {text}", palette.text, palette.sign("cut")).strip()


class TextScreen(KeyedScreen[None]):
    """A text over the whole screen; escape or q leaves it."""

    def __init__(self, shell: Shell, title: str, yaml: bool = False) -> None:
        super().__init__(shell)
        self.pane = TextPane(shell.palette, title, yaml)

    def compose(self) -> ComposeResult:
        """The text is all."""
        yield self.pane

    def on_mount(self) -> None:
        """Send keys to the text."""
        self.set_focus(self.pane)

    def handlers(self) -> dict[str, Callable[[], None]]:
        """Motions, copying and leaving."""
        return {
            **{f"cursor.{motion}": partial(self.pane.go, motion) for motion in MOTIONS},
            "copy": self._copy,
            "back": self.leave,
            "quit": self.leave,
        }

    def leave(self) -> None:
        """Go back to the screen below."""
        self.dismiss(None)

    def _copy(self) -> None:
        self.copy("\n".join(self.pane.lines))


class ManifestScreen(TextScreen):
    """An object as the API server has it now."""

    def __init__(self, shell: Shell, ref: ObjectRef, group: str | None = None) -> None:
        super().__init__(shell, f"{ref.context} · {ref.kind} {ref.path}", yaml=True)
        self._ref, self._group = ref, group

    def on_mount(self) -> None:
        """Read it."""
        self.pane.note = "reading"
        self.run_worker(self._read(), exclusive=True)

    async def _read(self) -> None:
        cluster = self.shell.session.cluster(self._ref.context)
        if cluster is None:
            self.pane.show([f"{self._ref.context} is not connected"])
            return
        try:
            self.pane.show(mask_credentials(await cluster.manifest(self._ref, self._group)).splitlines())
        except ClusterError as error:
            self.pane.show([str(error)])
