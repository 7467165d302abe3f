"""The adapter that fulfils `tui.ports.Git` with pygit2: mirrors of the repositories that sources name, read as data."""
