import pytest

from tui.git.addresses import parse


@pytest.mark.parametrize(
    ("url", "clean", "user", "password"),
    [
        ("https://github.com/org/fleet", "https://github.com/org/fleet", "", ""),
        ("https://ana:s3cret@github.com/org/fleet.git", "https://github.com/org/fleet.git", "ana", "s3cret"),
        ("https://t0ken@github.com/org/fleet", "https://github.com/org/fleet", "t0ken", ""),
        ("https://a%40b:p%3Aw@host:8443/x/", "https://host:8443/x", "a@b", "p:w"),
        ("ssh://git@host:2222/org/fleet", "ssh://git@host:2222/org/fleet", "git", ""),
        ("ssh://git:pw@host/org/fleet", "ssh://git@host/org/fleet", "git", "pw"),
        ("http://[::1]:8080/x#frag", "http://[::1]:8080/x", "", ""),
        ("file:///srv/fleet.git", "file:///srv/fleet.git", "", ""),
    ],
)
def test_credentials_are_taken_off(url: str, clean: str, user: str, password: str) -> None:
    address = parse(url)
    assert (address.url, address.user, address.password) == (clean, user, password)
    assert "s3cret" not in repr(address)
    assert "t0ken" not in repr(address)
    assert "s3cret" not in address.folder


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("", "has no URL"),
        ("git@github.com:org/fleet", "not one that Flux follows"),
        ("ftp://host/x", "not one that Flux follows"),
        ("https:///x", "not one that Flux follows"),
        ("https://host/x\nhost=evil", "control characters"),
        ("https://host/x%0ahost=evil", "control characters"),
        ("https://host:port/x", "malformed"),
        ("https://[::1/x", "malformed"),
    ],
)
def test_bad_urls_are_named_without_their_text(url: str, says: str) -> None:
    with pytest.raises(ValueError, match=says) as caught:
        parse(url)
    assert "evil" not in str(caught.value)


def test_folders_are_readable_and_unique() -> None:
    first, second = parse("https://GitHub.com/Org/Fleet"), parse("https://github.com/Org/Fleet.git")
    assert first.folder.startswith("github.com-org-fleet-")
    assert first.folder != second.folder
    assert parse("https://ana:pw@github.com/Org/Fleet").folder == parse("https://github.com/Org/Fleet").folder
    assert "/" not in parse("https://host/../../etc").folder
    assert len(parse("https://host/" + "x" * 500).folder) < 100


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://gitea.infra.svc/x", True),
        ("http://gitea.infra.svc.cluster.local:3000/x", True),
        ("ssh://git@gitea/x", True),
        ("https://svc.example.com/x", False),
        ("http://localhost:3000/x", False),
        ("http://10.0.0.1/x", False),
        ("http://[::1]/x", False),
        ("file:///x", False),
    ],
)
def test_hosts_inside_a_cluster(url: str, expected: bool) -> None:
    assert parse(url).in_cluster is expected
