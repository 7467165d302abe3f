"""The Git diff of what is pending for an object: stages, commits, files; the patch beside them."""

from collections.abc import Callable
from functools import partial

import msgspec
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.strip import Strip

from tui.model.changes import Severity
from tui.model.pending import Commit, DiffLine, FilePatch, Pending
from tui.model.question import NoGitError, question_about
from tui.model.refs import ObjectRef
from tui.model.times import age
from tui.screens.keyed import KeyedScreen
from tui.screens.shell import Shell
from tui.screens.text import MOTIONS
from tui.widgets.cellwise import Line, fit, wrap
from tui.widgets.lines import LineView
from tui.widgets.palette import Palette

_NARROW = 100
_GUTTER = 5


class _Entry(msgspec.Struct, frozen=True):
    """A line of the summary: plain text, a commit, or a file."""

    text: str = ""
    commit: Commit | None = None
    file: int | None = None
    """The file's place among the patches."""


class SummaryPane(LineView):
    """Stages, commits and files; the cursor chooses a file."""

    def __init__(self, palette: Palette) -> None:
        super().__init__(palette, id="summary")
        self.pending = Pending(())
        self.entries: list[_Entry] = []
        self.note = ""
        self.about = ""
        self.cursor = 0
        self.now_age: Callable[[Commit], str] = lambda _: ""

    def show(self, pending: Pending) -> None:
        """Show an answer.

        Args:
            pending: What is pending.
        """
        self.pending = pending
        self._lay_out()
        self.cursor = next((place for place, entry in enumerate(self.entries) if entry.file is not None), 0)
        self.repaint()

    @property
    def file(self) -> int | None:
        """The file under the cursor, or the next one above it."""
        for place in range(min(self.cursor or 0, len(self.entries) - 1), -1, -1):
            if self.entries[place].file is not None:
                return self.entries[place].file
        return 0 if self.pending.files else None

    def choose(self, file: int) -> None:
        """Put the cursor on a file.

        Args:
            file: Its place among the patches.
        """
        for place, entry in enumerate(self.entries):
            if entry.file == file:
                self.move_cursor(place)

    def on_resize(self) -> None:
        """Wrap the sentences to the new width."""
        self._lay_out()
        super().on_resize()

    def count_lines(self) -> int:
        """One line an entry."""
        return len(self.entries)

    def draw_title(self, width: int) -> Strip:
        """Whose changes they are."""
        return self.title(f"diff · {self.about}", self.note, width)

    def draw_line(self, index: int, width: int) -> Strip:
        """An entry."""
        palette, entry = self.palette, self.entries[index]
        line = Line(width, palette.base + palette.cursor if index == self.cursor else palette.base)
        if entry.commit is not None:
            return self._draw_commit(entry.commit, line)
        if entry.file is not None:
            return self._draw_file(self.pending.files[entry.file], line, width)
        return line.add(f" {palette.plain(entry.text)}", palette.text, palette.sign("cut")).strip()

    def _draw_commit(self, commit: Commit, line: Line) -> Strip:
        palette = self.palette
        line.add(f" {commit.sha[:8]} ", palette.accent).add(f"{fit(self.now_age(commit), 4, right=True)} ", palette.dim)
        return line.add(f"{commit.subject} ", palette.text).add(commit.author, palette.dim).strip()

    def _draw_file(self, file: FilePatch, line: Line, width: int) -> Strip:
        palette = self.palette
        counts = [(f" +{file.added}", palette.added), (f" -{file.removed} ", palette.removed)]
        counts = [("  binary ", palette.dim)] if file.binary else counts
        room = width - sum(len(text) for text, _ in counts) - 3
        moved = file.old_path not in ("", file.path)
        name = f"{file.old_path} {palette.sign('arrow')} {file.path}" if moved else file.path
        line.add(f" {file.status.value} ", palette.dim)
        line.add(_cut_left(name, room, palette.sign("cut")), palette.text if file.matters else palette.dim)
        return line.add_right(counts).strip()

    def _lay_out(self) -> None:
        pending, width = self.pending, max(20, self.size.width - 2)
        arrow = f" {self.palette.sign('arrow')} "
        stages = arrow.join(f"{stage.title} {stage.commit[:8] or '?'}" for stage in pending.stages)
        sentences = [text for text in (stages, pending.summary, pending.problem) if text]
        self.entries = [_Entry(part) for text in sentences for part in wrap(" ".join(text.split()), width)]
        if pending.commits:
            self.entries += [_Entry(), *(_Entry(commit=commit) for commit in pending.commits)]
        matter = [place for place, file in enumerate(pending.files) if file.matters]
        others = [place for place, file in enumerate(pending.files) if not file.matters]
        if matter:
            self.entries += [_Entry(), *(_Entry(file=place) for place in matter)]
        if others:
            heading = _Entry(
                f"and {len(others)} outside its path" if matter else f"{len(others)} files outside its path"
            )
            self.entries += [_Entry(), heading, *(_Entry(file=place) for place in others)]


class PatchPane(LineView):
    """The patch of one file."""

    def __init__(self, palette: Palette) -> None:
        super().__init__(palette, id="patch")
        self.file: FilePatch | None = None

    def show(self, file: FilePatch | None) -> None:
        """Show a patch.

        Args:
            file: The file, None for none.
        """
        if file is not self.file:
            self.file, self.top = file, 0
            self.repaint()

    def count_lines(self) -> int:
        """Lines of the patch, and one that says what is missing."""
        if self.file is None:
            return 0
        return len(self.file.lines) + bool(self.file.truncated or self.file.binary)

    def draw_title(self, width: int) -> Strip:
        """The file."""
        file = self.file
        return self.title(file.path if file else "", f"+{file.added} -{file.removed}" if file else "", width)

    def draw_line(self, index: int, width: int) -> Strip:
        """A line with its numbers on both sides."""
        palette, line = self.palette, Line(width, self.palette.base)
        file = self.file
        if file is None or index >= len(file.lines):
            told = "a binary file" if file is None or file.binary else f"{file.truncated} more lines are not shown"
            return line.add(f" {told}", palette.dim).strip()
        return self._draw(file.lines[index], line)

    def _draw(self, entry: DiffLine, line: Line) -> Strip:
        palette = self.palette
        text = entry.text.replace("\t", "    ").rstrip("\n")
        if entry.origin == "@":
            return line.add(f" {text}", palette.hunk).strip()
        style = {"+": palette.added, "-": palette.removed}.get(entry.origin, palette.dim)
        line.add(f"{entry.old or '':>{_GUTTER}} {entry.new or '':>{_GUTTER}} ", palette.dim)
        return line.add(f"{entry.origin}{text}", style, palette.sign("cut")).strip()


class DiffScreen(KeyedScreen[None]):
    """What is pending for one object."""

    def __init__(self, shell: Shell, ref: ObjectRef) -> None:
        super().__init__(shell)
        self._ref = ref
        self.summary = SummaryPane(shell.palette)
        self.summary.about = f"{ref.context} · {ref.path}"
        self.summary.now_age = lambda commit: age(commit.when, shell.session.clock.now())
        self.patch = PatchPane(shell.palette)

    def compose(self) -> ComposeResult:
        """Summary left, patch right."""
        with Horizontal(id="diff"):
            yield self.summary
            yield self.patch

    def on_mount(self) -> None:
        """Ask Git, without keeping anybody waiting."""
        self._share_out()
        self.set_focus(self.summary)
        self.run_worker(self._read(), exclusive=True)

    def on_resize(self) -> None:
        """Put the panes beside or above each other."""
        self._share_out()

    def _share_out(self) -> None:
        narrow = self.app.size.width < _NARROW
        self.query_one("#diff").styles.layout = "vertical" if narrow else "horizontal"
        self.summary.styles.width = "1fr" if narrow else "2fr"
        self.patch.styles.width = "1fr" if narrow else "3fr"

    def handlers(self) -> dict[str, Callable[[], None]]:
        """Motions in the focused pane; n and p go from file to file."""
        return {
            **{f"cursor.{motion}": partial(self._go, motion) for motion in MOTIONS},
            "fault.next": partial(self._next_file, 1),
            "fault.previous": partial(self._next_file, -1),
            "pane.next": self._swap_focus,
            "pane.previous": self._swap_focus,
            "open": self._to_patch,
            "copy": self._copy,
            "back": self._back,
            "quit": self._leave,
        }

    def on_line_view_pressed(self, event: LineView.Pressed) -> None:
        """Choose the file that was clicked."""
        if event.view is self.summary:
            self.summary.move_cursor(event.index)
            self._show_file()

    async def _read(self) -> None:
        session = self.shell.session
        try:
            question = question_about(session.picture, self._ref)
        except NoGitError as error:
            self.summary.show(Pending((), summary=str(error)))
            return
        self._say("reading")
        pending = await session.git.pending(question, self._say)
        self._say("")
        self.summary.show(pending)
        self._show_file()

    def _say(self, text: str) -> None:
        self.summary.note = text
        self.summary.repaint()

    def _go(self, motion: str) -> None:
        pane = self.focused if isinstance(self.focused, LineView) else self.summary
        pane.go(motion)
        if pane is self.summary:
            self._show_file()

    def _next_file(self, step: int) -> None:
        files = self.summary.pending.files
        if files:
            self.summary.choose(((self.summary.file or 0) + step) % len(files))
            self._show_file()

    def _show_file(self) -> None:
        files, place = self.summary.pending.files, self.summary.file
        self.patch.show(files[place] if place is not None and place < len(files) else None)

    def _swap_focus(self) -> None:
        self.set_focus(self.patch if self.focused is self.summary else self.summary)

    def _to_patch(self) -> None:
        self.set_focus(self.patch)

    def _leave(self) -> None:
        self.dismiss(None)

    def _back(self) -> None:
        if self.focused is self.patch:
            self.set_focus(self.summary)
        else:
            self._leave()

    def _copy(self) -> None:
        file = self.patch.file
        if file is not None:
            self.app.copy_to_clipboard("\n".join(f"{line.origin}{line.text}" for line in file.lines))
            self.shell.session.notice(Severity.INFO, f"copied the patch of {file.path}")


def _cut_left(text: str, width: int, mark: str) -> str:
    return text if len(text) <= width else mark + text[len(text) - width + 1 :]
