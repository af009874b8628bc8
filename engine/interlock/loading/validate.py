"""One document against the shape of its kind.

Whatever a document holds, the answer is a shape that pydantic accepted or at
least one problem. How the shape becomes part of the model is decoding.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from pydantic import BaseModel, ValidationError

from interlock.documents.document import Document
from interlock.documents.messages import explain
from interlock.documents.nodes import MappingNode, Node, Path, ScalarNode, SequenceNode, written
from interlock.errors import Problem
from interlock.loading.kinds.budget import BudgetDocument
from interlock.loading.kinds.catalog import CatalogDocument
from interlock.loading.kinds.common import API_VERSION
from interlock.loading.kinds.library import LibraryDocument
from interlock.loading.kinds.policy import PolicyDocument
from interlock.loading.kinds.policyset import PolicySetDocument
from interlock.loading.kinds.waiver import WaiverDocument
from interlock.spans import Span
from interlock.spelling import quoted, suggestion

AnyShape: TypeAlias = (
    BudgetDocument | PolicyDocument | LibraryDocument | CatalogDocument | WaiverDocument | PolicySetDocument
)

_Shape = TypeVar("_Shape", bound=BaseModel)

POLICY = "IntentPolicy"
POLICY_SET = "PolicySet"
LIBRARY = "FunctionLibrary"

KINDS: dict[str, type[AnyShape]] = {
    "Budget": BudgetDocument,
    POLICY: PolicyDocument,
    LIBRARY: LibraryDocument,
    "Catalog": CatalogDocument,
    "Waiver": WaiverDocument,
    POLICY_SET: PolicySetDocument,
}

TEST_KIND = "PolicyTest"
"""Policy tests lie beside policies; they are read by whoever runs them."""

_NAME = ("metadata", "name")


@dataclass(frozen=True, slots=True)
class Checked:
    """What is known of a document: its shape if it has one, else why not.

    `kind` and `name` are empty where they can't be read.
    """

    document: Document
    kind: str
    name: str
    shape: AnyShape | None
    problems: tuple[Problem, ...]


def validate(document: Document, known: Collection[Span] = ()) -> Checked:
    """`document` against the shape of its kind; values at `known` places already have a problem."""
    header = _header_problem(document)
    if header is not None:
        return Checked(document, "", "", None, (header,))
    kind = _text_at(document, "kind")
    shape, problems = shaped(document, KINDS[kind], known)
    # A name that is wrong tells nothing about the name that was meant.
    is_named = document.span(_NAME) not in {problem.span for problem in problems}
    name = _text_at(document, *_NAME) if is_named else ""
    return Checked(document, kind, name, shape, tuple(problems))


def shaped(
    document: Document, model: type[_Shape], known: Collection[Span] = ()
) -> tuple[_Shape | None, list[Problem]]:
    """`document` as `model` has it, or else everything that is wrong with it, less what is `known`."""
    empty = {document.span(path): path for path in _empty(document.root, ())}
    problems = [_empty_problem(document, span, path) for span, path in empty.items() if span not in known]
    shape = None
    try:
        shape = model.model_validate(document.plain())
    except ValidationError as error:
        details = error.errors(include_url=False)
        problems += explain(document, model, details, {*known, *empty})
    return None if problems else shape, problems


def is_test(document: Document) -> bool:
    """Whether `document` holds policy tests."""
    return _text_at(document, "kind") == TEST_KIND


def _header_problem(document: Document) -> Problem | None:
    """What keeps `document` from being one of ours at all."""
    if not isinstance(document.root, MappingNode):
        return document.problem((), "document must be a mapping with `apiVersion`, `kind`, `metadata`, `spec`")
    version, kind = _text_at(document, "apiVersion"), _text_at(document, "kind")
    if version != API_VERSION:
        said = f"apiVersion {quoted(version)} is not one of policies" if version else "missing `apiVersion`"
        hint = f"write `{API_VERSION}`, or move the document out of the policies"
        return document.problem(("apiVersion",), f"{said}: {hint}")
    if kind not in KINDS:
        said = f"unknown kind {quoted(kind)}" if kind else "missing `kind`"
        return document.problem(("kind",), f"{said}: {suggestion(kind, KINDS)}")
    return None


def _empty_problem(document: Document, span: Span, path: Path) -> Problem:
    return document.source.problem(span, f"{quoted(written(path))} has no value: write one or remove the field")


def _empty(node: Node, path: Path) -> Iterator[Path]:
    """The paths of all values that are null: nobody leaves a field empty on purpose."""
    match node:
        case ScalarNode(value=None):
            yield path
        case MappingNode():
            for key, entry in node.entries.items():
                yield from _empty(entry.node, (*path, key))
        case SequenceNode():
            for index, item in enumerate(node.items):
                yield from _empty(item, (*path, index))
        case _:
            pass


def _text_at(document: Document, *path: str) -> str:
    """The text at `path`, or nothing where there is none."""
    node = document.root
    for step in path:
        if not isinstance(node, MappingNode) or step not in node.entries:
            return ""
        node = node.entries[step].node
    return node.value if isinstance(node, ScalarNode) and isinstance(node.value, str) else ""
