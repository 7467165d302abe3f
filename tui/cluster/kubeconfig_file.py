"""Reading one kubeconfig file: what can be read of it, and what is wrong with the rest, by line."""

import base64
import binascii
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import yaml

from tui.cluster.entries import AuthProvider, ClusterEntry, ExecEntry, RawContext, UserEntry
from tui.model.text import clean, one_line

T = TypeVar("T")

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_TRUE = frozenset({"y", "yes", "on", "true"})
_FALSE = frozenset({"n", "no", "off", "false", ""})

EXEC_EXTENSION = "client.authentication.k8s.io/exec"
"""The cluster extension that exec plugins are given as `config` (client-go tools/clientcmd/api/types.go)."""


class KubeconfigFile(msgspec.Struct):
    """What one file says. A name whose entry can't be used maps to the sentence that says why."""

    clusters: dict[str, ClusterEntry | str] = {}
    users: dict[str, UserEntry | str] = {}
    contexts: dict[str, RawContext | str] = {}
    current: str = ""
    problems: list[str] = []


class _BadValueError(Exception):
    """A value is not what a kubeconfig has there."""

    def __init__(self, node: yaml.Node, text: str) -> None:
        super().__init__(text)
        self.line = node.start_mark.line + 1


def read_file(path: Path) -> KubeconfigFile | None:
    """Read one kubeconfig file.

    Args:
        path: The file.

    Returns:
        What can be read of it and what is wrong with the rest, or None where there is no such file.
    """
    found = KubeconfigFile()
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return None
    except IsADirectoryError:
        found.problems.append(f"{path} is a directory, not a kubeconfig file; name a file in it.")
        return found
    except OSError as error:
        found.problems.append(f"{path} can't be read ({error.strerror}); check its permissions.")
        return found
    loader = None
    try:
        loader = _LOADER(raw)
        root = loader.get_node() if loader.check_node() else None
        _Reader(path, loader, found).read(root)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f", line {mark.line + 1}" if mark else ""
        why = one_line(clean(error.problem or error.context or "it is no YAML"))
        found.problems.append(f"{path}{line}: {why}; nothing of this file is used until that is corrected.")
    except yaml.YAMLError:
        found.problems.append(f"{path} is no text in UTF-8; nothing of it is used.")
    except RecursionError:
        found.problems.append(f"{path} is nested too deeply for a kubeconfig; nothing of it is used.")
    finally:
        if loader is not None:
            loader.dispose()
    return found


class _Reader:
    """Walks one file's YAML nodes, which know their lines."""

    def __init__(self, path: Path, loader: Any, found: KubeconfigFile) -> None:
        self._path = path
        self._folder = Path(os.path.abspath(path)).parent
        self._loader = loader
        self._found = found

    def read(self, root: yaml.Node | None) -> None:
        """Take in a whole file."""
        if root is None or root.tag == "tag:yaml.org,2002:null":
            self._found.problems.append(f"{self._path} is empty; nothing is read from it.")
            return
        try:
            top = self._mapping(root, "the file")
            kind = self._text(top, "kind")
            if kind not in ("", "Config"):
                raise _BadValueError(top["kind"], f"this is a {kind}, not a kubeconfig (kind: Config)")
        except _BadValueError as error:
            self._problem(error, "nothing of this file is used")
            return
        self._found.clusters = self._entries(top, "clusters", "cluster", self._cluster)
        self._found.users = self._entries(top, "users", "user", self._user)
        self._found.contexts = self._entries(top, "contexts", "context", self._context)
        try:
            self._found.current = self._text(top, "current-context")
        except _BadValueError as error:
            self._problem(error, "it is left out")

    def _entries(
        self, top: dict[str, yaml.Node], key: str, inner: str, build: Callable[[str, dict[str, yaml.Node]], T]
    ) -> dict[str, T | str]:
        entries: dict[str, T | str] = {}
        try:
            items = self._list(top, key)
        except _BadValueError as error:
            self._problem(error, f"no {key} are read from this file")
            return entries
        for item in items:
            name = ""
            try:
                fields = self._mapping(item, f"each of `{key}`")
                name = self._text(fields, "name")
                if not name:
                    raise _BadValueError(item, f"this entry of `{key}` has no name")
                if name in entries:
                    raise _BadValueError(item, f"`{key}` has {name!r} twice, which kubectl refuses; the first is used")
                entries[name] = build(name, self._mapping(fields[inner], f"`{inner}`") if inner in fields else {})
            except _BadValueError as error:
                sentence = self._problem(error, "correct it")
                if name:
                    entries.setdefault(name, sentence)
        return entries

    def _cluster(self, name: str, fields: dict[str, yaml.Node]) -> ClusterEntry:
        return ClusterEntry(
            name,
            server=self._text(fields, "server"),
            certificate_authority=self._file(fields, "certificate-authority"),
            certificate_authority_data=self._data(fields, "certificate-authority-data"),
            insecure=self._flag(fields, "insecure-skip-tls-verify"),
            tls_server_name=self._text(fields, "tls-server-name"),
            proxy_url=self._text(fields, "proxy-url"),
            disable_compression=self._flag(fields, "disable-compression"),
            exec_config=self._exec_config(fields),
        )

    def _exec_config(self, fields: dict[str, yaml.Node]) -> Any:
        for item in self._list(fields, "extensions"):
            extension = self._mapping(item, "each of `extensions`")
            if self._text(extension, "name") == EXEC_EXTENSION and "extension" in extension:
                return self._loader.construct_document(extension["extension"])
        return None

    def _user(self, name: str, fields: dict[str, yaml.Node]) -> UserEntry:
        extra = self._mapping(fields["as-user-extra"], "`as-user-extra`") if "as-user-extra" in fields else {}
        return UserEntry(
            name,
            origin=self._path,
            token=self._text(fields, "token").strip(),
            token_file=self._file(fields, "tokenFile"),
            username=self._text(fields, "username"),
            password=self._text(fields, "password"),
            client_certificate=self._file(fields, "client-certificate"),
            client_certificate_data=self._data(fields, "client-certificate-data"),
            client_key=self._file(fields, "client-key"),
            client_key_data=self._data(fields, "client-key-data"),
            exec=self._exec(self._mapping(fields["exec"], "`exec`")) if self._given(fields, "exec") else None,
            auth_provider=self._auth_provider(fields) if self._given(fields, "auth-provider") else None,
            as_user=self._text(fields, "as"),
            as_uid=self._text(fields, "as-uid"),
            as_groups=self._texts(fields, "as-groups"),
            as_extra=tuple((key, self._texts(extra, key)) for key in extra),
        )

    def _exec(self, fields: dict[str, yaml.Node]) -> ExecEntry:
        command = self._text(fields, "command")
        env = [self._mapping(item, "each of `env`") for item in self._list(fields, "env")]
        return ExecEntry(
            str(self._folder / command) if os.sep in command else command,
            api_version=self._text(fields, "apiVersion"),
            args=self._texts(fields, "args"),
            env=tuple((self._text(item, "name"), self._text(item, "value")) for item in env),
            provide_cluster_info=self._flag(fields, "provideClusterInfo"),
            interactive_mode=self._text(fields, "interactiveMode"),
            install_hint=self._text(fields, "installHint"),
        )

    def _auth_provider(self, fields: dict[str, yaml.Node]) -> AuthProvider:
        provider = self._mapping(fields["auth-provider"], "`auth-provider`")
        config = self._mapping(provider["config"], "`config`") if self._given(provider, "config") else {}
        return AuthProvider(self._text(provider, "name"), {key: self._text(config, key) for key in config})

    def _context(self, name: str, fields: dict[str, yaml.Node]) -> RawContext:
        del name
        cluster, user, namespace = (self._text(fields, key) for key in ("cluster", "user", "namespace"))
        return RawContext(cluster, user, namespace, self._path)

    def _mapping(self, node: yaml.Node, what: str) -> dict[str, yaml.Node]:
        if _is_null(node):
            return {}
        if not isinstance(node, yaml.MappingNode):
            raise _BadValueError(node, f"{what} must be a mapping (`key: value`), not {_shape(node)}")
        self._loader.flatten_mapping(node)
        return {key.value: value for key, value in node.value if isinstance(key, yaml.ScalarNode)}

    def _list(self, fields: dict[str, yaml.Node], key: str) -> list[yaml.Node]:
        node = fields.get(key)
        if node is None or _is_null(node):
            return []
        if not isinstance(node, yaml.SequenceNode):
            raise _BadValueError(node, f"`{key}` must be a list (`- …`), not {_shape(node)}")
        return list(node.value)

    def _texts(self, fields: dict[str, yaml.Node], key: str) -> tuple[str, ...]:
        return tuple(self._text({key: item}, key) for item in self._list(fields, key))

    def _text(self, fields: dict[str, yaml.Node], key: str) -> str:
        node = fields.get(key)
        if node is None or _is_null(node):
            return ""
        if not isinstance(node, yaml.ScalarNode):
            raise _BadValueError(node, f"`{key}` must be text, not {_shape(node)}")
        return str(node.value)

    def _flag(self, fields: dict[str, yaml.Node], key: str) -> bool:
        text = self._text(fields, key).lower()
        if text not in _TRUE | _FALSE:
            raise _BadValueError(fields[key], f"`{key}` must be true or false, not {clean(text)!r}")
        return text in _TRUE

    def _file(self, fields: dict[str, yaml.Node], key: str) -> Path | None:
        text = self._text(fields, key)
        return self._folder / text if text else None

    def _data(self, fields: dict[str, yaml.Node], key: str) -> bytes:
        text = "".join(self._text(fields, key).split())
        try:
            return base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            raise _BadValueError(fields[key], f"`{key}` is not base64") from None

    def _given(self, fields: dict[str, yaml.Node], key: str) -> bool:
        return key in fields and not _is_null(fields[key])

    def _problem(self, error: _BadValueError, step: str) -> str:
        sentence = f"{self._path}, line {error.line}: {error}; {step}."
        self._found.problems.append(sentence)
        return sentence


def _is_null(node: yaml.Node) -> bool:
    return bool(node.tag == "tag:yaml.org,2002:null")


def _shape(node: yaml.Node) -> str:
    if isinstance(node, yaml.SequenceNode):
        return "a list"
    return "a mapping" if isinstance(node, yaml.MappingNode) else "a single value"
