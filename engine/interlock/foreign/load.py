"""Admission policies and their bindings from documents."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeVar

from interlock.cel.libraries.kubernetes.versions import NEWEST, Version
from interlock.documents.document import Document, Reading, read_documents
from interlock.documents.files import find, read_source
from interlock.documents.source import Source
from interlock.errors import AuthorError, Problem
from interlock.foreign.compile import Compiler
from interlock.foreign.decode import decode_binding, decode_policy
from interlock.foreign.kinds import GROUP
from interlock.foreign.policies import KubernetesPolicies
from interlock.foreign.policy import Binding, ValidatingPolicy
from interlock.spelling import closest, quoted

_POLICY: Final = "ValidatingAdmissionPolicy"
_BINDING: Final = "ValidatingAdmissionPolicyBinding"

_Found = TypeVar("_Found", ValidatingPolicy, Binding)


def load(paths: Iterable[Path], release: Version = NEWEST) -> KubernetesPolicies:
    """The policies in the files at `paths`, as `assemble` gives them.

    Raises:
        AuthorError: everything that is wrong with them.
    """
    files, problems = find(paths)
    read = [read_source(file) for file in files]
    problems += [each for each in read if isinstance(each, Problem)]
    readings = [read_documents(each) for each in read if isinstance(each, Source)]
    problems += [problem for reading in readings for problem in reading.problems]
    policies, found = assemble(readings, release)
    if problems or found:
        raise AuthorError([*problems, *found])
    return policies


def assemble(
    readings: Iterable[Reading], release: Version = NEWEST
) -> tuple[KubernetesPolicies, list[Problem]]:
    """The policies in `readings` by name, each with its bindings, and everything that is wrong with them.

    Documents of other kinds are passed over. With any problem, also one of the
    readings, the policies must not decide anything.
    """
    gathered = _Gathered()
    for reading in readings:
        gathered.read(reading)
    problems = gathered.problems + gathered.dangling()
    compiler = Compiler(release)
    compiled = [
        compiler.validating(policy, [each for each in gathered.bindings.values() if each.policy == name])
        for name, policy in sorted(gathered.policies.items())
    ]
    policies = KubernetesPolicies(validating=tuple(each for each in compiled if each is not None))
    return policies, problems + compiler.problems


def is_foreign(document: Document) -> bool:
    """Whether `document` is one of Kubernetes' admission policies or bindings."""
    value = document.plain()
    if not isinstance(value, dict):
        return False
    group, _, _ = str(value.get("apiVersion")).partition("/")
    return group == GROUP and value.get("kind") in (_POLICY, _BINDING)


@dataclass(slots=True)
class _Gathered:
    """What documents say, by name. `is_complete` says that no policy is missing."""

    policies: dict[str, ValidatingPolicy] = field(default_factory=dict)
    bindings: dict[str, Binding] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    is_complete: bool = True

    def read(self, reading: Reading) -> None:
        self.is_complete &= reading.is_complete
        for document in filter(is_foreign, reading.documents):
            kind = document.text(("kind",)).text
            if kind == _POLICY:
                policy, problems = decode_policy(document)
                self.is_complete &= policy is not None
                self._add(self.policies, policy, problems, kind)
            else:
                binding, problems = decode_binding(document)
                self._add(self.bindings, binding, problems, kind)

    def dangling(self) -> list[Problem]:
        """That bindings name policies that aren't there; nothing where some can't be read."""
        if not self.is_complete:
            return []
        return [
            Problem(each.policy_span, _unknown(each.policy, self.policies))
            for each in self.bindings.values()
            if each.policy not in self.policies
        ]

    def _add(self, known: dict[str, _Found], found: _Found | None, problems: list[Problem], kind: str) -> None:
        self.problems += problems
        if found is None:
            return
        before = known.setdefault(found.name, found)
        if before is not found:
            message = f"duplicate {kind} {quoted(found.name)}: {before.span} has that name already"
            self.problems.append(Problem(found.span, message))


def _unknown(name: str, known: Iterable[str]) -> str:
    meant = closest(name, known)
    hint = "add it, or remove the binding" if meant is None else f"did you mean {quoted(meant)}?"
    return f"no {_POLICY} {quoted(name)}: {hint}"
