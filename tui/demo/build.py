"""What a Kustomization builds from the files of a commit: kustomize's resources and Flux's variable substitution."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from posixpath import normpath
from typing import Any

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


def build(files: Mapping[str, bytes], path: str, variables: Mapping[str, str] | None) -> list[Object]:
    """Build the manifests below a path.

    A folder with a kustomization.yaml gives the resources that it lists; one without gives every YAML file below it,
    as kustomize-controller generates it (fluxcd/pkg kustomize/generator.go).

    Args:
        files: Path → content.
        path: `spec.path` of the Kustomization.
        variables: What `${name}` stands for; None where no substitution is asked for.

    Returns:
        The manifests, in the order of their files; not to be changed, because they are remembered.

    Raises:
        BuildError: A file is no YAML, an entry is missing, a manifest has no kind or name.
    """
    folder = _clean(path)
    if folder and not any(name.startswith(f"{folder}/") for name in files):
        raise PathNotFoundError(
            f"kustomization path not found: stat /tmp/kustomization/{folder}: no such file or directory"
        )
    found: list[Object] = []
    for name in _select(files, folder):
        text = files[name].decode("utf-8", "replace")
        if variables is not None:
            text = _VARIABLE.sub(lambda match: variables.get(match[1], match[2] or ""), text)
        found.extend(_parse(name, text))
    return found


def _clean(path: str) -> str:
    normal = normpath(path).lstrip("/")
    return "" if normal == "." else normal


def _select(files: Mapping[str, bytes], folder: str) -> Iterator[str]:
    prefix = f"{folder}/" if folder else ""
    for name in _KUSTOMIZATION_FILES:
        if prefix + name in files:
            yield from _listed(files, folder, prefix + name)
            return
    inside = sorted(name for name in files if name.startswith(prefix) and name.endswith((".yaml", ".yml")))
    nested = sorted({name.rpartition("/")[0] for name in inside if name.endswith(_KUSTOMIZATION_FILES)})
    for name in inside:
        if not any(name.startswith(f"{other}/") for other in nested):
            yield name
    for other in nested:
        yield from _select(files, other)


def _listed(files: Mapping[str, bytes], folder: str, name: str) -> Iterator[str]:
    documents = _load(name, files[name].decode("utf-8", "replace"))
    resources = documents[0].get("resources", []) if documents and isinstance(documents[0], dict) else []
    for entry in resources:
        target = _clean(f"{folder}/{entry}")
        if target in files:
            yield target
        elif any(other.startswith(f"{target}/") for other in files):
            yield from _select(files, target)
        else:
            raise BuildError(
                f"kustomize build failed: accumulating resources: accumulation err='accumulating resources from "
                f"'{entry}': open /tmp/kustomization/{target}: no such file or directory'"
            )


def _load(name: str, text: str) -> list[Any]:
    try:
        return list(yaml.load_all(text, Loader=_LOADER))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" line {mark.line + 1}:" if mark else ""
        problem = getattr(error, "problem", None) or "invalid"
        raise BuildError(
            f"kustomize build failed: MalformedYAMLError: yaml:{line} {problem} in File: {name}"
        ) from error


@lru_cache(maxsize=1024)
def _parse(name: str, text: str) -> tuple[Object, ...]:
    return tuple(_manifests(name, text))


def _manifests(name: str, text: str) -> Iterator[Object]:
    for item in _load(name, text):
        if item is None:
            continue
        if not isinstance(item, dict) or not item.get("kind") or not (item.get("metadata") or {}).get("name"):
            raise BuildError(f"kustomize build failed: missing metadata.name in object in File: {name}")
        if not str(item.get("apiVersion", "")).startswith(_KUSTOMIZE_GROUP):
            yield item
