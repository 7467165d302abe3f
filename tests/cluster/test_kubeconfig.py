"""Kubeconfig: the rules of client-go tools/clientcmd, and sentences where it has errors."""

import base64
import os
from pathlib import Path
from typing import Any

import pytest
import yaml
from rich.pretty import pretty_repr

from tui.cluster import kubeconfig as module
from tui.cluster.entries import ClusterEntry, ContextEntry, UserEntry
from tui.cluster.kubeconfig import Kubeconfig, load_kubeconfig, reread_user

SECRET = "hunter2-secret"


def document(*names: str, current: str = "", server: str = "https://{}.test", **user: Any) -> dict[str, Any]:
    """A kubeconfig with a cluster, a user and a context for each name."""
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": current,
        "clusters": [{"name": name, "cluster": {"server": server.format(name)}} for name in names],
        "users": [{"name": name, "user": dict(user)} for name in names],
        "contexts": [{"name": name, "context": {"cluster": name, "user": name}} for name in names],
    }


def write(path: Path, content: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else yaml.safe_dump(content), encoding="utf-8")
    return path


def load(*paths: Path) -> Kubeconfig:
    return load_kubeconfig(None, {"KUBECONFIG": os.pathsep.join(map(str, paths))}, Path("/nowhere"))


def load_one(tmp_path: Path, content: Any) -> Kubeconfig:
    return load_kubeconfig(write(tmp_path / "config", content), {}, tmp_path)


def user_of(tmp_path: Path, **user: Any) -> UserEntry:
    config = load_one(tmp_path, document("a", **user))
    assert config.problems == ()
    return config.contexts[0].user


def cluster_of(tmp_path: Path, **cluster: Any) -> ClusterEntry:
    content = document("a")
    content["clusters"][0]["cluster"].update(cluster)
    config = load_one(tmp_path, content)
    assert config.problems == ()
    return config.contexts[0].cluster


def names(config: Kubeconfig) -> list[str]:
    return [entry.name for entry in config.contexts]


# Which files: ClientConfigLoadingRules.Load and NewDefaultClientConfigLoadingRules (loader.go).


def test_explicit_path_goes_before_everything(tmp_path: Path) -> None:
    """ExplicitPath: KUBECONFIG and the home folder are not looked at."""
    write(tmp_path / ".kube" / "config", document("home"))
    listed = write(tmp_path / "listed", document("listed"))
    given = write(tmp_path / "given", document("given"))
    assert names(load_kubeconfig(given, {"KUBECONFIG": str(listed)}, tmp_path)) == ["given"]


def test_explicit_path_must_exist(tmp_path: Path) -> None:
    """ExplicitPath: os.Stat's error is returned, nothing else is tried."""
    write(tmp_path / ".kube" / "config", document("home"))
    config = load_kubeconfig(tmp_path / "missing", {}, tmp_path)
    assert config.contexts == ()
    assert config.problems == (f"There is no file {tmp_path}/missing, which --kubeconfig names; check the path.",)


def test_home_folder_without_kubeconfig_variable(tmp_path: Path) -> None:
    """RecommendedHomeFile, also where KUBECONFIG is set and empty."""
    write(tmp_path / ".kube" / "config", document("home", current="home"))
    for environ in ({}, {"KUBECONFIG": ""}):
        config = load_kubeconfig(None, environ, tmp_path)
        assert (names(config), config.current) == (["home"], "home")


def test_variable_replaces_home_folder_even_when_its_files_are_missing(tmp_path: Path) -> None:
    """Precedence is KUBECONFIG's list alone once it is set."""
    write(tmp_path / ".kube" / "config", document("home"))
    config = load_kubeconfig(None, {"KUBECONFIG": str(tmp_path / "missing")}, tmp_path)
    assert config.contexts == ()
    assert config.problems[0].startswith(f"no kubeconfig found: KUBECONFIG names {tmp_path}/missing")


def test_missing_and_empty_and_repeated_entries_are_skipped(tmp_path: Path) -> None:
    """`len(filename) == 0` and os.IsNotExist are skipped; filepath.SplitList's result is deduplicated."""
    first, second = write(tmp_path / "1", document("a")), write(tmp_path / "2", document("b"))
    listed = os.pathsep.join(["", str(first), str(tmp_path / "missing"), "", str(second), str(first)])
    config = load_kubeconfig(None, {"KUBECONFIG": listed}, tmp_path)
    assert names(config) == ["a", "b"]
    assert config.paths == (first, second)
    assert config.problems == ()


def test_no_file_at_all_is_an_outcome(tmp_path: Path) -> None:
    config = load_kubeconfig(None, {}, tmp_path)
    assert config.contexts == ()
    assert config.problems == (
        f"no kubeconfig found at {tmp_path}/.kube/config; set KUBECONFIG, pass --kubeconfig, or try `gitops-tui demo`.",
    )


# Merging: loader.go, "the first file to set a particular value or map key wins".


def test_first_file_wins_whole_entries(tmp_path: Path) -> None:
    first = write(tmp_path / "1", document("a", server="https://first.test", token="one"))
    second = write(tmp_path / "2", document("a", "b", server="https://second.test", username="anna", password="x"))
    config = load(first, second)
    a, b = config.contexts
    assert (a.cluster.server, a.user.token, a.user.username) == ("https://first.test", "one", "")
    assert (b.cluster.server, b.user.username) == ("https://second.test", "anna")


def test_first_current_context_wins(tmp_path: Path) -> None:
    files = [write(tmp_path / str(n), document(f"c{n}", current=current)) for n, current in enumerate(["", "c2", "c0"])]
    assert load(*files).current == "c2"


def test_context_may_name_cluster_and_user_of_another_file(tmp_path: Path) -> None:
    first = write(tmp_path / "1", {"contexts": [{"name": "x", "context": {"cluster": "a", "user": "b"}}]})
    second, third = write(tmp_path / "2", document("a")), write(tmp_path / "3", document("b", token="t"))
    entry = load(first, second, third).contexts[0]
    assert (entry.name, entry.cluster.server, entry.user.token, entry.problem) == ("x", "https://a.test", "t", "")
    assert entry.origin == first


@pytest.mark.parametrize(
    ("section", "key", "field"),
    [
        pytest.param("cluster", "certificate-authority", "certificate_authority", id="GetClusterFileReferences"),
        pytest.param("user", "client-certificate", "client_certificate", id="GetAuthInfoFileReferences"),
        pytest.param("user", "client-key", "client_key", id="GetAuthInfoFileReferences-key"),
        pytest.param("user", "tokenFile", "token_file", id="GetAuthInfoFileReferences-token"),
    ],
)
@pytest.mark.parametrize("value", ["pki/x.pem", "../x.pem", "/etc/x.pem"])
def test_relative_paths_are_relative_to_their_file(
    tmp_path: Path, section: str, key: str, field: str, value: str
) -> None:
    content = document("a")
    # A certificate without its key can't be used, which is not asked here.
    content[f"{section}s"][0][section] = {"server": "https://a.test", key: value}
    path = write(tmp_path / "sub" / "config", content)
    entry = getattr(load(path).contexts[0], section)
    assert getattr(entry, field) == path.parent / value


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        pytest.param("aws", "aws", id="found in PATH"),
        pytest.param("./bin/login", "{}/./bin/login", id="relative"),
        pytest.param("/opt/login", "/opt/login", id="absolute"),
    ],
)
def test_exec_command_is_relative_only_with_a_separator(tmp_path: Path, command: str, expected: str) -> None:
    """GetAuthInfoFileReferences: "Only resolve exec command if it isn't PATH based"."""
    plugin = user_of(tmp_path, exec={"command": command, "apiVersion": "client.authentication.k8s.io/v1beta1"}).exec
    assert plugin is not None
    assert os.path.normpath(plugin.name) == os.path.normpath(expected.format(tmp_path))


def test_relative_kubeconfig_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relative path of KUBECONFIG counts from the working folder, and so do the paths in the file."""
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "config", document("a", tokenFile="token"))
    config = load_kubeconfig(None, {"KUBECONFIG": "config"}, tmp_path)
    assert config.contexts[0].user.token_file == tmp_path / "token"


# Fields: tools/clientcmd/api/v1/types.go.


def test_all_cluster_fields(tmp_path: Path) -> None:
    cluster = cluster_of(
        tmp_path,
        **{
            "certificate-authority-data": base64.b64encode(b"PEM").decode(),
            "tls-server-name": "api.test",
            "proxy-url": "http://proxy.test:3128",
            "disable-compression": True,
            "extensions": [
                {"name": "other", "extension": 1},
                {"name": "client.authentication.k8s.io/exec", "extension": {"audience": ["x", 1]}},
            ],
        },
    )
    assert cluster.certificate_authority_data == b"PEM"
    assert (cluster.tls_server_name, cluster.proxy_url) == ("api.test", "http://proxy.test:3128")
    assert cluster.disable_compression
    assert not cluster.insecure
    assert cluster.exec_config == {"audience": ["x", 1]}
    assert cluster_of(tmp_path, **{"insecure-skip-tls-verify": True}).insecure


def test_all_user_fields(tmp_path: Path) -> None:
    pem = base64.b64encode(b"PEM").decode()
    user = user_of(
        tmp_path,
        **{
            "token": "t",
            "client-certificate-data": pem,
            "client-key-data": pem,
            "as": "eve",
            "as-uid": "42",
            "as-groups": ["dev", "ops"],
            "as-user-extra": {"reason": ["debug", "call"]},
            "exec": {
                "apiVersion": "client.authentication.k8s.io/v1",
                "command": "login",
                "args": ["--x", 1],
                "env": [{"name": "A", "value": "b"}],
                "provideClusterInfo": True,
                "interactiveMode": "Never",
                "installHint": "brew install login",
            },
        },
    )
    assert (user.token, user.client_certificate_data, user.client_key_data) == ("t", b"PEM", b"PEM")
    assert (user.as_user, user.as_uid, user.as_groups) == ("eve", "42", ("dev", "ops"))
    assert user.as_extra == (("reason", ("debug", "call")),)
    plugin = user.exec
    assert plugin is not None
    assert (plugin.name, plugin.args, plugin.env) == ("login", ("--x", "1"), (("A", "b"),))
    assert (plugin.provide_cluster_info, plugin.interactive_mode) == (True, "Never")
    assert plugin.install_hint == "brew install login"


def test_auth_provider(tmp_path: Path) -> None:
    provider = user_of(tmp_path, **{"auth-provider": {"name": "oidc", "config": {"id-token": "x"}}}).auth_provider
    assert provider is not None
    assert (provider.name, provider.config) == ("oidc", {"id-token": "x"})


def test_namespace(tmp_path: Path) -> None:
    """DeferredLoadingClientConfig.Namespace: `default` where the context names none."""
    content = document("a", "b")
    content["contexts"][1]["context"]["namespace"] = "flux-system"
    assert [entry.namespace for entry in load_one(tmp_path, content).contexts] == ["default", "flux-system"]


def test_context_without_user_is_anonymous(tmp_path: Path) -> None:
    content = document("a")
    del content["contexts"][0]["context"]["user"]
    entry = load_one(tmp_path, content).contexts[0]
    assert (entry.problem, entry.user.token) == ("", "")


@pytest.mark.parametrize(
    ("text", "token"),
    [
        pytest.param("token: abc", "abc", id="plain"),
        pytest.param("token: 012345", "012345", id="digits keep their form"),
        pytest.param("token: 1e5", "1e5", id="no float"),
        pytest.param("token:", "", id="null"),
        pytest.param("token: |\n      abc\n", "abc", id="block with a newline"),
        pytest.param("<<: {token: abc}", "abc", id="merge key"),
    ],
)
def test_text_is_taken_as_written(tmp_path: Path, text: str, token: str) -> None:
    config = load_one(
        tmp_path,
        "clusters: [{name: a, cluster: {server: 'https://a.test'}}]\n"
        "contexts: [{name: a, context: {cluster: a, user: a}}]\n"
        f"users:\n- name: a\n  user:\n    {text}\n",
    )
    assert config.contexts[0].user.token == token


def test_json_is_yaml_and_unknown_fields_are_ignored(tmp_path: Path) -> None:
    config = load_one(tmp_path, '{"contexts": [], "preferences": {"colors": true}, "hello": [1]}')
    assert config.problems == (f"No context can be read from {tmp_path}/config; try `gitops-tui demo`.",)


# What is broken is told by file and line, and the rest is used.


@pytest.mark.parametrize(
    ("content", "told"),
    [
        pytest.param("clusters:\n- name: [\n", ", line 3: ", id="half-written"),
        pytest.param("a: b\n\tc: d\n", ", line 2: ", id="tab"),
        pytest.param("", " is empty", id="empty"),
        pytest.param("# nothing\n", " is empty", id="comment only"),
        pytest.param("- a\n- b\n", ", line 1: the file must be a mapping (`key: value`), not a list", id="list"),
        pytest.param("hello", ", line 1: the file must be a mapping", id="text"),
        pytest.param("kind: Pod\n", ", line 1: this is a Pod, not a kubeconfig", id="another kind"),
        pytest.param(
            "\nusers:\n  a: {}\n", ", line 3: `users` must be a list (`- …`), not a mapping", id="map for list"
        ),
        pytest.param("contexts:\n- a\n", ", line 2: each of `contexts` must be a mapping", id="text for entry"),
        pytest.param("contexts:\n- context: {}\n", ", line 2: this entry of `contexts` has no name", id="no name"),
        pytest.param("current-context: [a]\n", ", line 1: `current-context` must be text, not a list", id="current"),
        pytest.param(
            "contexts:\n- {name: a, context: {cluster: [x]}}\n", ", line 2: `cluster` must be text", id="list for text"
        ),
        pytest.param("x: &a [*b]\n", ", line 1: found undefined alias", id="alias"),
    ],
)
def test_broken_file_does_not_hide_the_others(tmp_path: Path, content: str, told: str) -> None:
    broken, good = write(tmp_path / "broken", content), write(tmp_path / "good", document("a", current="a"))
    config = load(broken, good)
    assert (names(config), config.current) == (["a"], "a")
    assert len(config.problems) == 1
    assert config.problems[0].startswith(f"{broken}{told}")
    alone = load(broken)
    assert alone.contexts == ()
    assert alone.problems[0] == config.problems[0]
    assert alone.problems[-1].startswith(f"No context can be read from {broken}")


@pytest.mark.parametrize(
    ("make", "told"),
    [
        pytest.param(lambda path: path.mkdir(), "is a directory, not a kubeconfig file", id="directory"),
        pytest.param(lambda path: path.write_bytes(b"a: \xff\xfe"), "is no text in UTF-8", id="not UTF-8"),
        pytest.param(lambda path: path.write_text("[" * 5000), "", id="deeply nested"),
        pytest.param(lambda path: path.write_bytes(b"a: \x00b"), "is no text in UTF-8", id="NUL"),
    ],
)
def test_file_that_is_no_text(tmp_path: Path, make: Any, told: str) -> None:
    bad, good = tmp_path / "bad", write(tmp_path / "good", document("a"))
    make(bad)
    config = load(bad, good)
    assert names(config) == ["a"]
    assert len(config.problems) == 1
    assert config.problems[0].startswith(str(bad))
    assert told in config.problems[0]


def test_unreadable_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    good, bad = write(tmp_path / "good", document("a")), write(tmp_path / "bad", document("b"))
    read = Path.read_bytes

    def refuse(path: Path) -> bytes:
        if path == bad:
            raise PermissionError(13, "Permission denied")
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", refuse)  # root may read everything
    config = load(bad, good)
    assert names(config) == ["a"]
    assert config.problems == (f"{bad} can't be read (Permission denied); check its permissions.",)


@pytest.mark.parametrize(
    ("section", "change", "told"),
    [
        pytest.param("context", {"cluster": "gone"}, "it names cluster 'gone', which is in no file", id="no cluster"),
        pytest.param("context", {"user": "gone"}, "it names user 'gone', which is in no file", id="no user"),
        pytest.param("cluster", {"server": ""}, "cluster 'a' has no `server`", id="no server"),
        pytest.param("cluster", {"server": "ftp://a"}, "is no http:// or https:// URL", id="scheme"),
        pytest.param("cluster", {"server": "https://a:x"}, "is no http:// or https:// URL", id="port"),
        pytest.param("cluster", {"server": ["a"]}, "line", id="list for server"),
        pytest.param("cluster", {"proxy-url": "socks5://p:1"}, "SOCKS", id="socks5"),
        pytest.param("cluster", {"proxy-url": "p:1"}, "correct it", id="proxy without scheme"),
        pytest.param("cluster", {"certificate-authority-data": "%"}, "is not base64", id="base64"),
        pytest.param("cluster", {"insecure-skip-tls-verify": "maybe"}, "must be true or false", id="flag"),
        # rest/transport.go TLSConfigFor: "specifying a root certificates file with the insecure flag is not allowed"
        pytest.param(
            "cluster", {"insecure-skip-tls-verify": True, "certificate-authority": "x"}, "remove one", id="insecure+CA"
        ),
        # validation.go validateAuthInfo: "more than one authentication method found"
        pytest.param("user", {"token": "t", "username": "u"}, "a token and a password", id="token+password"),
        pytest.param("user", {"client-certificate": "x"}, "without its key", id="certificate without key"),
        pytest.param("user", {"client-key": "x"}, "without its certificate", id="key without certificate"),
        pytest.param("user", {"as-groups": ["x"]}, "without `as`", id="groups without user"),
        pytest.param("user", {"exec": {"apiVersion": "client.authentication.k8s.io/v1"}}, "no `command`", id="command"),
        pytest.param(
            "user",
            {"exec": {"command": "x", "apiVersion": "client.authentication.k8s.io/v1alpha1"}},
            "v1alpha1",
            id="v1a1",
        ),
        pytest.param(
            "user",
            {"exec": {"command": "x", "apiVersion": "client.authentication.k8s.io/v1"}},
            "interactiveMode",
            id="v1 wants interactiveMode",
        ),
        pytest.param(
            "user",
            {"exec": {"command": "x"}, "auth-provider": {"name": "oidc"}},
            "an exec plugin and an auth-provider",
            id="exec+auth-provider",
        ),
    ],
)
def test_context_that_cant_be_used_says_so(tmp_path: Path, section: str, change: dict[str, Any], told: str) -> None:
    content = document("a", "b")
    content[f"{section}s"][0][section].update(change)
    config = load_one(tmp_path, content)
    bad, good = config.contexts
    assert told in bad.problem
    assert bad.problem in config.problems
    assert bad.problem.endswith(".")
    assert len(config.problems) == 1
    assert good.problem == ""


def test_name_twice_in_one_file(tmp_path: Path) -> None:
    """Convert_Slice_v1_NamedCluster_To_Map: "duplicate name in list"; here the first one is used."""
    content = document("a")
    content["clusters"].append({"name": "a", "cluster": {"server": "https://other.test"}})
    config = load_one(tmp_path, content)
    assert config.contexts[0].cluster.server == "https://a.test"
    assert "`clusters` has 'a' twice" in config.problems[0]


def test_readable_entry_beats_a_broken_one_of_an_earlier_file(tmp_path: Path) -> None:
    broken = document("a")
    broken["users"][0]["user"] = {"token": ["x"]}
    config = load(write(tmp_path / "1", broken), write(tmp_path / "2", document("a", token="t")))
    assert config.contexts[0].user.token == "t"
    assert len(config.problems) == 1


def test_current_context_that_does_not_exist(tmp_path: Path) -> None:
    config = load_one(tmp_path, document("a", current="gone"))
    assert (names(config), config.current) == (["a"], "")
    assert "'gone' is in none of the kubeconfig files" in config.problems[0]


# In a pod: tools/clientcmd/client_config.go inClusterClientConfig.Possible, rest/config.go InClusterConfig.


@pytest.fixture
def pod(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    account = tmp_path / "serviceaccount"
    account.mkdir()
    for name, content in (("token", "t"), ("ca.crt", "PEM"), ("namespace", "flux-system")):
        (account / name).write_text(content)
    monkeypatch.setattr(module, "SERVICE_ACCOUNT", account)
    return {"KUBERNETES_SERVICE_HOST": "10.0.0.1", "KUBERNETES_SERVICE_PORT": "443"}


def test_in_cluster(tmp_path: Path, pod: dict[str, str]) -> None:
    config = load_kubeconfig(None, pod, tmp_path)
    (entry,) = config.contexts
    assert (entry.name, config.current, config.problems) == ("in-cluster", "in-cluster", ())
    assert (entry.cluster.server, entry.namespace) == ("https://10.0.0.1:443", "flux-system")
    assert entry.user.token_file == tmp_path / "serviceaccount" / "token"
    assert entry.cluster.certificate_authority == tmp_path / "serviceaccount" / "ca.crt"
    other = load_kubeconfig(None, pod | {"KUBERNETES_SERVICE_HOST": "fd00::1", "POD_NAMESPACE": "x"}, tmp_path)
    assert (other.contexts[0].cluster.server, other.contexts[0].namespace) == ("https://[fd00::1]:443", "x")


def test_kubeconfig_goes_before_in_cluster(tmp_path: Path, pod: dict[str, str]) -> None:
    path = write(tmp_path / "config", document("a"))
    assert names(load_kubeconfig(path, pod, tmp_path)) == ["a"]
    assert load_kubeconfig(tmp_path / "missing", pod, tmp_path).contexts == ()


def test_no_service_account_is_no_in_cluster(tmp_path: Path, pod: dict[str, str]) -> None:
    (tmp_path / "serviceaccount" / "token").unlink()
    assert load_kubeconfig(None, pod, tmp_path).contexts == ()


# Secrets and renewal.


def test_no_secret_is_ever_printed(tmp_path: Path) -> None:
    data = base64.b64encode(SECRET.encode()).decode()
    content = document(
        "a",
        **{
            "token": SECRET,
            "client-certificate-data": data,
            "client-key-data": data,
            "exec": {
                "apiVersion": "client.authentication.k8s.io/v1beta1",
                "command": "x",
                "env": [{"name": "A", "value": SECRET}],
                "args": [SECRET],
            },
        },
    )
    content["clusters"][0]["cluster"].update(
        {"server": f"https://u:{SECRET}@a.test", "proxy-url": f"http://u:{SECRET}@p"}
    )
    config = load_one(tmp_path, content)
    entry = config.contexts[0]
    assert entry.user.token == SECRET
    shown: list[object] = [config, entry, entry.user, entry.cluster, entry.user.exec]
    for value in shown:
        for text in (repr(value), str(value), pretty_repr(value)):
            assert SECRET not in text
            assert data not in text
            assert "PEM" not in text


def test_problems_show_no_secret(tmp_path: Path) -> None:
    content = document("a")
    content["clusters"][0]["cluster"] = {"server": f"ftp://u:{SECRET}@a.test"}
    content["users"][0]["user"] = {"client-key-data": f"%{SECRET}"}
    config = load_one(tmp_path, content)
    assert config.problems
    assert SECRET not in " ".join(config.problems)


def test_reread_user(tmp_path: Path) -> None:
    """A login elsewhere rewrites the file: `oc login`, `aws eks update-kubeconfig`."""
    user = user_of(tmp_path, token="old")
    write(tmp_path / "config", document("a", token="new"))
    assert reread_user(user).token == "new"
    for gone in ("broken: [", document("b")):
        write(tmp_path / "config", gone)
        assert reread_user(user) is user
    (tmp_path / "config").unlink()
    assert reread_user(user) is user


def test_context_entry_is_frozen(tmp_path: Path) -> None:
    entry: ContextEntry = load_one(tmp_path, document("a")).contexts[0]
    with pytest.raises(AttributeError):
        entry.name = "b"  # type: ignore[misc]
