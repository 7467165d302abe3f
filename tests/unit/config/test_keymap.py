"""Which key does what, once defaults, a preset and a person's wishes have met."""

import pytest

from tui.config.keymap import PRESETS, resolve_keymap
from tui.config.keynames import normalise_key

DEFAULTS = {
    "quit": ("q", "ctrl+q"),
    "help": ("question_mark",),
    "reconcile": ("R",),
    "reconcile.source": ("W",),
    "suspend.toggle": ("T",),
    "suspend": (),
    "resume": ("u",),
    "graph": ("v",),
    "cursor.top": ("g", "home"),
    "diff.next": ("n",),
    "logs.wrap": ("w",),
}
SCOPES = {"diff.next": "diff", "logs.wrap": "logs", "graph": "main", "cursor.top": "main"}


def resolve(wanted, **options):
    keymap, problems = resolve_keymap(DEFAULTS, wanted, scopes=SCOPES, lines=dict.fromkeys(wanted, 7), **options)
    return keymap, [str(problem) for problem in problems]


def test_nothing_wanted_leaves_the_defaults():
    assert resolve({}) == (DEFAULTS, [])


@pytest.mark.parametrize(
    ("wanted", "changed"),
    [
        pytest.param({"reconcile": ("x",)}, {"reconcile": ("x",)}, id="another key"),
        pytest.param({"reconcile": ("Ctrl-X", "F5")}, {"reconcile": ("ctrl+x", "f5")}, id="several, as people type"),
        pytest.param({"help": ("?", "question_mark")}, {}, id="the same key twice counts once"),
        pytest.param({"graph": ()}, {"graph": ()}, id="no key at all"),
        pytest.param({"diff.next": ("w",)}, {"diff.next": ("w",)}, id="the same key in another scope"),
        pytest.param(
            {"reconcile": ("W",), "reconcile.source": ("R",)},
            {"reconcile": ("W",), "reconcile.source": ("R",)},
            id="two swapped",
        ),
        pytest.param({"quit": ("Q",)}, {"quit": ("Q",)}, id="another key for quit"),
    ],
)
def test_good_wishes_are_met_without_a_word(wanted, changed):
    assert resolve(wanted) == (DEFAULTS | changed, [])


@pytest.mark.parametrize(
    ("wanted", "changed", "said"),
    [
        pytest.param(
            {"reconcil": ("x",)},
            {},
            "config.yaml:7: there is no action 'reconcil'; its keys are not used. Did you mean 'reconcile'?",
            id="unknown action",
        ),
        pytest.param(
            {"reconcile": ("ctrl+nope",)},
            {},
            "config.yaml:7: 'ctrl+nope' for reconcile is not a key; it is not used. "
            "Write a character, a name such as space, enter, pageup or f5, or ctrl+z.",
            id="bad key: the default stays",
        ),
        pytest.param(
            {"reconcile": ("x", "shift+/")},
            {"reconcile": ("x",)},
            "config.yaml:7: 'shift+/' for reconcile is not a key; it is not used. "
            "Write the character that shift makes, such as R or '?'.",
            id="one bad key of two: the other is used",
        ),
        pytest.param(
            {"reconcile": ("r,R",)},
            {},
            "config.yaml:7: 'r,R' for reconcile is not a key; it is not used. "
            "Write several keys as a list: [r, ctrl+r].",
            id="keys joined by a comma",
        ),
        pytest.param(
            {"graph": ("R",)},
            {"graph": ("R",), "reconcile": ()},
            "config.yaml:7: 'R' goes to graph, so reconcile has no key left. "
            "If that is meant, say so: give reconcile keys of its own, or [].",
            id="a default loses, even one that works everywhere",
        ),
        pytest.param(
            {"graph": ("g",)},
            {"graph": ("g",), "cursor.top": ("home",)},
            "config.yaml:7: 'g' goes to graph, so cursor.top keeps home. "
            "If that is meant, say so: give cursor.top keys of its own, or [].",
            id="a default loses one key of two",
        ),
        pytest.param(
            {"reconcile": ("x",), "graph": ("x", "v")},
            {"reconcile": ("x",), "graph": ("v",)},
            "config.yaml:7: 'x' is given to reconcile and to graph; reconcile has it, graph keeps v. "
            "Give one of them another key.",
            id="both wanted: the first has it",
        ),
        pytest.param(
            {"quit": ()},
            {"quit": ("ctrl+q",)},
            "config.yaml:7: no key would be left for quit, so ctrl-q stays with it. "
            "Give quit a key that nothing else has.",
            id="quit without a key",
        ),
    ],
)
def test_a_bad_wish_is_named_and_costs_only_itself(wanted, changed, said):
    assert resolve(wanted) == (DEFAULTS | changed, [said])


@pytest.mark.parametrize(
    "wanted",
    [
        pytest.param({"graph": ("q", "ctrl+q")}, id="one action takes both"),
        pytest.param({"graph": ("q",), "diff.next": ("ctrl+q",)}, id="two actions in two scopes take one each"),
        pytest.param({"quit": ("nope",), "graph": ("q", "ctrl+q")}, id="quit's own wish is no key"),
        pytest.param({"diff.next": ("x",), "quit": ("x",), "graph": ("ctrl+q", "x")}, id="quit comes second"),
    ],
)
def test_quit_can_never_be_hidden(wanted):
    keymap, said = resolve(wanted)

    assert "ctrl+q" in keymap["quit"]
    assert not any("ctrl+q" in keys for action, keys in keymap.items() if action != "quit")
    assert any("ctrl-q stays with it" in sentence and ":7:" in sentence for sentence in said)


def test_quit_keeps_the_key_that_is_left():
    keymap, said = resolve({"graph": ("ctrl+q",)})

    assert keymap["quit"] == ("q",)
    assert keymap["graph"] == ("ctrl+q",)
    assert len(said) == 1


def test_a_table_without_quit_is_left_alone():
    assert resolve_keymap({"help": ("f1",)}, {}) == ({"help": ("f1",)}, ())


def test_the_preset_knows_the_keys_of_flux9s():
    keymap, said = resolve({}, preset="flux9s")

    flux9s = {"suspend": ("s",), "resume": ("r",), "graph": ("g",), "cursor.top": ("home",)}
    assert (keymap, said) == (DEFAULTS | flux9s, [])


def test_the_preset_passes_over_actions_that_are_not_there():
    assert resolve_keymap({"resume": ("u",)}, {}, preset="flux9s") == ({"resume": ("r",)}, ())


def test_a_wish_wins_over_the_preset():
    keymap, said = resolve({"help": ("s",), "graph": ("x",)}, preset="flux9s")

    assert keymap["help"] == ("s",)
    assert keymap["graph"] == ("x",)
    assert keymap["suspend"] == ()
    assert keymap["cursor.top"] == ("g", "home")
    assert said == [
        "config.yaml:7: 's' goes to help, so suspend has no key left. "
        "If that is meant, say so: give suspend keys of its own, or []."
    ]


def test_two_defaults_may_share_a_key():
    shared = {"open": ("enter",), "toggle": ("enter",)}

    assert resolve_keymap(shared, {}) == (shared, ())


@pytest.mark.parametrize("preset", PRESETS)
def test_presets_name_real_keys(preset):
    assert all(normalise_key(key) == key for keys in PRESETS[preset].values() for key in keys)
