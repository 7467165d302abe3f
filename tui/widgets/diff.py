"""The panes of a diff: what is pending at the left, the patch of one file at the right."""

from collections.abc import Callable

import msgspec
from textual.strip import Strip

from tui.model.pending import Commit, DiffLine, FilePatch, Pending
from tui.widgets.cellwise import Line, cut_left, fit, wrap
from tui.widgets.lines import LineView
from tui.widgets.palette import Palette

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
        self._put_cursor(file)
        self.show_cursor()
        self.repaint()

    def on_resize(self) -> None:
        """Wrap the sentences to the new width; the cursor stays on its file."""
        chosen = self.file
        self._lay_out()
        if chosen is not None:
            self._put_cursor(chosen)
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
        line.add(cut_left(name, room, palette.sign("cut")), palette.text if file.matters else palette.dim)
        return line.add_right(counts).strip()

    def _put_cursor(self, file: int) -> None:
        self.cursor = next((place for place, entry in enumerate(self.entries) if entry.file == file), 0)

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
