"""Function libraries: names that differ, and what their digests cover."""

from collections.abc import Iterator

from interlock.documents.document import Document
from interlock.documents.nodes import Path
from interlock.errors import Problem
from interlock.loading.decode.names import NAME, repeated
from interlock.loading.digest import library_digest
from interlock.loading.kinds.library import LibraryDocument
from interlock.model.library import Function, FunctionLibrary, LibraryId, LibraryName, Parameter

_FUNCTIONS: Path = ("spec", "functions")


def decode_library(document: Document, shape: LibraryDocument) -> tuple[FunctionLibrary | None, list[Problem]]:
    """The library that `shape` describes."""
    functions = shape.spec.functions
    problems = list(repeated(document, _FUNCTIONS, [function.name for function in functions]))
    for index, function in enumerate(functions):
        names = [parameter.name for parameter in function.parameters]
        problems += repeated(document, (*_FUNCTIONS, index, "parameters"), names)
    if problems:
        return None, problems
    library = FunctionLibrary(
        id=LibraryId(LibraryName(shape.metadata.name), shape.spec.version),
        description=shape.spec.description,
        functions=tuple(_functions(document, shape)),
        digest=library_digest(shape),
        span=document.span(NAME),
    )
    return library, []


def _functions(document: Document, shape: LibraryDocument) -> Iterator[Function]:
    for index, function in enumerate(shape.spec.functions):
        path = (*_FUNCTIONS, index)
        yield Function(
            name=function.name,
            description=function.description,
            parameters=tuple(Parameter(each.name, each.type) for each in function.parameters),
            result=function.result,
            expression=document.text((*path, "expression")),
            examples=tuple(
                document.text((*path, "examples", number)) for number in range(len(function.examples))
            ),
            span=document.span((*path, "name")),
        )
