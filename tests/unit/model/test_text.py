"""Nothing that a cluster or Git writes can reach the terminal as anything but text."""

import json
import unicodedata

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.objects import condition, ks, to_json
from tests.fakes.properties import quick
from tui.model.decode import decode_object
from tui.model.text import clean, clean_json, mask_credentials, one_line, shorten_hashes

HOSTILE = [
    pytest.param("a\x00b", "ab", id="nul"),
    pytest.param("a\rb", "ab", id="carriage-return"),
    pytest.param("a\x08\x08b", "ab", id="backspace"),
    pytest.param("a\x7fb", "ab", id="delete"),
    pytest.param("a\x9b31mb", "a31mb", id="c1-csi"),
    pytest.param("a\x85b", "ab", id="c1-next-line"),
    pytest.param("\x1b[31mred\x1b[0m", "[31mred[0m", id="ansi-colour"),
    pytest.param("\x1b[2J\x1b[H", "[2J[H", id="ansi-clear-screen"),
    pytest.param(
        "\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x1b\\",
        "]8;;https://evil.example\\click]8;;\\",
        id="osc-8-link",
    ),
    pytest.param("\x1b]52;c;cm0gLXJmIC8=\x07", "]52;c;cm0gLXJmIC8=", id="osc-52-clipboard"),
    pytest.param("\x9d52;c;eA==\x9c", "52;c;eA==", id="osc-52-c1"),
    pytest.param("abc\u202edef", "abcdef", id="bidi-override"),
    pytest.param("a\u2066b\u2069c", "abc", id="bidi-isolate"),
    pytest.param("a\u200fb\u061cc", "abc", id="right-to-left-marks"),
    pytest.param("pay\u200bpal", "paypal", id="zero-width-space"),
    pytest.param("pay\u200dpal\ufeff", "paypal", id="zero-width-joiner-and-bom"),
    pytest.param("pay\u00adpal", "paypal", id="soft-hyphen"),
    pytest.param("pay\u3164pal", "paypal", id="hangul-filler"),
    pytest.param("a\u2028b\u2029c", "abc", id="line-separators"),
    pytest.param("a\ufe0fb", "ab", id="variation-selector"),
    pytest.param("a\U000e0041\U000e0042b", "ab", id="tag-characters"),
    pytest.param("a\ufff9b\ufffbc", "abc", id="interlinear-annotation"),
]

HARMLESS = [
    pytest.param("[red]not markup[/red] [link=x]", id="markup"),
    pytest.param("first\n\tsecond", id="newline-and-tab"),
    pytest.param("naïve Ω 日本語 עברית", id="scripts"),
    pytest.param("🚀 done", id="emoji"),
    pytest.param('image "registry.example/api:1.9.2" not found \\ 100 %', id="quotes-and-backslash"),
]


@pytest.mark.parametrize(("text", "expected"), HOSTILE)
def test_what_a_terminal_would_obey_or_hide_is_stripped(text: str, expected: str) -> None:
    assert clean(text) == expected


@pytest.mark.parametrize("escaped", [True, False], ids=["escaped", "raw"])
@pytest.mark.parametrize(("text", "expected"), HOSTILE)
def test_json_is_cleaned_escaped_or_raw(text: str, expected: str, escaped: bool) -> None:
    raw = json.dumps({"key": [text], text: 1}, ensure_ascii=escaped).encode()
    assert json.loads(clean_json(raw)) == {"key": [expected], expected: 1}


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_harmless_stays_as_it_is(text: str) -> None:
    raw = json.dumps({"message": text}, ensure_ascii=False).encode()
    assert clean(text) == text
    assert json.loads(clean_json(raw)) == {"message": text}


def test_json_without_hostile_characters_is_not_copied() -> None:
    raw = b'{"message":"[red] fine"}'
    assert clean_json(raw) is raw


def test_upper_case_escapes_are_found_too() -> None:
    assert json.loads(clean_json(rb'["a\u009Bb\u200Ec\uFEFFd\u007F"]')) == ["abcd"]


def test_numbers_and_nulls_survive_cleaning() -> None:
    raw = rb'{"a":1,"b":null,"c":true,"d":1.5,"e":{"f":["\u001b"]}}'
    assert json.loads(clean_json(raw)) == {"a": 1, "b": None, "c": True, "d": 1.5, "e": {"f": [""]}}


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(rb'{"metadata":{"name":"\ud800"}}', id="lone-high-surrogate"),
        pytest.param(rb'{"metadata":{"name":"\udc00"}}', id="lone-low-surrogate"),
        pytest.param(b'{"metadata":{"name":"\xff"}}', id="invalid-utf-8"),
        pytest.param(b'{"metadata":{"name":"\xed\xa0\x80"}}', id="surrogate-in-utf-8"),
        pytest.param(b'{"metadata":{"name":"a\x1b[31m"}}', id="raw-control-character"),
        pytest.param(b'{"metadata":{"name":"a"', id="truncated"),
        pytest.param(b"<html>", id="html"),
        pytest.param(b"", id="empty"),
        pytest.param(b'{"metadata":{"name":"a"},"spec":{"values":' + b"[" * 9000 + b"]" * 9000 + b"}}", id="too-deep"),
    ],
)
def test_what_is_no_json_is_an_error_of_the_decoder(raw: bytes) -> None:
    with pytest.raises(msgspec.MsgspecError):
        decode_object(raw, "eu", "Kustomization")


@quick
@given(name=st.text(min_size=1), message=st.text(), escaped=st.booleans())
def test_no_control_character_survives_decoding(name: str, message: str, escaped: bool) -> None:
    object_ = ks(name, conditions=(condition("Ready", "False", "BuildFailed", message),))
    raw = json.dumps(object_, ensure_ascii=escaped).encode()
    resource = decode_object(raw, "eu", "Kustomization")
    for text in (resource.ref.name, resource.metadata.name, resource.status.conditions[0].message):
        forbidden = [char for char in text if unicodedata.category(char) == "Cc" and char not in "\t\n"]
        assert forbidden == []
    assert resource.status.conditions[0].message == clean(message)


@quick
@given(st.dictionaries(st.text(), st.text() | st.none() | st.lists(st.text(), max_size=3), max_size=4))
def test_cleaning_twice_changes_nothing_more(value: object) -> None:
    once = clean_json(to_json(value))
    assert msgspec.json.decode(clean_json(once)) == msgspec.json.decode(once)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("a\n\tb   c\n", "a b c"), ("", ""), (" \n ", "")],
    ids=["lines", "empty", "blank"],
)
def test_one_line(text: str, expected: str) -> None:
    assert one_line(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("https://anna:s3cret@git.example/x", "https://***@git.example/x", id="password"),
        pytest.param("https://ghp_token@git.example/x", "https://***@git.example/x", id="token-as-user"),
        pytest.param("clone 'HTTP://a:b@c/d': refused", "clone 'HTTP://***@c/d': refused", id="in-a-message"),
        pytest.param("ssh://git@git.example/x", "ssh://git@git.example/x", id="ssh-user-is-no-secret"),
        pytest.param("ssh://git:s3cret@git.example/x", "ssh://***@git.example/x", id="ssh-password"),
        pytest.param("https://git.example/x@v1", "https://git.example/x@v1", id="at-sign-in-the-path"),
        pytest.param("main@sha1:a1b2c3d4", "main@sha1:a1b2c3d4", id="revision"),
        pytest.param("https://a:b@one https://c@two", "https://***@one https://***@two", id="two"),
    ],
)
def test_credentials_in_urls_are_hidden(text: str, expected: str) -> None:
    assert mask_credentials(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(f"at sha1:{'a1b2c3d4' * 5}: failed", "at sha1:a1b2c3d4: failed", id="sha1"),
        pytest.param(f"sha256:{'cd' * 32}", "sha256:cdcdcdcd", id="sha256"),
        pytest.param("a" * 39, "a" * 39, id="too-short"),
        pytest.param("a" * 129, "a" * 129, id="too-long"),
        pytest.param("g" * 40, "g" * 40, id="no-hex"),
    ],
)
def test_hashes_are_cut_as_the_flux_cli_cuts_them(text: str, expected: str) -> None:
    assert shorten_hashes(text) == expected
