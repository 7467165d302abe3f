import pygit2
import pytest

from tui.git.diffs import Bounds, changes_between, commits_between, normal_path
from tui.model.pending import DiffLine, FilePatch, FileStatus

from .upstream import NOON, Upstream

POEM = "".join(f"line {number}\n" for number in range(1, 31))


def only(upstream: Upstream, before: dict[str, bytes | str], after: dict[str, bytes | str | None]) -> FilePatch:
    """The one file that differs."""
    old = upstream.commit(before)
    files = changes_between(upstream.repository, old, upstream.commit(after)).files
    assert len(files) == 1
    return files[0]


def test_lines_have_numbers_on_their_sides(upstream: Upstream) -> None:
    patch = only(upstream, {"a.yaml": POEM}, {"a.yaml": POEM.replace("line 10\n", "ten\nand a half\n")})
    assert (patch.status, patch.added, patch.removed, patch.truncated) == (FileStatus.MODIFIED, 2, 1, 0)
    assert patch.lines[0] == DiffLine("@", "@@ -7,7 +7,8 @@")
    assert patch.lines[3:8] == (
        DiffLine(" ", "line 9", 9, 9),
        DiffLine("-", "line 10", 10, 0),
        DiffLine("+", "ten", 0, 10),
        DiffLine("+", "and a half", 0, 11),
        DiffLine(" ", "line 11", 11, 12),
    )


def test_added_deleted_and_renamed(upstream: Upstream) -> None:
    old = upstream.commit({"gone": POEM.upper(), "old/name": POEM, "stays": "x"})
    new = upstream.commit({"gone": None, "old/name": None, "new/name": POEM + "more\n", "fresh": "y\n"})
    files = {file.path: file for file in changes_between(upstream.repository, old, new).files}
    assert {path: file.status for path, file in files.items()} == {
        "gone": FileStatus.DELETED,
        "new/name": FileStatus.RENAMED,
        "fresh": FileStatus.ADDED,
    }
    assert (files["new/name"].old_path, files["new/name"].added, files["new/name"].removed) == ("old/name", 1, 0)


def test_binary_files_have_no_lines(upstream: Upstream) -> None:
    patch = only(upstream, {"logo.png": b"\x89PNG\0\1"}, {"logo.png": b"\x89PNG\0\2"})
    assert (patch.binary, patch.lines, patch.truncated) == (True, (), 0)


def test_what_is_not_utf8_is_replaced(upstream: Upstream) -> None:
    patch = only(upstream, {"f": b"caf\xe9\n"}, {"f": b"caf\xe9 \xff\n"})
    assert [line.text for line in patch.lines[1:]] == ["caf\ufffd", "caf\ufffd \ufffd"]


def test_names_that_are_not_utf8_or_hostile_are_shown_harmlessly(upstream: Upstream) -> None:
    repository = upstream.repository
    old = upstream.commit({"x": "1"})
    blob = repository.create_blob(b"1\n")
    raw = b"100644 b\xe9d\x1b[2J\nname\0" + blob.raw
    tree = repository.odb.write(pygit2.enums.ObjectType.TREE, raw)
    who = repository[old].author
    new = str(repository.create_commit(None, who, who, "odd", tree, [old]))
    patch = changes_between(repository, old, new).files[0]
    assert patch.path == "b\ufffdd[2J␤name"


def test_hostile_text_tabs_and_line_endings(upstream: Upstream) -> None:
    patch = only(upstream, {"f": "a\r\n"}, {"f": "a\n\x1b[31m\tred\u202e\n[bold]x[/bold]"})
    assert [(line.origin, line.text) for line in patch.lines[1:]] == [
        ("-", "a␍"),
        ("+", "a"),
        ("+", "[31m    red"),
        ("+", "[bold]x[/bold]"),
        (" ", "\\ No newline at end of file"),
    ]


def test_a_long_patch_is_cut_and_counted(upstream: Upstream) -> None:
    old = upstream.commit({"small": "1\n", "z": "1\n"})
    new = upstream.commit({"big": "x\n" * 5000, "small": "2\n", "z": "2\n"})
    files = changes_between(upstream.repository, old, new, bounds=Bounds(lines=100, all_lines=102)).files
    assert [(file.path, len(file.lines), file.truncated, file.added) for file in files] == [
        ("big", 100, 4901, 5000),
        ("small", 2, 1, 1),
        ("z", 0, 3, 1),
    ]


def test_a_long_line_is_cut(upstream: Upstream) -> None:
    patch = only(upstream, {"f": "1\n"}, {"f": "y" * 5000 + "\n"})
    assert patch.lines[-1].text == "y" * 1000 + "…"


@pytest.mark.parametrize(
    ("path", "matter"),
    [
        ("", ["apps/a", "apps-old/b", "infra/c", "moved"]),
        (".", ["apps/a", "apps-old/b", "infra/c", "moved"]),
        ("./apps", ["apps/a", "moved"]),
        ("/apps/", ["apps/a", "moved"]),
        ("infra", ["infra/c"]),
        ("nowhere", []),
    ],
)
def test_files_under_the_path_come_first(upstream: Upstream, path: str, matter: list[str]) -> None:
    old = upstream.commit({"apps/poem": POEM, "infra/c": "1"})
    new = upstream.commit({"apps/a": "1", "apps-old/b": "1", "infra/c": "2", "apps/poem": None, "moved": POEM})
    changes = changes_between(upstream.repository, old, new, path)
    assert sorted(file.path for file in changes.files if file.matters) == sorted(matter)
    assert [file.matters for file in changes.files] == sorted((file.matters for file in changes.files), reverse=True)
    assert (changes.total, changes.matter) == (4, len(matter))


def test_too_many_files(upstream: Upstream) -> None:
    old = upstream.commit({"x": "1"})
    new = upstream.commit({f"a/{number}": "1" for number in range(10)} | {"zz/y": "1"})
    changes = changes_between(upstream.repository, old, new, "zz", Bounds(files=3))
    assert changes.files[0].path == "zz/y"
    assert (len(changes.files), changes.total, changes.matter) == (3, 11, 1)


def test_secrets_are_masked_where_the_hunk_does_not_show_that_it_is_one(upstream: Upstream) -> None:
    body = "kind: Secret\nmetadata:\n  name: x\n" + "".join(f"  label{n}: y\n" for n in range(20)) + "data:\n  pw: {}\n"
    patch = only(upstream, {"s.yaml": body.replace("{}", "b2xk")}, {"s.yaml": body.replace("{}", "bmV3")})
    assert [(line.origin, line.text) for line in patch.lines][-2:] == [("-", "  pw: ••••••"), ("+", "  pw: ••••••")]
    assert patch.lines[0].text == "@@ -22,4 +22,4 @@"
    assert "b2xk" not in str(patch)
    assert "bmV3" not in str(patch)


def test_a_mode_change_is_a_change(upstream: Upstream) -> None:
    old = upstream.commit({"run.sh": "echo\n"})
    repository = upstream.repository
    index = pygit2.Index()
    index.read_tree(repository[old].tree)
    index.add(pygit2.IndexEntry("run.sh", index["run.sh"].id, pygit2.enums.FileMode.BLOB_EXECUTABLE))
    who = repository[old].author
    new = str(repository.create_commit(None, who, who, "x", index.write_tree(repository), [old]))
    (patch,) = changes_between(repository, old, new).files
    assert (patch.path, patch.status, patch.lines) == ("run.sh", FileStatus.MODIFIED, ())


def test_commits_newest_first_and_bounded(upstream: Upstream) -> None:
    shas = [upstream.commit({"f": str(n)}, subject=f"change {n}\n\nbody") for n in range(6)]
    commits = commits_between(upstream.repository, shas[1], shas[5], Bounds(commits=3))
    assert [commit.subject for commit in commits] == ["change 5", "change 4", "change 3"]
    assert commits[0].sha == shas[5]
    assert commits[0].author == "Ana"
    assert commits[0].when.timestamp() == NOON + 6 * 60
    assert commits[0].when.utcoffset() is not None


def test_hostile_commits(upstream: Upstream) -> None:
    old = upstream.commit({"f": "1"})
    new = upstream.commit({"f": "2"}, subject=b"caf\xe9 \x1b]0;title\x07 \xe2\x80\xae[red]", author="A\u200bna\x1b[1m")
    (commit,) = commits_between(upstream.repository, old, new)
    assert (commit.subject, commit.author) == ("caf\ufffd ]0;title [red]", "Ana[1m")


@pytest.mark.parametrize(
    ("path", "normal"),
    [("", ""), (".", ""), ("./", ""), ("/", ""), ("./apps/", "apps"), ("a//b/./c", "a/b/c"), ("../x", "../x")],
)
def test_normal_path(path: str, normal: str) -> None:
    assert normal_path(path) == normal
