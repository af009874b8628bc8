"""Policies, what they are exported as, and what both say of one review."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from interlock.cel.libraries.kubernetes.versions import NEWEST, Version
from interlock.documents.document import read_documents
from interlock.documents.source import Source
from interlock.engine import Engine
from interlock.engine.document import Decided, decide_as_it_stands, decide_document
from interlock.exporting.documents import written
from interlock.exporting.export import Exported, Writer, exported
from interlock.exporting.validating import validating
from interlock.foreign.cluster import Snapshot
from interlock.foreign.load import assemble
from interlock.foreign.merging.kinds import Structures
from interlock.foreign.mutate import mutate
from interlock.foreign.policies import KubernetesPolicies
from interlock.foreign.requests import reviewed
from interlock.foreign.review import Review
from interlock.foreign.validate import validate
from interlock.loading.policyset import PolicySet, load
from interlock.model.decision import Decision
from interlock.model.mutated import Mutated
from interlock.model.ruling import Ruling
from support.foreign.requests import allow
from support.strategies import NOW

OPEN: Final = """\
apiVersion: interlock.dev/v1alpha1
kind: PolicySet
metadata: {name: open}
spec:
  layers:
    - {name: platform}
    - {name: team, mayIgnoreErrors: true}
"""
"""A policy set in which nothing is closed."""

WIDGETS: Final = """\
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.acme.example}
spec:
  group: acme.example
  names: {kind: Widget, plural: widgets}
  versions:
    - name: v1
      served: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec: {type: object, x-kubernetes-preserve-unknown-fields: true}
"""
"""What says that Widgets have a spec of any parts."""


def loaded(*texts: str, settings: str = OPEN) -> PolicySet:
    """The policy set of these documents."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "policies.yaml")
        path.write_text("\n---\n".join((settings, *texts)), encoding="utf-8")
        return load([path])


def exported_from(
    *texts: str, kinds: Sequence[str] = (), release: Version = NEWEST, write: Writer = validating
) -> Exported:
    """What the policies in these documents are exported as."""
    return exported(loaded(*texts), write, kinds=kinds, release=release)


def misfits(
    *texts: str, kinds: Sequence[str] = (), release: Version = NEWEST, write: Writer = validating
) -> list[str]:
    """Why the policies in these documents do not fit."""
    found = exported_from(*texts, kinds=kinds, release=release, write=write)
    return [problem.message.partition("does not fit: ")[2] for problem in found.misfits]


@dataclass(frozen=True, slots=True, repr=False)
class Pair:
    """A policy alone in a set that closes nothing, and what it is exported as."""

    engine: Engine
    exported: KubernetesPolicies
    structures: Structures

    def ours(self, review: Mapping[str, Any]) -> Decision:
        """What the policy says."""
        return decide_as_it_stands(self.engine, dict(review), now=NOW).decision

    def theirs(self, review: Mapping[str, Any]) -> Ruling:
        """What the exported policy says of an AdmissionReview."""
        return validate(self.exported.validating, _asked(review))

    def changed(self, review: Mapping[str, Any]) -> Decided:
        """What the policy makes of the object of an AdmissionReview, and what is decided on that."""
        return decide_document(self.engine, dict(review), now=NOW)

    def rewritten(self, review: Mapping[str, Any]) -> Mutated:
        """What the exported policy makes of the object of an AdmissionReview."""
        return mutate(self.exported.mutating, _asked(review), self.structures)


def _asked(review: Mapping[str, Any]) -> Review:
    attributes = reviewed(review["request"])
    cluster = Snapshot({attributes.namespace: {"metadata": {"name": attributes.namespace}}})
    return Review(attributes, cluster, allow)


def paired(policies: PolicySet, kinds: Sequence[str] = (), write: Writer = validating) -> Pair | None:
    """`policies` and what they are exported as; None where one does not fit."""
    found = exported(policies, write, kinds=kinds, release=NEWEST)
    if found.misfits:
        return None
    admission, problems = assemble([read_documents(Source("exported.yaml", written(found.objects)))])
    assert problems == []
    return Pair(Engine(policies), admission, Structures(policies.schemas.custom))
