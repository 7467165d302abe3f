"""A person in front of the program: their home folder, with Git's logins for what the regions pull from."""

from pathlib import Path

from tests.e2e.region import Region


def make_home(folder: Path, *regions: Region) -> dict[str, str]:
    """Make the home of a person who may read the regions' repositories, with a credential store as git writes it.

    Args:
        folder: Where to make it, a folder of the test's own.
        regions: The regions whose repositories they may read; none for a person without any login.

    Returns:
        The environment variables to run the program with. What it caches is in that home too.
    """
    home = folder / "home"
    home.mkdir()
    (home / ".gitconfig").write_text("[credential]\n\thelper = store\n")
    logins = home / ".git-credentials"
    logins.touch(mode=0o600)
    logins.write_text("".join(f"{login}\n" for region in regions if (login := region.origin.login())))
    return {
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "XDG_CACHE_HOME": str(home / ".cache"),
        "XDG_STATE_HOME": str(home / ".local" / "state"),
    }
