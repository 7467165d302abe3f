import shutil
from collections.abc import Callable
from pathlib import Path

import pygit2
import pytest

from tui.git.mirrors import Limits
from tui.git.pending import PyGit
from tui.model.pending import Pending, Question
from tui.ports import Git

from .smarthttp import Server
from .upstream import Upstream

FAILING = "The last attempt, at {3}, has not succeeded so far."
BOTH = ": {} fetched and not yet applied, {} not yet fetched."


async def ask(git: Git, url: str, **known: str) -> Pending:
    """Ask, with `main` as the branch, and let progress go by."""
    return await git.pending(Question(**({"url": url, "branch": "main"} | known)), lambda _: None)


def titles(pending: Pending) -> list[tuple[str, str]]:
    """The stages with short commits."""
    return [(stage.title, stage.commit[:8]) for stage in pending.stages]


@pytest.fixture
def history(upstream: Upstream) -> list[str]:
    """Four commits, of which the last three touch apps, infra, and both."""
    return [
        upstream.commit({"apps/a.yaml": "1\n", "infra/i.yaml": "1\n"}, subject="first"),
        upstream.commit({"apps/a.yaml": "2\n"}, subject="bump a"),
        upstream.commit({"infra/i.yaml": "2\n"}, subject="bump i"),
        upstream.commit({"apps/b.yaml": "1\n", "infra/i.yaml": "3\n"}, subject="add b"),
    ]


@pytest.fixture(params=["file", "http"])
def url(request: pytest.FixtureRequest, upstream: Upstream) -> str:
    """The repository, as a folder and over smart HTTP."""
    if request.param == "file":
        return upstream.url
    server: Server = request.getfixturevalue("server")
    return server.url()


async def test_what_is_pending(git: PyGit, url: str, history: list[str]) -> None:
    pending = await ask(git, url, applied=history[0], fetched=history[1], path="./apps")
    assert [stage.title for stage in pending.stages] == ["applied", "fetched", "upstream"]
    assert [stage.commit for stage in pending.stages] == [history[0], history[1], history[3]]
    assert [commit.subject for commit in pending.commits] == ["add b", "bump i", "bump a"]
    assert [(file.path, file.matters) for file in pending.files] == [
        ("apps/a.yaml", True),
        ("apps/b.yaml", True),
        ("infra/i.yaml", False),
    ]
    assert pending.summary == (
        "3 commits, 3 files (2 that matter to ./apps): 1 fetched and not yet applied, 2 not yet fetched."
    )
    assert pending.problem == ""


@pytest.mark.parametrize(
    ("applied", "attempted", "fetched", "path", "summary"),
    [
        (3, None, 3, "", "Nothing is pending: applied = fetched = upstream ({3})."),
        (None, None, 3, "", "Nothing is pending: fetched = upstream ({3})."),
        (None, None, 2, "", "1 commit, 2 files: not yet fetched."),
        (2, None, 3, "", "1 commit, 2 files: fetched and not yet applied."),
        (1, None, 1, "./infra", "2 commits, 2 files (1 that matters to ./infra): not yet fetched."),
        (0, None, 1, "infra", "3 commits, 3 files (1 that matters to infra)" + BOTH.format(1, 2)),
        (1, None, 2, "apps", "2 commits, 2 files (1 that matters to apps)" + BOTH.format(1, 1)),
        (None, None, None, "", "Nothing has been fetched yet: upstream is at {3}."),
        (None, 3, 3, "", "Nothing has been applied yet: fetched = upstream ({3}). " + FAILING),
        (2, 3, 3, "", "1 commit, 2 files: fetched and not yet applied. " + FAILING),
        (3, 3, 3, "", "Nothing is pending: applied = fetched = upstream ({3})."),
        (2, None, None, "", "1 commit, 2 files: not yet applied."),
    ],
)  # fmt: skip
async def test_the_words(
    git: PyGit, upstream: Upstream, history: list[str], applied: int | None, attempted: int | None,
    fetched: int | None, path: str, summary: str,
) -> None:  # fmt: skip
    known = {"applied": applied, "attempted": attempted, "fetched": fetched}
    commits = {title: history[index] for title, index in known.items() if index is not None}
    pending = await ask(git, upstream.url, path=path, **commits)
    assert pending.summary == summary.format(*(commit[:8] for commit in history))
    assert pending.problem == ""


async def test_a_new_commit_is_seen_at_once(git: PyGit, url: str, upstream: Upstream, history: list[str]) -> None:
    assert (await ask(git, url, fetched=history[3])).summary.startswith("Nothing is pending")
    pushed = upstream.commit({"apps/c.yaml": "1\n"})
    pending = await ask(git, url, fetched=history[3])
    assert pending.stages[-1].commit == pushed
    assert pending.summary == "1 commit, 1 file: not yet fetched."


async def test_force_push(git: PyGit, url: str, upstream: Upstream, history: list[str]) -> None:
    await ask(git, url, applied=history[3], fetched=history[3])
    forced = upstream.commit({"apps/a.yaml": "3\n"}, parent=history[1])
    pending = await ask(git, url, applied=history[3], fetched=history[3])
    assert pending.stages[-1].commit == forced
    assert pending.summary == (
        f"Upstream was force-pushed: the applied commit {history[3][:8]} is no longer on main. "
        "1 commit added and 2 dropped, 3 files: not yet fetched."
    )
    assert [commit.sha for commit in pending.commits] == [forced]


async def test_force_push_back(git: PyGit, upstream: Upstream, history: list[str]) -> None:
    upstream.repository.references.create("refs/heads/main", history[1], force=True)
    upstream.repository.references.create("refs/heads/other", history[3])
    pending = await ask(git, upstream.url, applied=history[0], fetched=history[3])
    assert pending.summary.startswith(
        f"Upstream was force-pushed: the fetched commit {history[3][:8]} is no longer on main."
    )
    assert [file.path for file in pending.files] == ["apps/a.yaml"]


@pytest.mark.parametrize("gives", [True, False], ids=["server gives it out", "server refuses"])
async def test_an_applied_commit_that_no_branch_leads_to(
    git: PyGit, server: Server, upstream: Upstream, history: list[str], gives: bool
) -> None:
    lost = upstream.commit({"apps/a.yaml": "lost\n"}, branch="lost", parent=history[2])
    upstream.repository.references.delete("refs/heads/lost")
    upstream.repository.config["uploadpack.allowAnySHA1InWant"] = gives
    pending = await ask(git, server.url(), applied=lost, fetched=history[3])
    start = f"Upstream was force-pushed: the applied commit {lost[:8]} is no longer on main"
    assert pending.stages[0].commit == lost
    if gives:
        assert pending.summary == f"{start}. 1 commit added and 1 dropped, 3 files: fetched and not yet applied."
        assert len(pending.files) == 3
    else:
        assert pending.summary == (
            f"{start}, and the server does not give it out any more. Fetched = upstream ({history[3][:8]})."
        )
    assert pending.problem == ""


@pytest.mark.parametrize(
    ("ref", "label"), [({"tag": "v1.0.0"}, "tag v1.0.0"), ({"semver": "1.x"}, "tag v1.0.0")], ids=["tag", "semver"]
)
async def test_a_tag_that_does_not_hold_the_applied_commit(
    git: PyGit, upstream: Upstream, history: list[str], ref: dict[str, str], label: str
) -> None:
    upstream.tag("v1.0.0", history[1])
    pending = await ask(git, upstream.url, applied=history[2], fetched=history[1], **ref)
    assert pending.summary == (
        f"The applied commit {history[2][:8]} is not part of {label}. "
        "0 commits added and 1 dropped, 1 file."
    )  # fmt: skip


async def test_a_reference_that_is_neither_branch_nor_tag(
    git: PyGit, url: str, upstream: Upstream, history: list[str]
) -> None:
    upstream.repository.references.create("refs/pull/7/head", history[2])
    name = "refs/pull/7/head"
    assert (await ask(git, url, name=name, fetched=history[0])).stages[-1].commit == history[2]
    upstream.repository.references.delete(name)
    assert "no reference refs/pull/7/head" in (await ask(git, url, name=name, fetched=history[0])).problem


async def test_a_name_cannot_smuggle_a_refspec(git: PyGit, url: str, history: list[str]) -> None:
    pending = await ask(git, url, name="refs/heads/main:refs/heads/evil", fetched=history[0])
    assert "no reference" in pending.problem


async def test_a_pinned_commit(git: PyGit, url: str, history: list[str]) -> None:
    pending = await ask(git, url, commit=history[1], applied=history[0], fetched=history[1])
    assert pending.stages[-1].commit == history[1]
    assert pending.summary == "1 commit, 1 file: fetched and not yet applied."


async def test_a_pinned_commit_that_is_gone(git: PyGit, url: str, history: list[str]) -> None:
    pending = await ask(git, url, commit="f" * 40, fetched=history[1])
    assert "no commit ffffffff any more, which the source is pinned to" in pending.summary


async def test_branches_that_come_and_go(git: PyGit, url: str, upstream: Upstream, history: list[str]) -> None:
    references = upstream.repository.references
    references.create("refs/heads/release", history[1])
    assert (await ask(git, url, branch="release")).stages[-1].commit == history[1]
    references.delete("refs/heads/release")
    references.create("refs/heads/release/1", history[2])
    assert (await ask(git, url, branch="release/1")).stages[-1].commit == history[2]
    pending = await ask(git, url, branch="release", applied=history[0], fetched=history[1])
    assert pending.problem == (
        "The repository has no branch release (it has release/1, main); push it, or correct spec.ref.branch."
    )
    assert pending.stages[-1].commit == ""
    assert pending.summary == "1 commit, 1 file: fetched and not yet applied."


async def test_an_empty_repository(git: PyGit, url: str) -> None:
    pending = await ask(git, url)
    assert pending.problem == "The repository is empty: it has no commits yet; push one."
    assert titles(pending) == [("fetched", ""), ("upstream", "")]
    assert pending.summary == "Nothing is known of what is pending."


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("./appz", "./appz does not exist in upstream {3}, where the Kustomization would fail; correct spec.path"),
        ("./legacy", "./legacy is gone in upstream {3}"),
        ("../apps", "../apps does not exist in upstream {3}"),
    ],
)
async def test_a_missing_path(git: PyGit, upstream: Upstream, path: str, says: str) -> None:
    upstream.commit({"legacy/x": "1"})
    upstream.commit({"apps/a": "1"})
    history = [upstream.commit({"apps/a": str(number)}) for number in range(2)]
    first = upstream.commit({"legacy/y": "1"})
    last = upstream.commit({"legacy/x": None, "legacy/y": None})
    pending = await ask(git, upstream.url, applied=first, fetched=history[1], path=path)
    assert says.format("", "", "", last[:8]) in pending.problem


async def test_a_revision_that_is_no_commit(git: PyGit, upstream: Upstream, history: list[str]) -> None:
    pending = await ask(git, upstream.url, applied="sha256:\x1b[31mabc", fetched=history[3])
    assert pending.problem == "The applied revision 'sha256:[31mabc' names no Git commit, so it is left out."
    assert pending.summary.startswith("Nothing is pending: fetched = upstream")


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("git@github.com:org/fleet", "not one that Flux follows"),
        ("http://ana:s3cret@gitea.infra.svc/x", "that host only resolves inside the cluster; forward it with `kubectl"),
        ("http://ana:s3cret@fleet.invalid/x", "the name fleet.invalid is not known here; check spec.url"),
        ("http://127.0.0.1:1/x", "127.0.0.1 refuses connections there"),
        ("file:///nowhere/fleet.git", "there is no Git repository in that folder"),
    ],
)
async def test_unreachable(git: PyGit, url: str, says: str) -> None:
    sha = "a" * 40
    pending = await ask(git, url, applied=sha, fetched=sha)
    assert says in pending.problem
    assert "s3cret" not in str(pending)
    assert titles(pending) == [("applied", "aaaaaaaa"), ("fetched", "aaaaaaaa"), ("upstream", "")]
    assert pending.summary == "Applied = fetched (aaaaaaaa); where upstream is, is not known."


@pytest.mark.parametrize(
    ("status", "says"),
    [
        (403, "127.0.0.1 refuses access (HTTP 403)"),
        (404, "127.0.0.1 shows no repository there (HTTP 404)"),
        (503, "127.0.0.1 is in trouble (HTTP 503); try again later"),
        (418, "127.0.0.1 answers HTTP 418"),
    ],
)
async def test_http_errors(git: PyGit, server: Server, status: int, says: str) -> None:
    server.status = status
    pending = await ask(git, server.url())
    assert pending.problem.startswith(f"Cannot fetch {server.url()}: {says}")


async def test_unreachable_but_mirrored(git: PyGit, server: Server, upstream: Upstream, history: list[str]) -> None:
    await ask(git, server.url(), fetched=history[2])
    server.status = 500
    pending = await ask(git, server.url(), applied=history[1], fetched=history[2], path="./infra")
    assert "HTTP 500" in pending.problem
    assert pending.stages[-1].commit == history[3]
    assert len(pending.files) == 2
    assert pending.summary.startswith("2 commits, 2 files (1 that matters to ./infra): 1 fetched and not yet applied,")
    assert "Upstream is as it was last fetched, 20" in pending.summary


async def test_unreachable_and_the_mirror_is_older_than_the_cluster(
    git: PyGit, server: Server, upstream: Upstream, history: list[str]
) -> None:
    await ask(git, server.url())
    newer = upstream.commit({"apps/a.yaml": "9\n"})
    server.status = 500
    pending = await ask(git, server.url(), applied=history[3], fetched=newer)
    assert pending.stages[-1].commit == ""
    assert "force-pushed" not in pending.summary
    assert pending.summary.startswith(f"The fetched commit {newer[:8]} is newer than the mirror.")


def truncate_packs(mirror: Path) -> None:
    for pack in mirror.glob("objects/pack/*.pack"):
        pack.chmod(0o600)
        pack.write_bytes(pack.read_bytes()[:20])


def empty_every_object(mirror: Path) -> None:
    for path in mirror.glob("objects/*/*"):
        path.chmod(0o600)
        path.write_bytes(b"")


DAMAGE: dict[str, Callable[[Path], None]] = {
    "no HEAD": lambda mirror: (mirror / "HEAD").unlink(),
    "no config": lambda mirror: (mirror / "config").unlink(),
    "broken config": lambda mirror: (mirror / "config").write_bytes(b"[core\n\0"),
    "broken reference": lambda mirror: (mirror / "refs/heads/main").write_bytes(b"not a hash"),
    "no objects": lambda mirror: shutil.rmtree(mirror / "objects"),
    "objects emptied": lambda mirror: [shutil.rmtree(mirror / "objects"), (mirror / "objects").mkdir()][1],
    "packs truncated": truncate_packs,
    "objects truncated": empty_every_object,
    "a file in its place": lambda mirror: [shutil.rmtree(mirror), mirror.write_text("x")][0],
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE.keys())
async def test_a_damaged_mirror_is_made_anew(
    git: PyGit, url: str, cache: Path, upstream: Upstream, history: list[str], damage: Callable[[Path], None]
) -> None:
    await ask(git, url)
    (mirror,) = (path for path in cache.iterdir() if path.is_dir())
    damage(mirror)
    pending = await ask(git, url, applied=history[0], fetched=history[3])
    assert pending.problem == ""
    assert pending.summary == "3 commits, 3 files: fetched and not yet applied."
    assert [path.name for path in cache.iterdir() if path.is_dir()] == [mirror.name]


async def test_the_cache_cannot_be_written(tmp_path: Path, environ: dict[str, str], upstream: Upstream) -> None:
    (tmp_path / "file").write_text("in the way")
    git = PyGit(tmp_path / "file" / "git", environ, Limits())
    pending = await ask(git, upstream.url, applied="a" * 40, fetched="b" * 40)
    assert pending.problem.startswith(f"Cannot write the Git cache {tmp_path}/file/git: ")
    assert pending.problem.endswith("make it writable, or point XDG_CACHE_HOME to a folder that is.")
    assert titles(pending)[0] == ("applied", "aaaaaaaa")


async def test_progress_is_told_in_words(git: PyGit, server: Server, history: list[str]) -> None:
    told: list[str] = []
    await git.pending(Question(url=server.url(), branch="main", applied="e" * 40), told.append)
    assert told[0] == "connecting to 127.0.0.1"
    assert any(text.startswith("fetching ") and text.endswith(" objects") for text in told)
    assert "asking for commit eeeeeeee" in told
    assert told[-1] == "comparing the commits"


async def test_the_mirror_is_private_and_holds_no_credentials(
    git: PyGit, server: Server, cache: Path, history: list[str]
) -> None:
    server.password = "s3cret"
    pending = await ask(git, server.url(user="flux:s3cret"))
    assert pending.problem == ""
    assert cache.stat().st_mode & 0o077 == 0
    files = [path for path in cache.rglob("*") if path.is_file()]
    assert files
    assert not [path for path in files if b"s3cret" in path.read_bytes() or "s3cret" in str(path)]
    (mirror,) = (path for path in cache.iterdir() if path.is_dir())
    assert pygit2.Repository(str(mirror)).remotes["origin"].url == server.url()
