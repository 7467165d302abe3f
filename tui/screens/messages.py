"""Everything that was said to the person."""

from tui.model.changes import Severity
from tui.screens.shell import Shell
from tui.screens.text import TextScreen
from tui.widgets.cellwise import wrap

_SIGNS = {Severity.INFO: " ", Severity.WARNING: "!", Severity.ERROR: "✖"}


class MessagesScreen(TextScreen):
    """Notices, newest first, each in full."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell, "messages")

    def on_mount(self) -> None:
        """Show them and mark them as read."""
        store = self.shell.session.store
        store.read_notices()
        self.pane.show(self._lines() or ["Nothing was said yet."])

    def _lines(self) -> list[str]:
        lines: list[str] = []
        width = max(20, self.app.size.width - 14)
        for notice in reversed(self.shell.session.picture.notices):
            sign = self.shell.palette.plain(_SIGNS[notice.severity])
            where = f"[{notice.context}] " if notice.context else ""
            first, *rest = wrap(f"{where}{' '.join(notice.text.split())}", width)
            lines.append(f"{notice.at.astimezone():%H:%M:%S} {sign} {first}")
            lines += [f"           {text}" for text in rest]
        return lines
