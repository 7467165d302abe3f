import pytest

from tui.git.refs import resolve
from tui.model.pending import Question

from .upstream import Upstream


@pytest.fixture
def tagged(upstream: Upstream) -> dict[str, str]:
    """A repository with branches and tags, and the names of its commits."""
    commits = {}
    for name in ("one", "two", "three", "four"):
        commits[name] = upstream.commit({"f": name})
    commits["side"] = upstream.commit({"f": "side"}, branch="feature/x", parent=commits["two"])
    upstream.tag("v1.0.0", commits["one"])
    upstream.tag("v1.1.0", commits["two"], annotated=True)
    upstream.tag("v1.2.0-rc.1", commits["three"])
    upstream.tag("2.0.0", commits["four"], annotated=True)
    upstream.tag("v1.1.0+build.2", commits["three"])
    upstream.tag("nightly", commits["four"])
    upstream.repository.references.create("refs/tags/v9.0.0", upstream.repository[commits["one"]].tree.id)
    upstream.repository.references.create("refs/gitops-tui/names/refs/pull/7/head", commits["side"])
    return commits


@pytest.mark.parametrize(
    ("question", "label", "commit"),
    [
        ({"branch": "main"}, "main", "four"),
        ({"branch": "feature/x"}, "feature/x", "side"),
        ({"tag": "v1.0.0"}, "tag v1.0.0", "one"),
        ({"tag": "v1.1.0"}, "tag v1.1.0", "two"),
        ({"semver": ">=1.0.0 <1.1.0"}, "tag v1.0.0", "one"),
        ({"semver": "1.x"}, "tag v1.1.0+build.2", "three"),
        ({"semver": ">=1.2.0-0 <2"}, "tag v1.2.0-rc.1", "three"),
        ({"semver": "*"}, "tag 2.0.0", "four"),
        ({"name": "refs/heads/feature/x"}, "feature/x", "side"),
        ({"name": "refs/tags/v1.1.0"}, "refs/tags/v1.1.0", "two"),
        ({"name": "refs/tags/v1.1.0^{}"}, "refs/tags/v1.1.0", "two"),
        ({"name": "refs/pull/7/head"}, "refs/pull/7/head", "side"),
        ({"branch": "main", "tag": "v1.0.0"}, "tag v1.0.0", "one"),
        ({"branch": "main", "tag": "v1.0.0", "semver": "2.x"}, "tag 2.0.0", "four"),
        ({"semver": "2.x", "name": "refs/heads/feature/x"}, "feature/x", "side"),
    ],
)
def test_resolved(
    upstream: Upstream, tagged: dict[str, str], question: dict[str, str], label: str, commit: str
) -> None:
    followed = resolve(upstream.repository, Question(url="", **question))
    assert (followed.label, followed.commit, followed.problem) == (label, tagged[commit], "")


def test_a_pinned_commit_comes_before_all(upstream: Upstream, tagged: dict[str, str]) -> None:
    followed = resolve(upstream.repository, Question(url="", branch="main", name="x", commit=tagged["one"].upper()))
    assert (followed.label, followed.commit) == (f"commit {tagged['one'][:8]}", tagged["one"])


def test_master_is_the_default(upstream: Upstream) -> None:
    commit = upstream.commit({"f": "x"}, branch="master")
    assert resolve(upstream.repository, Question(url="")).commit == commit


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ({}, "no branch master (it has feature/x, main); push it, or correct spec.ref.branch"),
        ({"branch": "mian"}, "no branch mian (it has main, feature/x)"),
        ({"branch": "a..b"}, "no branch a..b"),
        ({"branch": "\x1b[31mred"}, "no branch [31mred"),
        ({"tag": "v1.0"}, "no tag v1.0 (it has v1.1.0, v1.0.0, v9.0.0); push it, or correct spec.ref.tag"),
        ({"tag": "v9.0.0"}, "no tag v9.0.0 (it has v1.0.0, 2.0.0, v1.1.0)"),
        ({"semver": "3.x"}, "No tag of the repository is a version in 3.x"),
        ({"semver": "9.x"}, "No tag of the repository is a version in 9.x"),
        ({"semver": "latest"}, "'latest', which is no semver range"),
        ({"name": "refs/pull/8/head"}, "no reference refs/pull/8/head"),
        ({"commit": "abc"}, "'abc', which is no full commit hash"),
    ],
)
def test_not_resolved(upstream: Upstream, tagged: dict[str, str], question: dict[str, str], says: str) -> None:
    followed = resolve(upstream.repository, Question(url="", **question))
    assert says in followed.problem
    assert followed.commit == ""


def test_an_empty_repository(upstream: Upstream) -> None:
    for question in (Question(url="", branch="main"), Question(url="", semver="1.x"), Question(url="", tag="v1")):
        assert "empty" in resolve(upstream.repository, question).problem
