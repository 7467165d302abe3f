"""go.mod files rewritten, so that a program can be built from its module alone, without its repository around it.

A `replace` that points to a local folder is obeyed in the main module only (go.dev/ref/mod#go-mod-file-replace), and
the folder it points to is not part of the module's zip.
"""

import re

_LOCAL = re.compile(r"^(?P<lead>\s*(?:replace\s+)?)(?P<module>\S+)(?:\s+v\S+)?\s+=>\s+\.\S*\s*$")
"""A `replace` by a folder, in a line of its own or in a block."""


def standalone(text: str, module: str, version: str) -> str:
    """Make a module's go.mod good for building it where its repository is not.

    Args:
        text: Its go.mod.
        module: The module's path.
        version: Its version; the modules of the same repository below it are released with it.

    Returns:
        The text without local replaces, what lies below the module required at the same version.
    """
    below = re.compile(rf"^(\s*(?:require\s+)?{re.escape(module)}/\S+\s+)v\S+")
    lines = (line for line in text.splitlines(keepends=True) if not _LOCAL.match(line))
    return "".join(below.sub(rf"\g<1>{version}", line) for line in lines)


def wrapping_kubernetes(text: str, version: str) -> str:
    """Make the go.mod of a module that builds a program of k8s.io/kubernetes.

    Upstream replaces each staging module by its folder; all of them are published as v0.X.Y with Kubernetes v1.X.Y
    (kubernetes staging/README.md).

    Args:
        text: The go.mod of k8s.io/kubernetes.
        version: Its version, `v1.35.4`.

    Returns:
        The go.mod of a module `controlplane`, which requires k8s.io/kubernetes and the published staging modules.
    """
    staging = "v0" + version.removeprefix("v1")
    lines = []
    for line in text.splitlines(keepends=True):
        if local := _LOCAL.match(line):
            lines.append(f"{local['lead']}{local['module']} => {local['module']} {staging}\n")
        elif line.startswith("module "):
            lines.append(f"module controlplane\n\nrequire k8s.io/kubernetes {version}\n")
        else:
            lines.append(line)
    return "".join(lines)
