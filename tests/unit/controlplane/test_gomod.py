import pytest

from tests.e2e.controlplane.gomod import standalone, wrapping_kubernetes

FLUX = """module github.com/fluxcd/some-controller

go 1.26.0

replace github.com/fluxcd/some-controller/api => ./api

replace github.com/opencontainers/go-digest => github.com/opencontainers/go-digest v1.0.1

require (
	github.com/fluxcd/pkg/apis/meta v1.12.0
	github.com/fluxcd/some-controller/api v0.0.0
)
"""

ETCD = """module go.etcd.io/etcd/server/v3

require go.etcd.io/etcd/api/v3 v3.6.4

replace (
	go.etcd.io/etcd/api/v3 => ../api
	go.etcd.io/bbolt v1.0.0 => ../bbolt
	example.com/fork => example.com/other v1.2.3
)

replace go.etcd.io/etcd => ./FORBIDDEN_DEPENDENCY
"""

KUBERNETES = """module k8s.io/kubernetes

require (
	github.com/google/cel-go v0.26.0
	k8s.io/api v0.0.0
)

replace (
	k8s.io/api => ./staging/src/k8s.io/api
)

replace k8s.io/apiserver => ./staging/src/k8s.io/apiserver
"""


@pytest.mark.parametrize(
    ("text", "module", "version", "expected"),
    [
        (
            FLUX,
            "github.com/fluxcd/some-controller",
            "v1.9.5",
            FLUX.replace("replace github.com/fluxcd/some-controller/api => ./api\n", "").replace(
                "api v0.0.0", "api v1.9.5"
            ),
        ),
        (
            ETCD,
            "go.etcd.io/etcd/server/v3",
            "v3.6.4",
            "module go.etcd.io/etcd/server/v3\n\nrequire go.etcd.io/etcd/api/v3 v3.6.4\n\n"
            "replace (\n\texample.com/fork => example.com/other v1.2.3\n)\n\n",
        ),
        ("module a.b/c\n\nrequire a.b/d v1.0.0\n", "a.b/c", "v2.0.0", "module a.b/c\n\nrequire a.b/d v1.0.0\n"),
        ("require a.b/c/api v1.0.0 // indirect\n", "a.b/c", "v2.0.0", "require a.b/c/api v2.0.0 // indirect\n"),
    ],
    ids=["flux", "etcd", "nothing to do", "a line of its own"],
)
def test_standalone(text: str, module: str, version: str, expected: str) -> None:
    assert standalone(text, module, version) == expected


def test_wrapping_kubernetes() -> None:
    assert wrapping_kubernetes(KUBERNETES, "v1.35.4") == (
        "module controlplane\n\nrequire k8s.io/kubernetes v1.35.4\n\n"
        "require (\n\tgithub.com/google/cel-go v0.26.0\n\tk8s.io/api v0.0.0\n)\n\n"
        "replace (\n\tk8s.io/api => k8s.io/api v0.35.4\n)\n\n"
        "replace k8s.io/apiserver => k8s.io/apiserver v0.35.4\n"
    )
