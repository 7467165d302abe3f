"""How long the adapter waits for what: one place for all of it, so that tests can be quick."""

import msgspec


class Patience(msgspec.Struct, frozen=True):
    """How long what may take, in seconds."""

    watch: float = 300.0
    """The shortest time after which the server is asked to end a watch; the longest is twice that."""
    slack: float = 30.0
    """How much longer than that the client waits before it takes a silent connection for dead."""
    bookmarks: float = 150.0
    """The same, once the server has sent a bookmark: they come about once a minute (apiserver cacher.go)."""
    silence: float = 120.0
    """A watch that brought nothing at all, not even a bookmark, for that long is not resumed but listed anew."""
    brief: float = 1.0
    """A watch that ends sooner and brought nothing is a failure (client-go: "very short watch")."""
    rest: float = 0.1
    """How long a watch is not read after it brought little: what comes meanwhile is then read at one go, for much less
    work, and no later than the screen is drawn again."""
    poll: float = 10.0
    """The shortest time between two lists of a kind that may not be watched; the longest is half as much again."""
    forbidden: float = 20.0
    """The first wait after a 403, until more is asked for again; it doubles up to `forbidden_longest`."""
    forbidden_longest: float = 400.0
    list: float = 60.0
    """Deadline of one page."""
    grace: float = 2.0
    """How long a watch may be lost before its context counts as stale."""
    discovery: float = 60.0
    """How often a cluster is asked which kinds it serves."""
    absent: float = 15.0
    """The same at the least, while it lacks a kind that it had, or all of Flux: that may be installed any moment."""
