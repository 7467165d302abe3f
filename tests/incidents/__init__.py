"""Scripted incidents: objects as a cluster has them, and what the program is to say about one of them.

Each YAML file is one incident, at noon of the tests' day: `contexts` has the objects by context with the condition sets
that controllers write, `applied` what they applied, workloads with their `pods`, `ask` names the object that is asked
about, in the first context. `expected` is what the program answers: the state, the way to each cause, the sentence, the
next steps, what happens next by itself, and the blast radius of the worst cause.
"""

from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from tests.fakes.clock import NOON
from tests.fakes.objects import Body, read, to_json
from tui.model.blast import blast_radius
from tui.model.causes import explain
from tui.model.changes import ContextStatus, InventoryRead, Phase
from tui.model.kinds import find_kind
from tui.model.kstatus import judge
from tui.model.live import decode_live
from tui.model.picture import Picture
from tui.model.refs import ObjectRef
from tui.model.schedule import what_next
from tui.model.wording import describe
from tui.model.workloads import Applied, AppliedId, present, with_pods

FOLDER = Path(__file__).parent

FILES = sorted(FOLDER.glob("*.yaml"))
"""One for each incident."""


def load(path: Path) -> Body:
    """Read an incident.

    Args:
        path: Its file.

    Returns:
        What the file has.
    """
    incident: Body = yaml.load(path.read_text(), Loader=_Loader)
    return incident


class _Loader(yaml.SafeLoader):
    """Leaves times as they are written: they are part of API JSON."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def picture_of_incident(incident: Body) -> Picture:
    """What is known in an incident.

    Args:
        incident: What its file has.

    Returns:
        The picture.
    """
    picture = Picture(incident["contexts"])
    for context, objects in incident["contexts"].items():
        picture.statuses[context] = ContextStatus(context, Phase.LIVE)
        for one in objects:
            picture.put(read(one, context))
    for named, applied in incident.get("applied", {}).items():
        objects = tuple(_applied(one) for one in applied)
        picture.inventories.put(InventoryRead(ref_of_name(incident, named), objects))
    return picture


def asked(incident: Body) -> ObjectRef:
    """Which object an incident is about.

    Args:
        incident: What its file has.

    Returns:
        Its reference, in the first context.
    """
    return ref_of_name(incident, incident["ask"])


def ref_of_name(incident: Body, named: str) -> ObjectRef:
    """An object of an incident's first context.

    Args:
        incident: What its file has.
        named: As sentences name it: `ks flux-system/apps`.

    Returns:
        Its reference.
    """
    short, _, path = named.partition(" ")
    namespace, _, name = path.rpartition("/")
    kind = find_kind(short)
    assert kind is not None, named
    return ObjectRef(next(iter(incident["contexts"])), kind.name, namespace, name)


def outcome(incident: Body) -> dict[str, Any]:
    """What the program says about an incident.

    Args:
        incident: What its file has.

    Returns:
        The shape of `expected`.
    """
    return answer(picture_of_incident(incident), asked(incident), NOON)


def answer(picture: Picture, ref: ObjectRef, now: datetime) -> dict[str, Any]:
    """What the program says about an object.

    Args:
        picture: What is known.
        ref: The object, which is known.
        now: The time.

    Returns:
        The shape of `expected`.
    """
    explanation, health = explain(picture, ref, now), picture.health(ref)
    root = next(link.ref for link in reversed(explanation.chains[0]) if isinstance(link.ref, ObjectRef))
    blast = blast_radius(picture, root)
    resource = picture.get(ref)
    assert resource is not None
    return {
        "state": str(health.state),
        "causes": [" ← ".join(_named(link.ref, ref) for link in chain) for chain in explanation.chains],
        "sentence": explanation.sentence,
        "next_steps": list(explanation.next_steps),
        "then": what_next(resource, health, now),
        "waiting": [describe(one) for one in blast.waiting],
        "owned": [describe(one) for one in blast.owned],
    }


def _named(ref: ObjectRef | AppliedId, beside: ObjectRef) -> str:
    if isinstance(ref, ObjectRef):
        return f"{describe(ref)}{f' in {ref.context}' if ref.context != beside.context else ''}"
    return f"{ref.kind} {ref.namespace}/{ref.name}"


def _applied(one: Body) -> Applied:
    """As the program judges it, a workload with its pods."""
    kind, metadata = one["kind"], one["metadata"]
    group = one["apiVersion"].rpartition("/")[0]
    id_ = AppliedId(kind, group, metadata["namespace"], metadata["name"])
    applied = present(id_, judge(group, kind, decode_live(to_json(one)), NOON))
    return with_pods(applied, map(_applied, one["pods"])) if "pods" in one else applied
