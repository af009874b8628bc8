"""Files to suites: which files hold tests, and everything that is wrong with them.

Tests lie in files called `tests.yaml` or `*_test.yaml`; a file that is named
outright may be called anything. No problem of one file hides another's.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from interlock.documents.document import Document, read_documents
from interlock.documents.files import read_source
from interlock.documents.inputs import read_inputs
from interlock.documents.messages import explain
from interlock.documents.nodes import written
from interlock.documents.source import Source
from interlock.errors import AuthorError, Problem
from interlock.loading.decode.names import repeated
from interlock.loading.validate import TEST_KIND, is_test
from interlock.policytest.shapes import CaseShape, PolicyTestDocument, SuiteSpec
from interlock.policytest.suite import Case, Suite
from interlock.spans import Span
from interlock.spelling import quoted
from interlock.units import Instant

_CASES = ("spec", "cases")
_PATTERNS = ("tests.yaml", "tests.yml", "*_test.yaml", "*_test.yml")


def read_suites(paths: Iterable[Path]) -> tuple[Suite, ...]:
    """The suites of all test files in `paths`, which are files or directories; each file once.

    Raises:
        AuthorError: a file can't be read, holds no tests or has problems; all of them.
    """
    files: dict[str, Path] = {}
    suites: list[Suite] = []
    problems: list[Problem] = []
    for path in sorted(set(paths)):
        here = {os.path.realpath(file): file for file in _tests_in(path)}
        files = here | files
        if not here:
            message = "no tests here: add a file `tests.yaml` or one that ends in `_test.yaml`"
            problems.append(Problem(Span(str(path), 1, 1), message))
    for file in sorted(files.values()):
        found, wrong = _read(file)
        suites += found
        problems += wrong
    if problems:
        raise AuthorError(problems)
    return tuple(suites)


def _tests_in(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    return sorted({file for pattern in _PATTERNS for file in path.rglob(pattern) if file.is_file()})


def _read(file: Path) -> tuple[list[Suite], list[Problem]]:
    source = read_source(file)
    if isinstance(source, Problem):
        return [], [source]
    reading = read_documents(source)
    problems = list(reading.problems)
    suites: list[Suite] = []
    for document in reading.documents:
        suite, wrong = _suite(file, document, {problem.span for problem in reading.problems})
        suites += [suite] if suite else []
        problems += wrong
    if not reading.documents and not problems:
        problems.append(_empty(source))
    return suites, problems


def _empty(source: Source) -> Problem:
    return source.problem_at(0, f"file holds no document: write one of kind `{TEST_KIND}`")


def _suite(file: Path, document: Document, known: set[Span]) -> tuple[Suite | None, list[Problem]]:
    """The suite that `document` of `file` describes; values at `known` places have a problem already."""
    if not is_test(document):
        message = f"not a policy test: write `kind: {TEST_KIND}`, or move the document to another file"
        return None, [document.problem(("kind",), message)]
    try:
        shape = PolicyTestDocument.model_validate(document.plain())
    except ValidationError as error:
        return None, _explained(document, error.errors(include_url=False), known)
    problems = [
        *repeated(document, _CASES, [case.name for case in shape.spec.cases]),
        *_absolute(document, "policies", shape.spec.policies),
        *_absolute(document, "with", shape.spec.further),
    ]
    cases: list[Case] = []
    for number, case in enumerate(shape.spec.cases):
        found = _case(file, document, number, shape.spec, case)
        if isinstance(found, Problem):
            problems.append(found)
        else:
            cases.append(found)
    suite = Suite(
        name=shape.metadata.name,
        span=document.span(),
        policies=tuple(_beside(file, path) for path in shape.spec.policies or (".",)),
        further=tuple(_beside(file, path) for path in shape.spec.further),
        is_isolated=shape.spec.isolated,
        cases=tuple(cases),
    )
    return (None if problems else suite), problems


def _explained(document: Document, errors: Sequence[ErrorDetails], known: set[Span]) -> list[Problem]:
    """One problem for each of `errors`; a field without a value is one of its own, whatever it should hold."""
    empty = [error["loc"] for error in errors if error["input"] is None]
    others = [error for error in errors if error["input"] is not None]
    hint = "has no value: write one or remove the field"
    return [
        *(document.problem(path, f"{quoted(written(path))} {hint}") for path in empty),
        *explain(document, PolicyTestDocument, others, known),
    ]


def _absolute(document: Document, field: str, paths: Iterable[str]) -> Iterator[Problem]:
    for number, path in enumerate(paths):
        if _is_absolute(path):
            yield document.problem(
                ("spec", field, number), f"path {quoted(path)} must be relative to this file"
            )


def _is_absolute(path: str) -> bool:
    return PurePosixPath(path).is_absolute() or Path(path).is_absolute()


def _beside(file: Path, path: str) -> Path:
    """`path`, which is relative to the folder of `file`."""
    return Path(os.path.normpath(file.parent / path))


def _case(file: Path, document: Document, number: int, spec: SuiteSpec, case: CaseShape) -> Case | Problem:
    place = (*_CASES, number)
    given = _input(file, case)
    if isinstance(given, str):
        return document.problem((*place, "inputFile"), given)
    return Case(
        name=case.name.strip(),
        input=given,
        now=Instant(case.now if "now" in case.model_fields_set else spec.now),
        given=case.given,
        expect=case.expect,
        document=document,
        place=place,
    )


def _input(file: Path, case: CaseShape) -> dict[str, Any] | str:
    """The document to decide on, or what is wrong with its file."""
    if not case.input_file:
        return case.input
    if _is_absolute(case.input_file):
        return f"path {quoted(case.input_file)} must be relative to this file"
    inputs, problems = read_inputs(_beside(file, case.input_file))
    if problems:
        return f"{problems[0].span}: {problems[0].message}"
    if len(inputs) != 1:
        return f"{quoted(case.input_file)} holds {len(inputs)} documents: give a file with one"
    return inputs[0].value
