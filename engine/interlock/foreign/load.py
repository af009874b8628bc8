"""Admission policies and their bindings from documents."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from interlock.cel.libraries.kubernetes.versions import NEWEST, Version
from interlock.documents.document import Document, Reading, read_documents
from interlock.documents.files import find, read_source
from interlock.documents.source import Source
from interlock.errors import AuthorError, Problem
from interlock.foreign.compile import Compiler
from interlock.foreign.decoding import mutating, validating
from interlock.foreign.decoding.shapes import GROUP
from interlock.foreign.gathering import Gathered
from interlock.foreign.policies import KubernetesPolicies
from interlock.foreign.policy import MutatingPolicy, ValidatingPolicy


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
    families = _validating(), _mutating()
    for reading in readings:
        documents = list(filter(is_foreign, reading.documents))
        for family in families:
            family.read(reading, documents)
    validating_, mutating_ = families
    compiler = Compiler(release)
    policies = KubernetesPolicies(
        validating=validating_.compiled(compiler.validating), mutating=mutating_.compiled(compiler.mutating)
    )
    found = [problem for family in families for problem in (*family.problems, *family.dangling())]
    return policies, found + compiler.problems


def is_foreign(document: Document) -> bool:
    """Whether `document` is one of Kubernetes' admission policies or bindings."""
    value = document.plain()
    if not isinstance(value, dict):
        return False
    group, _, _ = str(value.get("apiVersion")).partition("/")
    return group == GROUP and str(value.get("kind")) in _KINDS


def _validating() -> Gathered[ValidatingPolicy]:
    return Gathered(
        kind="ValidatingAdmissionPolicy",
        decode_policy=validating.decode_policy,
        decode_binding=validating.decode_binding,
    )


def _mutating() -> Gathered[MutatingPolicy]:
    return Gathered(
        kind="MutatingAdmissionPolicy",
        decode_policy=mutating.decode_policy,
        decode_binding=mutating.decode_binding,
    )


_KINDS: Final = frozenset((*_validating().kinds, *_mutating().kinds))
