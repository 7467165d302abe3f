"""`config.yaml`: what is good counts, what is not is named."""

import pytest

from tui.config.settings import Settings, load_settings


@pytest.fixture
def load(tmp_path):
    path = tmp_path / "config.yaml"

    def load(text):
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        settings, problems = load_settings(path)
        assert all(problem.file == str(path) for problem in problems)
        return settings, [str(problem).removeprefix(f"{tmp_path}/") for problem in problems]

    return load


def test_no_file_means_the_defaults(tmp_path):
    settings, problems = load_settings(tmp_path / "config.yaml")

    assert settings == Settings(file=str(tmp_path / "config.yaml"))
    assert problems == ()


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "---\n", "theme:\ncontexts: ~\n"])
def test_an_empty_file_or_value_means_the_defaults(load, text):
    settings, said = load(text)

    assert settings == Settings(file=settings.file)
    assert said == []


def test_every_field(load):
    settings, said = load(
        """\
contexts: [eu-west, "prod-*", 42]
all_contexts: true
protected: prod-eu
protected_namespaces: [payments, prod-*/kube-system]
theme: day
ascii: yes
read_only: on
keymap: flux9s
keys:
  reconcile: r
  help:
    - "?"
    - F1
  solo: 1
  graph: []
tree_width: 40
events_height: 70
logs_since: 60
at_once: 3
"""
    )

    assert said == []
    assert settings == Settings(
        contexts=("eu-west", "prod-*", "42"),
        all_contexts=True,
        protected=("prod-eu",),
        protected_namespaces=("payments", "prod-*/kube-system"),
        theme="day",
        ascii=True,
        read_only=True,
        keymap="flux9s",
        keys={"reconcile": ("r",), "help": ("?", "F1"), "solo": ("1",), "graph": ()},
        tree_width=40,
        events_height=70,
        logs_since=60,
        at_once=3,
        file=settings.file,
        lines=settings.lines,
    )
    assert settings.lines["theme"] == 5
    assert settings.key_lines == {"reconcile": 10, "help": 11, "solo": 14, "graph": 15}


@pytest.mark.parametrize(
    ("written", "value"),
    [("true", True), ("false", False), ("[prod-*, lab]", ("prod-*", "lab")), ("[]", ())],
)
def test_read_only_is_for_all_or_for_some_contexts(load, written, value):
    settings, said = load(f"read_only: {written}\n")

    assert settings.read_only == value
    assert said == []


def test_a_byte_order_mark_is_no_problem(load):
    assert load(b"\xef\xbb\xbftheme: day\n")[0].theme == "day"


_PERCENT = "It must be a whole number of percent from 20 to 80."


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("theem: day", "config.yaml:2: 'theem' is not a setting; it is not used. Did you mean 'theme'?"),
        ("read-only: true", "config.yaml:2: 'read-only' is not a setting; it is not used. Did you mean 'read_only'?"),
        (
            "ascii: maybe",
            "config.yaml:2: ascii is 'maybe'; the default is used. It must be true or false.",
        ),
        (
            "read_only: treu",
            "config.yaml:2: read_only is 'treu'; the default is used. "
            'It must be true, false or a list of contexts, such as `["prod-*"]`.',
        ),
        ("ascii: 1", "config.yaml:2: ascii is '1'; the default is used. It must be true or false."),
        ("theme: [day]", "config.yaml:2: theme has the wrong form; the default is used. It must be a name."),
        ('theme: ""', "config.yaml:2: theme is ''; the default is used. It must be a name."),
        ("keymap: emacs", "config.yaml:2: keymap is 'emacs'; the default is used. It must be one of default, flux9s."),
        ("tree_width: 5", f"config.yaml:2: tree_width is '5'; the default is used. {_PERCENT}"),
        ("tree_width: 81", f"config.yaml:2: tree_width is '81'; the default is used. {_PERCENT}"),
        ("tree_width: 50.5", f"config.yaml:2: tree_width is '50.5'; the default is used. {_PERCENT}"),
        ("tree_width: true", f"config.yaml:2: tree_width is 'true'; the default is used. {_PERCENT}"),
        ("tree_width: wide", f"config.yaml:2: tree_width is 'wide'; the default is used. {_PERCENT}"),
        ("tree_width: {a: 1}", f"config.yaml:2: tree_width has the wrong form; the default is used. {_PERCENT}"),
        ("tree_width: !!int x", f"config.yaml:2: tree_width is 'x'; the default is used. {_PERCENT}"),
        (
            "logs_since: 0",
            "config.yaml:2: logs_since is '0'; the default is used. "
            "It must be a whole number of minutes from 1 to 1440.",
        ),
        (
            "at_once: 0",
            "config.yaml:2: at_once is '0'; the default is used. It must be a whole number of objects from 1 to 100.",
        ),
        (
            "contexts: {a: b}",
            "config.yaml:2: contexts has the wrong form; the default is used. It must be a name or a list of names.",
        ),
        (
            "contexts: [[a]]",
            "config.yaml:2: an item of this list is not a name; it is passed over. Write one name after each '-'.",
        ),
        (
            "keys: R",
            "config.yaml:2: keys is 'R'; the default is used. "
            "It must be a map from action to key, such as `reconcile: R`.",
        ),
        (
            "keys: {help: {a: b}}",
            "config.yaml:2: the keys of 'help' can't be read; the default is used. "
            'Write a key or a list of keys, signs in quotes: `help: ["?", f1]`.',
        ),
    ],
    ids=lambda value: value.split(". ")[0][-40:],
)
def test_a_bad_field_is_named_and_costs_only_itself(load, line, said):
    settings, problems = load(f"all_contexts: true\n{line}\nevents_height: 60\n")

    assert said in problems
    given = Settings(all_contexts=True, events_height=60, file=settings.file, lines=settings.lines)
    assert settings == given


def test_of_two_equal_fields_the_first_counts(load):
    settings, said = load("theme: day\ntheme: contrast\n")

    assert settings.theme == "day"
    assert said == ["config.yaml:2: 'theme' was given on line 1 already; that one counts. Remove one."]


def test_a_bad_item_costs_only_itself(load):
    settings, said = load("contexts:\n  - a\n  -\n  - b\n")

    assert settings.contexts == ("a", "b")
    assert len(said) == 1
    assert said[0].startswith("config.yaml:3: ")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        pytest.param("theme: day\n  ascii: [\n", "config.yaml:2: is not valid YAML: ", id="wrong indentation"),
        pytest.param("contexts: [a,\n", "config.yaml:2: is not valid YAML: ", id="half-written"),
        pytest.param("keys:\n  help: ?\n", "config.yaml:2: is not valid YAML: ", id="a sign without quotes"),
        pytest.param("contexts: [*-eu]\n", "config.yaml:1: is not valid YAML: ", id="an asterisk without quotes"),
        pytest.param("a: 1\n---\nb: 2\n", "config.yaml:2: is not valid YAML: ", id="two documents"),
        pytest.param("a: \x07\n", "config.yaml: is not valid YAML: ", id="a control character"),
        pytest.param("[" * 5000, "config.yaml: is not valid YAML: it is nested too deeply", id="nested too deeply"),
        pytest.param(b"theme: day\nascii: \xff\n", "config.yaml:2: is not UTF-8 text", id="not text"),
        pytest.param("- a\n- b\n", "config.yaml:1: the file is not a map of fields", id="a list"),
        pytest.param("day\n", "config.yaml:1: the file is not a map of fields", id="a word"),
    ],
)
def test_a_broken_file_is_named_by_line(load, text, place):
    settings, said = load(text)

    assert settings == Settings(file=settings.file)
    assert len(said) == 1
    assert said[0].startswith(place)
    assert "\x07" not in said[0]


def test_a_list_that_contains_itself_does_no_harm(load):
    settings, said = load("contexts: &a [b, *a]\ntheme: day\n")

    assert settings.contexts == ("b",)
    assert settings.theme == "day"
    assert len(said) == 1


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    folder = tmp_path / "config.yaml"
    folder.mkdir()

    settings, problems = load_settings(folder)

    assert settings == Settings(file=str(folder))
    assert [str(problem) for problem in problems] == [
        f"{folder}: can't be read: Is a directory. The defaults are used until it can be read."
    ]
