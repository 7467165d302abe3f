"""The shell: screens, themes and the terminal."""

import asyncio
import signal
from pathlib import Path

from textual.app import App
from textual.events import Event, Key
from textual.theme import BUILTIN_THEMES
from textual.theme import Theme as TextualTheme

from tui.config.keymap import LAST_RESORT
from tui.config.themes import Theme
from tui.hangup import guard_writes
from tui.model.changes import Notice
from tui.paste import guard_pastes
from tui.screens.help import HelpScreen
from tui.screens.keyed import TakesKeys
from tui.screens.main import MainScreen
from tui.screens.shell import Shell
from tui.widgets.divider import Divider
from tui.widgets.lines import LineView
from tui.widgets.palette import Palette


class GitopsApp(App[None]):
    """The program in its terminal."""

    CSS_PATH = Path(__file__).parent / "styles" / "gitops.tcss"
    TITLE = "gitops-tui"
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, shell: Shell, notices: tuple[Notice, ...] = ()) -> None:
        guard_pastes()
        guard_writes()
        super().__init__(ansi_color=shell.palette.theme.ansi or None)
        self.shell = shell
        self._notices = notices
        shell.set_theme = self.use_theme
        shell.show_help = self._show_help
        self.animation_level = "none"
        for theme in shell.themes.values():
            self.register_theme(_as_textual(theme))
        self.theme = shell.palette.theme.name

    def on_mount(self) -> None:
        """Open the main screen; leave the terminal as it was when the session ends from outside."""
        for number in (signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, self._leave, 128 + number)
        for notice in self._notices:
            self.shell.session.apply(notice)
        self.push_screen(MainScreen(self.shell))

    async def on_unmount(self) -> None:
        """End every connection with the program."""
        await self.shell.session.close()

    async def on_event(self, event: Event) -> None:
        """Hand keys to the screen one at a time, in the order they were typed, whatever they open or close.

        Textual would put each into the queue of whatever has the focus by then, where it overtakes those before it.
        """
        screen = self.screen_stack[-1] if self.screen_stack else None
        if isinstance(event, Key) and not event.is_forwarded and isinstance(screen, TakesKeys):
            self.app_focus = True  # a terminal may forget to tell
            while not screen.is_mounted:  # noqa: ASYNC110 (some milliseconds; Textual offers no event)
                await asyncio.sleep(0)
            await (self.action_quit() if event.key == LAST_RESORT else screen.take_key(event))
        else:
            await super().on_event(event)

    def _show_help(self) -> None:
        self.push_screen(HelpScreen(self.shell))

    def _leave(self, code: int) -> None:
        self.exit(return_code=code)

    def use_theme(self, name: str) -> None:
        """Draw everything with another theme.

        Args:
            name: One of the loaded themes.
        """
        old = self.shell.palette
        palette = self.shell.palette = Palette(self.shell.themes[name], old.ascii, old.no_color)
        self.ansi_color = palette.theme.ansi or None
        self.theme = name
        for screen in self.screen_stack:
            for view in screen.query(LineView):
                view.palette = palette
                view.redraw()
            for divider in screen.query(Divider):
                divider.palette = palette
                divider.refresh()


def _as_textual(theme: Theme) -> TextualTheme:
    """The theme for Textual's own style sheets, which in native colours name variables that it does not derive."""
    native = BUILTIN_THEMES["ansi-dark" if theme.dark else "ansi-light"]
    return TextualTheme(
        name=theme.name,
        primary=theme.accent,
        accent=theme.accent,
        foreground=theme.text,
        background=theme.background,
        surface=theme.surface,
        panel=theme.panel,
        warning=theme.warning,
        error=theme.error,
        success=theme.ready,
        dark=theme.dark,
        ansi=theme.ansi,
        variables=dict(native.variables) if theme.ansi else {},
    )
