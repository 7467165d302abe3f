"""What a screen's footer says in place of its keys: the last complaint that was not seen yet."""

from tui.model.changes import Notice
from tui.screens.shell import Shell


class Said:
    """The complaint of one screen's footer."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell
        self._seen: Notice | None = None

    def see(self) -> None:
        """Take it out of the footer: a key was pressed, so it has been seen. Unread it stays."""
        self._seen = self._latest()

    def line(self) -> str:
        """What the footer says.

        Returns:
            A sentence; empty where all was seen.
        """
        notice = self._latest()
        if notice is None or notice is self._seen:
            return ""
        where = f"{notice.context}: " if notice.context else ""
        return f"{where}{notice.text}  ({self._shell.shown_key('messages')} shows all)"

    def _latest(self) -> Notice | None:
        """Those of connections stand in the top line."""
        unread = self._shell.session.picture.unread
        return next((notice for notice in reversed(unread) if not notice.connection), None)
