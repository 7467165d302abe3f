"""Which words of a controller call for which remedy; the first that matches decides.

A remedy may use the groups of its pattern, and `{name}`, `{owner}`, `{path}`, `{source}`, `{url}`, `{namespace}`,
`{credentials}`, `{key}`. Messages are those of the controllers and the API server, as seen in real runs.
"""

import re
from collections.abc import Set

import msgspec

from tui.model.pods import UNPULLED


class Remedy(msgspec.Struct, frozen=True):
    """What to do when a controller says certain words."""

    pattern: re.Pattern[str]
    """What the message has."""
    step: str
    """What to do."""
    reasons: frozenset[str] = frozenset()
    """The reasons for which it counts; empty for any."""

    def find(self, message: str, reasons: Set[str]) -> re.Match[str] | None:
        """Whether it is meant.

        Args:
            message: What a controller says.
            reasons: The reasons that it gives.

        Returns:
            Where the message has its words, None where it does not count.
        """
        return self.pattern.search(message) if not self.reasons or self.reasons & reasons else None


def _remedy(pattern: str, step: str, *reasons: str) -> Remedy:
    return Remedy(re.compile(pattern), step, frozenset(reasons))


_FETCHING = (
    "GitOperationFailed",
    "Failed",
    "OCIArtifactPullFailed",
    "ChartPullError",
    "BucketOperationFailed",
    "IndexationFailed",
    "ReadOperationFailed",
)

_IMMUTABLE = "field is immutable|may not change once set|updates to statefulset spec for fields other than"

REMEDIES = (
    # What an object refers to
    _remedy(r'(?i)secrets? "sops[\w.-]*" not found', "create {key} with the private key"),
    _remedy(
        r"substitute from 'ConfigMap/([^']+)'.*not found",
        r"create ConfigMap {namespace}/\1, or take it out of postBuild of {name}",
    ),
    _remedy(
        r"substitute from 'Secret/([^']+)'.*not found",
        r"create Secret {namespace}/\1, or take it out of postBuild of {name}",
    ),
    _remedy('secrets "([^"]+)" not found', r"create Secret {namespace}/\1, or take the reference out of {name}"),
    _remedy('configmaps "([^"]+)" not found', r"create ConfigMap {namespace}/\1, or take the reference out of {name}"),
    _remedy("could not find ConfigMap '([^']+)'", r"create ConfigMap \1, or take the reference out of {name}"),
    _remedy(
        'namespaces "([^"]+)" not found',
        r"create Namespace \1 first: put it in something that {name} depends on",
    ),
    # Sources
    _remedy(
        "cross-namespace references have been blocked|can't access '[^']+'",
        "move the source into the namespace of {name}, or let controllers cross namespaces",
    ),
    _remedy(
        "(?i)x509|certificate (?:has expired|signed by)|tls: ",
        "give {name} the CA of {url} (ca.crt in its Secret), or renew the server's certificate",
    ),
    _remedy(
        r"(?i)authentication required|authorization failed|unauthorized|\b401\b|\b403 forbidden|invalid "
        "credentials|denied: |permission denied|unable to authenticate|access denied|token (?:has "
        ")?expired|handshake failed",
        "renew {credentials}",
    ),
    _remedy("knownhosts|known_hosts|host key", "put the server's host key into known_hosts of {credentials}"),
    _remedy(
        r"""couldn't find remote ref "(?:refs/heads/|refs/tags/)?([^"]+)\"""",
        r"mend spec.ref of {name}: {url} has no \1",
    ),
    _remedy("repository not found", "mend spec.url of {name}, or let its credentials see {url}"),
    _remedy(
        "no match found for semver|no semver match|unable to determine latest version",
        "mend the version range of {name}: no tag fits it",
    ),
    _remedy(
        "signature|no matching signatures|unable to verify|verification",
        "sign what {name} pulls, or mend the keys in its spec.verify",
    ),
    _remedy(
        "manifest unknown|MANIFEST_UNKNOWN|NAME_UNKNOWN|name unknown",
        "push the tag that {name} asks for to {url}, or mend spec.ref",
    ),
    _remedy(
        "no '([^']+)' chart with version matching '([^']+)' found",
        r"mend the chart version of {owner}: {source} has no \1 \2",
    ),
    _remedy(r"no chart version found for (\S+)", r"mend the chart version of {owner}: {source} has no \1"),
    _remedy("no chart name found", "mend the chart's name in {owner}: {source} has no such chart"),
    _remedy(
        r"invalid chart reference: stat (\S+): no such file",
        r"mend the chart's path in {owner}: {source} has no \1",
    ),
    _remedy("URL validation failed|invalid OCI URL|invalid url|unsupported scheme", "mend spec.url of {name}"),
    _remedy("no such host", "mend the host in spec.url of {name}, or the cluster's DNS"),
    _remedy(
        "connection refused|i/o timeout|context deadline exceeded|no route to host|connection reset|"
        r"Bad Gateway|Service Unavailable|\b50[234]\b",
        "see whether {url} answers from the cluster",
        *_FETCHING,
    ),
    # Kustomizations
    _remedy("kustomization path not found", "mend spec.path of {name}: {source} has no {path}", "ArtifactFailed"),
    _remedy("is SOPS encrypted, configuring decryption", "set spec.decryption of {name}"),
    _remedy(
        "sops data key|failed to decrypt|decryption failed",
        "put the private key that it was encrypted for into {key}",
    ),
    _remedy(r'variable not set \(strict mode\): "?(\w+)"?', r"set \1 in postBuild of {name}"),
    _remedy("post build failed|envsubst", "mend what postBuild of {name} substitutes"),
    _remedy(r"(?:YAML from |file:? )?'?([\w./-]+\.ya?ml)\b", r"mend \1", "BuildFailed"),
    _remedy("kustomize build failed|YAML", "mend the manifests in {path} of {source}", "BuildFailed"),
    _remedy("Helm test|", "read the log of its test pod", "TestFailed"),
    _remedy(r"\b([A-Z]\w*)/([\w./:-]+) (?:status: '|not ready\.)", r"see why \1 \2 does not become ready"),
    # What the API server refuses
    _remedy(
        r'no matches for kind "(\w+)" in version "([\w./-]+)"',
        r"install what brings the CRD of \1 (\2) first, and let {name} depend on it",
    ),
    _remedy(
        _IMMUTABLE,
        "set upgrade.force in {name}, so that Helm replaces the object, or give it another name",
        "InstallFailed",
        "UpgradeFailed",
        "RetriesExceeded",
        "MissingRollbackTarget",
    ),
    _remedy(
        _IMMUTABLE,
        "recreate the object with force (annotation kustomize.toolkit.fluxcd.io/force: enabled), or "
        "give it another name",
    ),
    _remedy(
        r"([\w.-]+)/([\w.-]+)/[\w.:-]+ .*exceeded quota: ([\w.-]+)",
        r"raise ResourceQuota \2/\3, or ask for less",
    ),
    _remedy(r"exceeded quota: ([\w.-]+)", r"raise ResourceQuota \1, or ask for less"),
    _remedy(
        'failed calling webhook "([^"]+)"',
        r"see why webhook \1 does not answer: nothing it guards can be applied until then",
    ),
    _remedy('admission webhook "([^"]+)" denied the request', r"do what webhook \1 asks, or change its policy"),
    _remedy("ValidatingAdmissionPolicy '([^']+)'", r"do what ValidatingAdmissionPolicy \1 asks, or change it"),
    _remedy(
        r"namespace (\S+) because it is being terminated",
        r"see what keeps Namespace \1 from going, then apply again",
    ),
    _remedy(r'User "([^"]+)" cannot (\w+) resource "([^"]+)"', r"let \1 \2 \3: its Role does not"),
    _remedy(r"conflict with|Apply failed with \d+ conflict", "let one field manager go of the field, or force it"),
    _remedy("is invalid: ", "mend the fields that the API server names"),
    _remedy(
        "failed to wait for resources? termination|finalizer",
        "see which finalizer keeps the object that is to be pruned",
        "PruneFailed",
    ),
    _remedy("", "see why the API server refuses to delete what is to be pruned", "PruneFailed"),
    # Helm
    _remedy(
        r"""nil pointer evaluating|error calling|executing \"|execution error at|values don't meet the """
        "specifications",
        "mend the values of {name}, or the template that the message names",
    ),
    _remedy(
        "cannot re-use a name that is still in use|exists and cannot be imported|invalid ownership metadata",
        "let {name} take over what exists, or delete that first",
    ),
    _remedy(
        r"another operation \(install/upgrade/rollback\) is in progress",
        "roll the pending Helm release back, then force {name}",
    ),
    _remedy("", "mend valuesFrom of {name}", "ValuesError"),
    # Other
    _remedy("CEL|readyExpr", "mend the expression in {name}", "InvalidCELExpression"),
    _remedy("failed to evaluate the CEL expression", "mend the readyExpr in dependsOn of {name}"),
    _remedy("push|non-fast-forward|protected branch", "let {name} push to its branch", "GitOperationFailed"),
    _remedy(
        "policy|no image found|version list argument cannot be empty",
        "mend the policy of {name}, or push an image that fits it",
    ),
)
"""For Flux objects."""

WORKLOAD_REMEDIES = (
    # What stands around workloads; its kind says more than its words
    _remedy(r"^(?:Cluster)?SecretStore ", "mend the provider or the credentials in {name}"),
    _remedy("^ExternalSecret ", "see whether the store of {name} answers, and has that key"),
    _remedy("^Canary ", "approve {name}, or see who is to", "Waiting", "WaitingPromotion"),
    _remedy("^Canary ", "see which metric of {name} failed, then push a version that passes"),
    _remedy("^Certificate ", "see what the CertificateRequest of {name} says"),
    _remedy("^APIService ", "see why the Service behind {name} does not answer"),
    _remedy("^HorizontalPodAutoscaler .*metric", "see whether the metrics of {name} can be read"),
    _remedy("^CustomResourceDefinition ", "give {name} names that no other CRD has"),
    _remedy("^PersistentVolumeClaim ", "restore the volume of {name}, or delete it for a new one", "Lost"),
    _remedy(
        "^PersistentVolumeClaim |unbound immediate|ProvisioningFailed", "see why the volume of {name} is not bound"
    ),
    # Pods, and what creates them
    _remedy("", "mend the image's tag, or the credentials of its registry", *UNPULLED),
    _remedy("OOMKilled", "raise the memory limit of {name}, or see what takes so much"),
    _remedy("", "make room for {name}: no node takes it", "Unschedulable"),
    _remedy("", "see who is to take the scheduling gates off {name}", "SchedulingGated"),
    _remedy("", "see what is short on its node, and let what creates {name} ask for what it takes", "Evicted"),
    _remedy(
        r"couldn't find key|(?:secret|configmap|serviceaccount) \S+ not found|references non-existent",
        "create what {name} refers to",
    ),
    _remedy("exceeded quota", "raise the ResourceQuota, or ask for less"),
    _remedy("MountVolume|AttachVolume|Unable to attach", "see why the volume of {name} can't be mounted"),
    _remedy("pods can't be created", "mend what the API server says of the pods of {name}"),
    _remedy("can't be started", "mend the command of {name}, or what it refers to"),
    _remedy("probe", "read the log of {name}, which runs and does not answer its probe", "NotReady"),
    _remedy("keeps crashing|^Pod .*(?:ended with|failed: )|^Job .* failed pod", "read the log of {name}"),
)
"""For what Flux applied, by its kind and message, and the reasons of `tui.model.kstatus`; `{name}` is the object."""
