"""A person in front of the program, who reads the regions' repositories with logins of their own."""

from pathlib import Path

from tests.e2e.region import Region


def log_in(home: Path, *regions: Region) -> None:
    """Leave logins in a person's home as `git credential-store` does; a program whose HOME it is finds them there.

    Args:
        home: The home, a folder of the test's own; made where it is not there.
        regions: The regions whose repositories the person may read.
    """
    home.mkdir(parents=True, exist_ok=True)
    (home / ".gitconfig").write_text("[credential]\n\thelper = store\n")
    logins = home / ".git-credentials"
    logins.touch(mode=0o600)
    logins.write_text("".join(f"{login}\n" for region in regions if (login := region.origin.login())))
