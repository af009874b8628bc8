"""One operation of a JSON Patch. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, Self, TypeAlias

import re2

_ESCAPED = re2.compile("~[01]")
_CHARACTERS: Final = {"~0": "~", "~1": "/"}


class Absent(Enum):
    """No value, which is another thing than null."""

    ABSENT = "absent"


ABSENT: Final = Absent.ABSENT
Wire: TypeAlias = Mapping[str, Any]
"""An operation as JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What is done, and where; `source` is where a value is moved or copied from."""

    op: str
    path: str
    source: str = ""
    value: Any = ABSENT

    @classmethod
    def read(cls, wire: Wire) -> Self:
        """The operation that is JSON."""
        given = wire.get("value", ABSENT)
        return cls(op=wire["op"], path=wire["path"], source=wire.get("from", ""), value=given)

    def wire(self) -> Wire:
        """The operation as JSON (RFC 6902)."""
        made = {"op": self.op, "path": self.path}
        if self.source:
            made["from"] = self.source
        return made if self.value is ABSENT else {**made, "value": self.value}


def escaped(key: str) -> str:
    """`key` as a token of a path (RFC 6901)."""
    return key.replace("~", "~0").replace("/", "~1")


def unescaped(token: str) -> str:
    """The key that a token of a path stands for; what is no escape stays as it is."""
    text: str = _ESCAPED.sub(lambda match: _CHARACTERS[match.group()], token)
    return text
