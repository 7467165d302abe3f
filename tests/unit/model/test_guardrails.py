"""Where writing is refused, and where it is asked about."""

import pytest

from tests.fakes.objects import ref
from tui.config.settings import Settings
from tui.model.guardrails import READ_ONLY, WRITABLE, Protected, ReadOnly

FLAG = "read-only: started so that nothing is written"


@pytest.mark.parametrize(
    ("settings", "flag", "context", "why"),
    [
        pytest.param(Settings(), False, "eu", "", id="writable"),
        pytest.param(Settings(), True, "eu", FLAG, id="flag"),
        pytest.param(Settings(read_only=True, lines={"read_only": 3}), True, "eu", FLAG, id="the-flag-wins"),
        pytest.param(
            Settings(read_only=True, file="/x/config.yaml", lines={"read_only": 3}),
            False,
            "eu",
            "read-only: config.yaml line 3 says true",
            id="everywhere-by-config",
        ),
        pytest.param(
            Settings(read_only=("lab", "prod-*"), file="~/x/config.yaml", lines={"read_only": 7}),
            False,
            "prod-eu",
            "read-only: config.yaml line 7 says prod-*",
            id="a-glob",
        ),
        pytest.param(Settings(read_only=("prod-*",), lines={"read_only": 7}), False, "lab", "", id="another-context"),
        pytest.param(
            Settings(read_only=("prod-*",), lines={"read_only": 7}), True, "lab", FLAG, id="the-flag-is-for-all"
        ),
        pytest.param(Settings(read_only=("Prod",)), False, "prod", "", id="case-counts"),
    ],
)
def test_where_nothing_is_written(settings: Settings, flag: bool, context: str, why: str) -> None:
    assert settings.writing(flag).why(context) == why


def test_the_ends_of_it() -> None:
    assert READ_ONLY.why("any/thing") == FLAG
    assert WRITABLE.why("eu") == ReadOnly().why("eu") == ""


ARN = "arn:aws:eks:eu-west-1:1234:cluster/prod"


@pytest.mark.parametrize(
    ("contexts", "namespaces", "context", "namespace", "what"),
    [
        pytest.param((), (), "eu", "apps", "", id="nothing"),
        pytest.param(("prod-*",), (), "prod-eu", "apps", "context", id="context"),
        pytest.param(("prod-*",), (), "lab", "apps", "", id="another-context"),
        pytest.param((), ("payments",), "eu", "payments", "namespace", id="namespace-everywhere"),
        pytest.param((), ("payments",), "eu", "payments-eu", "", id="another-namespace"),
        pytest.param((), ("pay*",), "eu", "payments", "namespace", id="namespace-glob"),
        pytest.param((), ("prod-*/payments",), "prod-eu", "payments", "namespace", id="in-some-contexts"),
        pytest.param((), ("prod-*/payments",), "lab", "payments", "", id="not-in-others"),
        pytest.param((), (f"{ARN}/payments",), ARN, "payments", "namespace", id="a-context-with-slashes"),
        pytest.param((ARN,), (), ARN, "apps", "context", id="a-context-with-slashes-alone"),
        pytest.param(("eu",), ("payments",), "eu", "payments", "context", id="context-is-said-first"),
    ],
)
def test_what_is_protected(
    contexts: tuple[str, ...], namespaces: tuple[str, ...], context: str, namespace: str, what: str
) -> None:
    assert Protected(contexts, namespaces).what(ref("Kustomization", "a", namespace, context)) == what
