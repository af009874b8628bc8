"""JSON Patch (RFC 6902), with the manners and the words of the library that the API server uses. Pure.

Source: gopkg.in/evanphx/json-patch.v4.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from interlock.foreign.changes.containers import PatchError, add, put, read, remove
from interlock.foreign.changes.document import Document
from interlock.foreign.changes.equality import is_same
from interlock.foreign.changes.operation import ABSENT, Operation


class UnmetTestError(PatchError):
    """What the patch tests is not so, and nothing of it is applied."""


def patched(value: Any, operations: Iterable[Operation]) -> Any:
    """`value` after all `operations`; it does not change itself.

    Raises:
        UnmetTestError: a test failed.
        PatchError: one can't be applied, or all together make too much.
    """
    document = Document(value)
    for operation in operations:
        apply = _OPERATIONS.get(operation.op)
        if apply is None:
            raise PatchError(f"Unexpected kind: {operation.op}")
        apply(document, operation)
    return document.root


def _add(document: Document, operation: Operation) -> None:
    path, value = operation.path, _given(operation)
    with _said(f'add operation does not apply: doc is missing path: "{path}"'):
        container, token = document.place(path)
    document.admit(value, path)
    with _said(f"error in add for path: '{path}'"):
        add(container, token, value)


def _remove(document: Document, operation: Operation) -> None:
    path = operation.path
    with _said(f'remove operation does not apply: doc is missing path: "{path}"'):
        container, token = document.place(path)
    with _said(f"error in remove for path: '{path}'"):
        remove(container, token)


def _replace(document: Document, operation: Operation) -> None:
    path, value = operation.path, _given(operation)
    document.admit(value, path)
    if not path:
        if not isinstance(value, dict | list):
            raise PatchError("replace operation value must be object or array")
        document.root = value
        return
    with _said(f"replace operation does not apply: doc is missing path: {path}"):
        container, token = document.place(path)
    try:
        put(container, token, value)
    except PatchError:
        raise PatchError(
            f"replace operation does not apply: doc is missing key: {path}: missing value"
        ) from None


def _move(document: Document, operation: Operation) -> None:
    path, source = operation.path, _source(operation)
    with _said(f"move operation does not apply: doc is missing from path: {source}"):
        container, token = document.place(source)
    with _said(f"error in move for path: '{token}'"):
        value = read(container, token)
        remove(container, token)
    with _said(f"move operation does not apply: doc is missing destination path: {path}"):
        container, token = document.place(path)
    document.admit(value, path)
    with _said(f"error in move for path: '{path}'"):
        add(container, token, value)


def _copy(document: Document, operation: Operation) -> None:
    path, source = operation.path, _source(operation)
    with _said(f"copy operation does not apply: doc is missing from path: {source}"):
        container, token = document.found(source)
    with _said(f"error in copy for from: '{source}'"):
        value = read(container, token)
    document.share()
    with _said(f"copy operation does not apply: doc is missing destination path: {path}"):
        container, token = document.place(path)
    document.admit(value, path)
    with _said("error while adding value during copy"):
        add(container, token, value)


def _test(document: Document, operation: Operation) -> None:
    path, wanted, value = operation.path, operation.value, document.root
    if path:
        with _said(f"test operation does not apply: is missing path: {path}"):
            container, token = document.found(path)
        with _said(f"error in test for path: '{path}'"):
            value = read(container, token)
    # What is null counts as absent, but null that is asked for does not.
    is_met = wanted is ABSENT if value is None else wanted is not ABSENT and is_same(value, wanted)
    if not is_met:
        raise UnmetTestError(f"testing value {path} failed: test failed")


def _given(operation: Operation) -> Any:
    return None if operation.value is ABSENT else operation.value


def _source(operation: Operation) -> str:
    if operation.source:
        return operation.source
    raise PatchError(
        f"{operation.op} operation failed to decode from: operation, missing from field: missing value"
    )


@contextmanager
def _said(context: str) -> Iterator[None]:
    """Say of what goes wrong where that was."""
    try:
        yield
    except PatchError as error:
        raise PatchError(f"{context}: {error}") from None


_OPERATIONS: Final[Mapping[str, Callable[[Document, Operation], None]]] = {
    "add": _add,
    "remove": _remove,
    "replace": _replace,
    "move": _move,
    "copy": _copy,
    "test": _test,
}
