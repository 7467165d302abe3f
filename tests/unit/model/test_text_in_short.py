"""Messages of any length: what is drawn of them costs no more than what is seen."""

import time

import pytest

from tui.model.text import beginning, in_short

SHA = "a1b2c3d4" * 5


@pytest.mark.parametrize(
    ("text", "most", "left"),
    [
        ("one two", 7, "one two"),
        ("one two three", 9, "one two"),
        ("one two three", 8, "one two"),
        ("onetwothree", 5, "onetw"),
        ("", 5, ""),
        ("one", 0, ""),
    ],
)
def test_beginning(text: str, most: int, left: str) -> None:
    assert beginning(text, most) == left


def test_in_one_line_with_short_hashes_and_without_credentials() -> None:
    message = f"failed to checkout {SHA}\n\tfrom https://anna:hunter2@git.example/fleet.git"
    assert in_short(message) == "failed to checkout a1b2c3d4 from https://***@git.example/fleet.git"


def test_where_a_long_message_is_cut_no_credential_comes_out() -> None:
    for length in range(8100, 8200):
        message = f"{'x' * length} https://anna:hunter2@git.example {'y' * 9000}"
        assert "hunter2" not in in_short(message)


def test_a_message_of_megabytes_costs_little() -> None:
    message = "timeout waiting for Deployment " * 100_000
    begun = time.process_time()
    for _ in range(20):
        in_short(message)
    assert time.process_time() - begun < 0.5
