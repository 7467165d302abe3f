"""Who sits in front of the program."""

import getpass
import socket

import pytest

from tui.person import person


def _nobody() -> str:
    raise OSError("no user of that number")


@pytest.mark.parametrize(
    ("user", "host", "told"),
    [
        pytest.param(lambda: "anna", "laptop.example.com", "anna@laptop", id="login-and-machine"),
        pytest.param(_nobody, "pod-1", "pod-1", id="a-number-that-nobody-named"),
        pytest.param(lambda: "anna", "", "anna", id="no-host"),
        pytest.param(lambda: "an\x1b[31mna\n", "h", "an[31mna @h", id="hostile"),
    ],
)
def test_a_person(monkeypatch: pytest.MonkeyPatch, user: object, host: str, told: str) -> None:
    monkeypatch.setattr(getpass, "getuser", user)
    monkeypatch.setattr(socket, "gethostname", lambda: host)
    assert person() == told
