"""What a Kustomization builds from the files of a commit: kustomize's resources and Flux's variable substitution."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from posixpath import normpath
from typing import Any, NamedTuple

import yaml

from tui.demo.resources import Object

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_VARIABLE = re.compile(r"\$\{(\w+)(?::?[-=]([^}]*))?\}")
_KUSTOMIZE_GROUP = "kustomize.config.k8s.io"
_KUSTOMIZATION_FILES = ("kustomization.yaml", "kustomization.yml", "Kustomization")


class BuildError(Exception):
    """The manifests can't be built; the text says where and why."""


class PathNotFoundError(BuildError):
    """The path is not in the source."""


class _Named(NamedTuple):
    """A file that is to be applied."""

    path: str
    entry: str
    """As a kustomization.yaml lists it; empty where none does."""


def build(files: Mapping[str, bytes], path: str, variables: Mapping[str, str] | None, root: str) -> list[Object]:
    """Build the manifests below a path.

    A folder with a kustomization.yaml gives the resources that it lists; one without gives every YAML file below it,
    as kustomize-controller generates it (fluxcd/pkg kustomize/generator.go).

    Args:
        files: Path → content.
        path: `spec.path` of the Kustomization.
        variables: What `${name}` stands for; None where no substitution is asked for.
        root: The temporary folder that the files were extracted to, which errors name.

    Returns:
        The manifests, in the order of their files; not to be changed, because they are remembered.

    Raises:
        BuildError: A file is no YAML, an entry is missing, a manifest has no kind or name.
    """
    folder = _clean(path)
    if folder and not any(name.startswith(f"{folder}/") for name in files):
        raise PathNotFoundError(f"kustomization path not found: stat {root}/{folder}: no such file or directory")
    found: list[Object] = []
    for named in _select(files, folder, root):
        text = files[named.path].decode("utf-8", "replace")
        if variables is not None:
            text = _VARIABLE.sub(lambda match: variables.get(match[1], match[2] or ""), text)
        try:
            found.extend(_parse(text))
        except _DecodeError as error:
            raise BuildError(_told(named, root, error)) from error
    return found


class _DecodeError(Exception):
    """A file can't be decoded; the text says why."""


class _YamlError(_DecodeError):
    """It is no YAML."""


def _told(named: _Named, root: str, error: _DecodeError) -> str:
    """The error in the words of whoever decodes the file: kustomize-controller's generator, or kustomize itself."""
    if not named.entry:
        return f"failed to decode Kubernetes YAML from {root}/{named.path}: {error}"
    failed = f"accumulating resources from '{named.entry}': {error}"
    if isinstance(error, _YamlError):
        return f"kustomize build failed: accumulating resources: {failed} in File: {named.entry}"
    return (
        f"kustomize build failed: accumulating resources: accumulation err='{failed}': "
        f"must build at directory: '{root}/{named.path}': file is not directory"
    )


def _clean(path: str) -> str:
    normal = normpath(path).lstrip("/")
    return "" if normal == "." else normal


def _select(files: Mapping[str, bytes], folder: str, root: str) -> Iterator[_Named]:
    prefix = f"{folder}/" if folder else ""
    for name in _KUSTOMIZATION_FILES:
        if prefix + name in files:
            yield from _listed(files, folder, prefix + name, root)
            return
    inside = sorted(name for name in files if name.startswith(prefix) and name.endswith((".yaml", ".yml")))
    nested = sorted({name.rpartition("/")[0] for name in inside if name.endswith(_KUSTOMIZATION_FILES)})
    for name in inside:
        if not any(name.startswith(f"{other}/") for other in nested):
            yield _Named(name, "")
    for other in nested:
        yield from _select(files, other, root)


def _listed(files: Mapping[str, bytes], folder: str, name: str, root: str) -> Iterator[_Named]:
    try:
        documents = _load(files[name].decode("utf-8", "replace"))
    except _YamlError as error:
        raise BuildError(f"error converting YAML to JSON: {str(error).partition(': ')[2]}") from error
    resources = documents[0].get("resources", []) if documents and isinstance(documents[0], dict) else []
    for entry in resources:
        target = _clean(f"{folder}/{entry}")
        if target in files:
            yield _Named(target, str(entry))
        elif any(other.startswith(f"{target}/") for other in files):
            yield from _select(files, target, root)
        else:
            missing = f"{root}/{target}"
            raise BuildError(
                f"kustomize build failed: accumulating resources: accumulation err='accumulating resources from "
                f"'{entry}': open {missing}: no such file or directory': must build at directory: not a valid "
                f"directory: evalsymlink failure on '{missing}' : lstat {missing}: no such file or directory"
            )


def _load(text: str) -> list[Any]:
    try:
        return list(yaml.load_all(text, Loader=_LOADER))
    except yaml.YAMLError as error:
        problem = getattr(error, "problem", None) or "invalid"
        raise _YamlError(f"MalformedYAMLError: yaml: {_line(error)}{problem}") from error


def _line(error: yaml.YAMLError) -> str:
    """Where Go's YAML sees the problem: it counts lines from 0, but in what its scanner finds (go-yaml decode.go)."""
    marks = (getattr(error, name, None) for name in ("context_mark", "problem_mark"))
    line = next((mark.line for mark in marks if mark is not None and mark.line), 0)
    if line and isinstance(error, yaml.scanner.ScannerError):
        line += 1
    return f"line {line}: " if line else ""


@lru_cache(maxsize=1024)
def _parse(text: str) -> tuple[Object, ...]:
    return tuple(_manifests(text))


def _manifests(text: str) -> Iterator[Object]:
    for item in _load(text):
        if item is None:
            continue
        if not isinstance(item, dict):
            raise _DecodeError("missing Resource metadata")
        version, kind = str(item.get("apiVersion", "")), item.get("kind") or ""
        name = (item.get("metadata") or {}).get("name") or ""
        if not kind or not name:
            what = "metadata.name" if kind else "kind"
            raise _DecodeError(f"missing {what} in object {{{{{version} {kind}}} {{{{{name} }} map[] map[]}}}}")
        if not version.startswith(_KUSTOMIZE_GROUP):
            yield item
