"""Everything that Interlock raises, by who must act.

    InterlockError
    ├── AuthorError      the author of policies: documents or CEL that don't load
    ├── RequestError     the caller: a request that can't be understood
    │   ├── NotFoundError    it is about something that there is not
    │   └── ConflictError    something that was said before contradicts it
    └── OperatorError    who runs the service: files, certificates, ports

Each class has a stable `code` for logs and metrics; nobody parses messages.
Evaluation raises none of these: a rule that fails gives an errored verdict.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from interlock.spans import Span


class InterlockError(Exception):
    """Base of all errors that a user of Interlock may see."""

    code: ClassVar[str] = "internal"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a document, and the line that it stands in."""

    span: Span
    message: str
    line: str = ""

    def __str__(self) -> str:
        head = f"{self.span}: {self.message}"
        if not self.line.strip():
            return head
        # A tab is as wide under the caret as above it.
        margin = "".join("\t" if c == "\t" else " " for c in self.line[: self.span.column - 1])
        return f"{head}\n  {self.line}\n  {margin}^"


class AuthorError(InterlockError):
    """All problems of a set of documents, in the order of files, lines and columns.

    `expressions` are those of them that the checker of expressions found.
    """

    code = "policy.invalid"

    def __init__(self, problems: Iterable[Problem], expressions: Iterable[Problem] = ()) -> None:
        self.expressions = frozenset(expressions)
        self.problems = tuple(sorted(set(problems), key=lambda problem: (problem.span, problem.message)))
        super().__init__("\n".join(map(str, self.problems)))


class RequestError(InterlockError):
    """A request that can't be decided because it can't be understood: never an allow.

    `path` is the JSONPath of what is wrong, such as `$.models[0].name`, where it is one place.
    """

    code = "request.invalid"

    def __init__(self, message: str, *, path: str = "") -> None:
        self.path = path
        super().__init__(message)


class NotFoundError(RequestError):
    """A request about a hold, or a place, that there is not."""

    code = "request.notFound"


class ConflictError(RequestError):
    """A request that contradicts one before: its key is of another one, or its hold has ended otherwise."""

    code = "request.conflict"


class OperatorError(InterlockError):
    """The service can't start or go on as it was set up."""

    code = "operation.failed"
