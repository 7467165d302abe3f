"""The strip below the panes: the full text of what is selected."""

from textual.strip import Strip

from tui.model.detail import NEXT_STEP, Detail
from tui.widgets.cellwise import Line, cut, width_of, wrap
from tui.widgets.lines import LineView
from tui.widgets.palette import Palette


class DetailStrip(LineView, can_focus=False):
    """What, since when, why, whom it hurts, what happens next."""

    titled = False

    def __init__(self, palette: Palette) -> None:
        super().__init__(palette, id="detail")
        self._detail: Detail | None = None

    def show(self, detail: Detail | None) -> None:
        """Show the text of a row.

        Args:
            detail: The text, None where nothing is selected.
        """
        if detail != self._detail:
            self._detail, self.top = detail, 0
        self.repaint()

    def text(self) -> str:
        """What is shown, whole, for the clipboard."""
        detail = self._detail
        return "\n".join((detail.title, *detail.message, *detail.facts)) if detail else ""

    def count_lines(self) -> int:
        """As many as there is room for: the strip does not scroll by keys, `enter` and `y` show all."""
        return self.size.height

    def draw_line(self, index: int, width: int) -> Strip:
        """The headline, then the message, then the facts; facts give way where the message needs the room."""
        line, palette, detail = Line(width, self.palette.base + self.palette.panel), self.palette, self._detail
        if detail is None:
            return line.strip()
        if index == 0:
            if detail.state is not None:
                line.add(f" {palette.glyph(detail.state)}", palette.state(detail.state))
            return line.add(f" {palette.plain(detail.title)}", palette.strong, palette.sign("cut")).strip()
        body = self._body(detail, width - 4)
        if index <= len(body):
            text, is_message = body[index - 1]
            line.add(f"   {text}", palette.text if is_message else palette.dim, palette.sign("cut"))
        return line.strip()

    def _body(self, detail: Detail, width: int) -> list[tuple[str, bool]]:
        room = self.size.height - 1
        most = (room + 1) * max(1, width + 1)  # characters; what would come after them has no room
        message = [part for text in detail.message[: room + 1] for part in wrap(text.strip()[:most], width)]
        separator = f" {self.palette.sign('dot')} "
        facts = [self.palette.plain(text) for text in _join(detail.facts, width, separator)]
        due = len(_join(detail.facts[: _wanted(detail.facts)], width, separator))
        most_facts = max(0, min(len(facts), max(room - len(message), min(due, room // 2))))
        most_message = room - most_facts
        if len(message) > most_message > 0:
            message = [*message[: most_message - 1], " ".join(message[most_message - 1 :])]
        return [(text, True) for text in message[:most_message]] + [(text, False) for text in facts[:most_facts]]


def _wanted(facts: tuple[str, ...]) -> int:
    """How many facts have room whatever the message takes: those down to the next step, or one."""
    steps = [index for index, fact in enumerate(facts) if fact.startswith(NEXT_STEP)]
    return 1 + (steps[0] if steps else 0)


def _join(facts: tuple[str, ...], width: int, separator: str) -> list[str]:
    """As many facts in a line as it takes; what has to be done is told in full, what else is too long is cut."""
    lines: list[str] = []
    for fact in facts:
        first, *more = wrap(fact, width) if fact.startswith(NEXT_STEP) else [cut(fact, width)]
        joined = f"{lines[-1]}{separator}{first}" if lines else first
        if lines and not more and width_of(joined) <= width:
            lines[-1] = joined
        else:
            lines += [first, *more]
    return lines
