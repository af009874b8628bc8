"""How the keys of objects and the types of their values are called in CEL."""

from collections.abc import Collection
from typing import Final

from interlock.cel.descriptors import PACKAGE

_KEYWORDS: Final = frozenset({"true", "false", "null", "in"})
_RESERVED: Final = frozenset(
    {"as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop"}
    | {"package", "namespace", "return", "var", "void", "while"}
)
_ESCAPES: Final = str.maketrans({".": "__dot__", "-": "__dash__", "/": "__slash__"})
_LONGEST: Final = 200


def escape(key: str) -> str | None:
    """The identifier by which CEL selects `key`, as the API server escapes it; None if it can't be written.

    Two keys never have the same identifier.
    """
    if key in _RESERVED or key in _KEYWORDS:
        return f"__{key}__"
    escaped = key.replace("__", "__underscores__").translate(_ESCAPES)
    return escaped if escaped.isascii() and escaped.isidentifier() else None


def selectors(key: str) -> tuple[str, ...]:
    """The fields that select `key`: its identifier, and itself where it is reserved but no keyword.

    The API server evaluates `object.metadata.namespace` too, since there `object` is a plain map.
    """
    escaped = escape(key)
    if escaped is None:
        return ()
    return (escaped, key) if key in _RESERVED else (escaped,)


def message_name(words: str, taken: Collection[str]) -> str:
    """A full name for the message that `words` describes, with a number where others are called so."""
    name = "".join(c for c in words if c.isascii() and c.isalnum())[:_LONGEST]
    base = f"{PACKAGE}.{name if name[:1].isalpha() else f'Object{name}'}"
    # What is taken only grows, so no number is given twice.
    return base if base not in taken else f"{base}_{len(taken)}"


def joined(parent: str, key: str) -> str:
    """What to call the object below `key` of the one that is called `parent`: `PodSpec`."""
    return f"{parent}{key[:1].upper()}{key[1:]}"[:_LONGEST]
