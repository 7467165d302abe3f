"""Numbers in addresses are no HTTP statuses."""

import pytest

from tui.model.remedies import REMEDIES


@pytest.mark.parametrize("port", ["40173", "24015", "30503"])
def test_a_port_is_no_status(port: str) -> None:
    message = f"unable to clone 'http://127.0.0.1:{port}/repo.git': couldn't find remote ref \"refs/heads/main\""
    first = next(one for one in REMEDIES if one.pattern.search(message))
    assert first.step.startswith("mend spec.ref")


@pytest.mark.parametrize("status", ["401 Unauthorized", "status code 401", "(401)"])
def test_a_status_is_one(status: str) -> None:
    assert next(one for one in REMEDIES if one.pattern.search(status)).step == "renew {credentials}"
