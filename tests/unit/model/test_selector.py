"""Label selectors."""

import msgspec
import pytest

from tests.fakes.objects import Body, to_json
from tui.model.selector import LabelSelector, selects

LABELS = {"app": "web", "tier": "front"}


def _one(operator: str, key: str, *values: str) -> Body:
    return {"matchExpressions": [{"key": key, "operator": operator, "values": list(values)}]}


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        pytest.param({}, True, id="empty"),
        pytest.param({"matchLabels": {"app": "web"}}, True, id="label"),
        pytest.param({"matchLabels": {"app": "db"}}, False, id="another-value"),
        pytest.param({"matchLabels": {"app": "web", "x": "y"}}, False, id="all-of-them"),
        pytest.param(_one("In", "app", "db", "web"), True, id="in"),
        pytest.param(_one("In", "x", "web"), False, id="in-without-the-label"),
        pytest.param(_one("NotIn", "app", "web"), False, id="not-in"),
        pytest.param(_one("NotIn", "x", "web"), True, id="not-in-without-the-label"),
        pytest.param(_one("Exists", "tier"), True, id="exists"),
        pytest.param(_one("Exists", "x"), False, id="exists-not"),
        pytest.param(_one("DoesNotExist", "x"), True, id="does-not-exist"),
        pytest.param(_one("DoesNotExist", "app"), False, id="does-not-exist-but-does"),
        pytest.param(_one("Like", "app", "w"), False, id="an-operator-of-the-future"),
        pytest.param({"matchLabels": {"app": "web"}, **_one("Exists", "x")}, False, id="both"),
    ],
)
def test_selects(selector: Body, expected: bool) -> None:
    assert selects(msgspec.json.decode(to_json(selector), type=LabelSelector), LABELS) is expected
