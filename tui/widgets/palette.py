"""A theme as styles and glyphs: how states look."""

from rich.color import Color
from rich.style import Style

from tui.config.themes import Theme
from tui.model.changes import Phase
from tui.model.health import FAULTS, State

_GLYPHS = {
    State.READY: ("✔", "+"),
    State.PROGRESSING: ("⟳", "~"),
    State.FAILED: ("✖", "x"),
    State.STALLED: ("■", "#"),
    State.WAITING: ("⧗", "."),
    State.SUSPENDED: ("⏸", "="),
    State.UNKNOWN: ("?", "?"),
    State.TERMINATING: ("†", "-"),
    State.STATIC: ("·", " "),
}

_PHASE_GLYPHS = {
    Phase.LIVE: ("●", "*"),
    Phase.STALE: ("◐", "%"),
    Phase.CONNECTING: ("◌", "o"),
    Phase.LOGIN: ("✖", "x"),
    Phase.UNREACHABLE: ("✖", "x"),
    Phase.ABSENT: ("∅", "-"),
    Phase.OFF: ("○", " "),
}

_SIGNS = {
    "open": ("▾", "v"),
    "closed": ("▸", ">"),
    "cursor": ("▌", "|"),
    "mark": ("•", "*"),
    "cut": ("…", "~"),
    "arrow": ("→", ">"),
    "divider": ("│", "|"),
    "dot": ("·", "-"),
    "times": ("×", "x"),
    "rule": ("─", "-"),
    "ahead": ("▸", ">"),
    "back": ("◂", "<"),
    "ghost": ("◌", "o"),
    "masked": ("•", "*"),
}

_ASCII = str.maketrans({"…": "~", "→": ">", "·": "-", "×": "x", "’": "'", "—": "-", "–": "-", "•": "*"})

_COLOURED_STATES = frozenset(State) - {State.STATIC}


class Palette:
    """Every style the panes use."""

    def __init__(self, theme: Theme, ascii_only: bool = False, no_color: bool = False) -> None:
        self.theme = theme
        self.ascii = ascii_only
        self.no_color = no_color
        self.base = self._style(theme.text, theme.background)
        self.text = self._style(theme.text)
        self.strong = self._style(theme.text, bold=True)
        self.dim = self._style(theme.dim)
        self.border = self._style(theme.border)
        self.accent = self._style(theme.accent, bold=True)
        self.panel = Style() if no_color else Style(bgcolor=_color(theme.panel))
        self.error = self._style(theme.error, bold=True)
        self.warning = self._style(theme.warning)
        self.cursor = Style(reverse=True) if no_color else Style(bgcolor=_color(theme.selection))
        self.marked = Style(underline=True) if no_color else Style(bgcolor=_color(theme.marked))
        self.added = self._style(theme.diff_added)
        self.removed = self._style(theme.diff_removed)
        self.hunk = self._style(theme.diff_hunk)
        self._states = {state: self._style(getattr(theme, state.value)) for state in _COLOURED_STATES}
        self._states[State.STATIC] = self.dim
        self._contexts = [self._style(color, bold=True) for color in theme.contexts]

    def state(self, state: State) -> Style:
        """The colour of a state.

        Args:
            state: The state.

        Returns:
            Its style.
        """
        return self._states[state]

    def name(self, state: State) -> Style:
        """How an object's name is drawn: what is fine is dim, what is broken has its state's colour.

        Args:
            state: The object's state.

        Returns:
            The style.
        """
        if state in FAULTS:
            return self._states[state] + Style(bold=True)
        return self.dim if state in (State.READY, State.STATIC, State.SUSPENDED) else self.text

    def context(self, number: int) -> Style:
        """The small accent that tells a context apart.

        Args:
            number: The context's place in the kubeconfig, from 0.

        Returns:
            The style.
        """
        return self._contexts[number % len(self._contexts)]

    def phase(self, phase: Phase) -> Style:
        """The colour of a connection's state.

        Args:
            phase: The state.

        Returns:
            Its style.
        """
        match phase:
            case Phase.LIVE:
                return self._states[State.READY]
            case Phase.STALE | Phase.CONNECTING:
                return self._states[State.WAITING if phase is Phase.STALE else State.PROGRESSING]
            case Phase.LOGIN | Phase.UNREACHABLE:
                return self._states[State.FAILED]
            case _:
                return self.dim

    def glyph(self, state: State) -> str:
        """The sign of a state, one cell wide.

        Args:
            state: The state.

        Returns:
            The sign, ASCII where that is asked for.
        """
        return _GLYPHS[state][self.ascii]

    def phase_glyph(self, phase: Phase) -> str:
        """The sign of a connection's state, one cell wide.

        Args:
            phase: The state.

        Returns:
            The sign.
        """
        return _PHASE_GLYPHS[phase][self.ascii]

    def sign(self, name: str) -> str:
        """A sign that is no state, such as `open`, `closed`, `cursor`, `mark` or `cut`.

        Args:
            name: What it is for.

        Returns:
            The sign.
        """
        return _SIGNS[name][self.ascii]

    def plain(self, text: str) -> str:
        """Our own typographic characters as ASCII, where that is asked for; the cluster's text stays what it is.

        Args:
            text: A text that is about to be drawn.

        Returns:
            The text to draw.
        """
        return text.translate(_ASCII) if self.ascii else text

    def _style(self, color: str, background: str | None = None, bold: bool = False) -> Style:
        if self.no_color:
            return Style(bold=bold)
        return Style(color=_color(color), bgcolor=_color(background) if background else None, bold=bold)


def _color(name: str) -> Color:
    return Color.parse(name.removeprefix("ansi_"))
