"""A document that a patch changes, while whoever else has it keeps it as it was. Pure."""

from dataclasses import dataclass, field
from typing import Any, Final

from interlock.foreign.changes.containers import Container, PatchError, put, read
from interlock.foreign.changes.operation import unescaped

MOST_HANDLED: Final = 1 << 22
"""The characters and elements that the operations of one patch may copy and put in place, together."""

DEEPEST: Final = 200
"""How deep what is looked at, or made, may nest."""


@dataclass(slots=True)
class Document:
    """The value at `root`. What it shares with others is copied before it changes, and is its `own` then."""

    root: Any
    room: int = MOST_HANDLED
    own: dict[int, Container] = field(default_factory=dict)

    def found(self, path: str) -> tuple[Container, str]:
        """What the last token of `path` is a key or an index of, and that token.

        What stands before the first slash is not looked at, as the API server
        does not.

        Raises:
            PatchError: there is no such thing.
        """
        return self._walked(path, is_owned=False)

    def place(self, path: str) -> tuple[Container, str]:
        """The same, to be changed.

        Raises:
            PatchError: there is no such thing, or too much has been copied.
        """
        return self._walked(path, is_owned=True)

    def share(self) -> None:
        """Let what is in the document be in other places too."""
        self.own.clear()

    def admit(self, value: Any, path: str) -> None:
        """Let `value` be put at `path`.

        Raises:
            PatchError: that makes too much, or nests it too deep.
        """
        pending = [(value, path.count("/"))]
        while pending:
            each, depth = pending.pop()
            if depth > DEEPEST:
                raise PatchError(f"makes more than {DEEPEST} levels")
            self._take(len(each) if isinstance(each, str) else 1)
            if isinstance(each, dict | list):
                inner = each.values() if isinstance(each, dict) else each
                pending += [(one, depth + 1) for one in inner]

    def _walked(self, path: str, *, is_owned: bool) -> tuple[Container, str]:
        _, *tokens = path.split("/")
        if not tokens or not isinstance(self.root, dict | list):
            raise PatchError("missing value")
        container = self.root = self._owned(self.root) if is_owned else self.root
        if len(tokens) > DEEPEST:
            raise PatchError(f"more than {DEEPEST} levels")
        *parents, last = map(unescaped, tokens)
        for parent in parents:
            try:
                inner = read(container, parent)
            except PatchError:
                inner = None
            if not isinstance(inner, dict | list):
                raise PatchError("missing value")
            if is_owned:
                put(container, parent, inner := self._owned(inner))
            container = inner
        return container, last

    def _owned(self, container: Container) -> Container:
        if id(container) in self.own:
            return container
        self._take(len(container))
        made = container.copy()
        self.own[id(made)] = made
        return made

    def _take(self, size: int) -> None:
        self.room -= size
        if self.room < 0:
            raise PatchError(f"handles more than {MOST_HANDLED} characters and elements")
