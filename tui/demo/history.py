"""The history of the fleet repository: who changed what, when and why, up to the commit that broke something."""

from datetime import timedelta
from typing import NamedTuple

from tui.demo.content import Files, retired_charts
from tui.demo.fleet import first_files
from tui.demo.incidents import BAD_COMMIT


class Author(NamedTuple):
    """Somebody who commits."""

    name: str
    email: str


ANNA = Author("Anna Berg", "anna@example.com")
JONAS = Author("Jonas Weber", "jonas@example.com")
PRIYA = Author("Priya Nair", "priya@example.com")
TOMAS = Author("Tomás Oliveira", "tomas@example.com")
MEI = Author("Mei Tanaka", "mei@example.com")


class Edit(NamedTuple):
    """Replace a text in one file."""

    path: str
    old: str
    new: str


class Commit(NamedTuple):
    """One commit: the edits, and how long before now it was made."""

    age: timedelta
    author: Author
    message: str
    edits: tuple[Edit, ...] = ()
    tag: str = ""


_API = "apps/{}/api/release.yaml"
_INFRA_PATH = "\n  path: ./infra/controllers"

COMMITS = (
    Commit(timedelta(days=92), ANNA, "Bootstrap Flux for three regions and the lab"),
    Commit(
        timedelta(days=88),
        JONAS,
        "Give the infra rollout more time\n\nThe ingress controllers take a while on cold nodes.",
        tuple(
            Edit(f"clusters/{region}/infra.yaml", "timeout: 3m" + _INFRA_PATH, "timeout: 5m" + _INFRA_PATH)
            for region in ("eu-west", "us-east", "ap-south")
        ),
    ),
    Commit(
        timedelta(days=74),
        PRIYA,
        "Raise the ingress rate limit",
        (Edit("infra/config/limits.yaml", "rate: '100'", "rate: '250'"),),
        tag="v1.4.0",
    ),
    Commit(
        timedelta(days=63),
        TOMAS,
        "initech: more memory for the quarter's end",
        (Edit("tenants/eu-west/initech.yaml", "memory: 4Gi", "memory: 6Gi"),),
    ),
    Commit(
        timedelta(days=33),
        JONAS,
        "ingress-nginx 4.13.0\n\nCloses two CVEs in the admission webhook.",
        (Edit("infra/controllers/ingress-nginx.yaml", "version: 4.12.3", "version: 4.13.0"),),
    ),
    Commit(
        timedelta(days=26),
        MEI,
        "umbrella 2.3.0",
        (Edit("tenants/prod/umbrella.yaml", "umbrella:2.2.0", "umbrella:2.3.0"),),
    ),
    Commit(
        timedelta(days=12, hours=1),
        PRIYA,
        "Suspend the batch tenant during the data migration\n\nTo be resumed when the migration is done.",
        (
            Edit(
                "clusters/us-east/tenants.yaml",
                "  path: ./tenants/batch\n",
                "  path: ./tenants/batch\n  suspend: true\n",
            ),
        ),
    ),
    Commit(
        timedelta(days=5),
        ANNA,
        "bump api to 1.9.1 everywhere",
        tuple(Edit(_API.format(region), "tag: 1.9.0", "tag: 1.9.1") for region in ("eu-west", "us-east", "ap-south")),
    ),
    Commit(
        timedelta(hours=26),
        MEI,
        "Try the loki nightly in us-east",
        (Edit("monitoring/us-east/loki.yaml", "tag: 3.5.1", "tag: 3.6.0-nightly"),),
    ),
    Commit(
        timedelta(hours=5, minutes=20),
        PRIYA,
        "globex: keep sessions in Redis\n\nThe chart is the one their old platform uses.",
        (Edit("tenants/us-east/globex.yaml", "globex:8.8.1\n", "globex:8.8.1\n---\n" + retired_charts()),),
    ),
    Commit(
        timedelta(hours=3, minutes=40),
        TOMAS,
        "search: index 7.0.0-rc1",
        (Edit("apps/search/index.yaml", "index:6.9.4", "index:7.0.0-rc1"),),
    ),
    Commit(
        timedelta(hours=2, minutes=50),
        PRIYA,
        "web: 512Mi, it was killed twice last night",
        (Edit("apps/base/web.yaml", "memory: 256Mi", "memory: 512Mi"),),
    ),
    Commit(
        timedelta(hours=1, minutes=35),
        TOMAS,
        "acme 5.3.1",
        (Edit("tenants/eu-west/acme.yaml", "acme:5.3.0", "acme:5.3.1"),),
    ),
    Commit(
        timedelta(minutes=31),
        JONAS,
        "worker: 12 threads",
        (Edit("apps/base/worker.yaml", "threads: '8'", "threads: '12'"),),
    ),
    Commit(
        BAD_COMMIT,
        ANNA,
        "bump api to 1.9.2\n\neu-west first, the others tomorrow.",
        (Edit(_API.format("eu-west"), "tag: 1.9.1", "tag: 1.9.2"),),
    ),
)
"""Oldest first."""


def trees() -> list[tuple[Commit, Files]]:
    """The tree of each commit.

    Returns:
        Commits with all their files, oldest first.

    Raises:
        ValueError: An edit does not find its text.
    """
    files = first_files()
    found: list[tuple[Commit, Files]] = []
    for commit in COMMITS:
        files = dict(files)
        for edit in commit.edits:
            if edit.old not in files[edit.path]:
                raise ValueError(f"{commit.message!r}: {edit.path} has no {edit.old!r}")
            files[edit.path] = files[edit.path].replace(edit.old, edit.new)
        found.append((commit, files))
    return found
