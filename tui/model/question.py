"""What Git is asked about an object, from what the cluster knows of it."""

import msgspec

from tui.model.pending import Question
from tui.model.picture import Picture
from tui.model.refs import ObjectRef, parse_revision
from tui.model.resources import Resource


class NoGitError(Exception):
    """Nothing can be pending in Git for an object; the text says why."""


def question_about(picture: Picture, ref: ObjectRef) -> Question:
    """Make the question whose answer is what is pending for an object.

    Args:
        picture: What is known.
        ref: A GitRepository, or an object with one as its source.

    Returns:
        The question.

    Raises:
        NoGitError: It is gone, or its content does not come from a GitRepository that is known.
    """
    resource = picture.get(ref)
    if resource is None:
        raise NoGitError(f"{ref.kind} {ref.path} is gone")
    source = _git_source(picture, resource)
    spec = source.spec.ref
    artifact = source.status.artifact
    question = Question(source.spec.url, fetched=parse_revision(artifact.revision).commit if artifact else "")
    if spec is not None:
        question = msgspec.structs.replace(
            question, branch=spec.branch, tag=spec.tag, semver=spec.semver, name=spec.name, commit=spec.commit
        )
    if source is resource:
        return question
    applied = parse_revision(resource.status.last_applied_revision).commit
    attempted = parse_revision(resource.status.last_attempted_revision).commit
    return msgspec.structs.replace(
        question,
        applied=applied,
        attempted="" if attempted == applied else attempted,
        path=resource.spec.path,
    )


def _git_source(picture: Picture, resource: Resource) -> Resource:
    if resource.ref.kind == "GitRepository":
        return resource
    source = picture.links(resource.ref).source
    if source is None:
        raise NoGitError(f"{resource.ref.kind} {resource.ref.path} does not come from a GitRepository")
    hops = 0
    while source.kind != "GitRepository" and hops < 3 and (further := picture.links(source).source) is not None:
        source, hops = further, hops + 1
    found = picture.get(source)
    if source.kind != "GitRepository":
        origin = f"{resource.ref.kind} {resource.ref.path} comes from {source.kind} {source.path}"
        raise NoGitError(f"{origin}, not from a GitRepository: there is no Git diff")
    if found is None:
        raise NoGitError(f"its source, GitRepository {source.path}, does not exist")
    return found
