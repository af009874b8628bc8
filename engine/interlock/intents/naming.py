"""One place that names a model, and whether the name can be known from it."""

import string
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from interlock.intents.modelnames import TEMPLATE_MARKS

_LONGEST_FILLED: Final = 256
"""In characters, of a name and of a value in it: filling in multiplies them."""

_CLOSING: Final = {"(": ")", "{": "}"}
_NAME_CHARACTERS: Final = f"{string.ascii_letters}{string.digits}_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """A name at `source`. It is empty where it can't be known, and then `fault` says why not.

    An `alias` is what the model is called, not what is loaded; an `inferred`
    name follows from a convention and not from a field for it. A `draft` only
    guesses ahead for the model that answers, and an `adapter` only changes it.
    """

    name: str
    source: str
    fault: str = ""
    alias: bool = False
    inferred: bool = False
    draft: bool = False
    adapter: bool = False


def read_name(
    written: str, source: str, variables: Mapping[str, str], *, alias: bool = False, inferred: bool = False
) -> Naming:
    """The name `written` at `source`, with references to `variables` filled in."""
    fillable = "$" in written and len(written) <= _LONGEST_FILLED
    name = _filled_in(written, variables) if fillable else written
    if any(mark in name for mark in TEMPLATE_MARKS) or _refers(name):
        fault = "the name of the model is filled in later"
        return Naming(name="", source=source, fault=fault, alias=alias, inferred=inferred)
    return Naming(name=name, source=source, alias=alias, inferred=inferred)


def _refers(name: str) -> bool:
    """Whether a `$NAME` is left."""
    return "$" in name and any(part[:1] in _NAME_CHARACTERS for part in name.split("$")[1:] if part)


def _filled_in(written: str, variables: Mapping[str, str]) -> str:
    """`written` with each known variable's value in its place, once: values aren't filled in themselves."""
    head, *references = written.split("$")
    return head + "".join(_value_of(reference, variables) for reference in references)


def _value_of(reference: str, variables: Mapping[str, str]) -> str:
    """What `$` before `reference` means: `(NAME)`, `{NAME}` or `NAME`, and the text after it."""
    closing = _CLOSING.get(reference[:1])
    if closing is None:
        after = reference.lstrip(_NAME_CHARACTERS)
        name = reference.removesuffix(after)
    else:
        name, _, after = reference[1:].partition(closing)
    value = variables.get(name)
    return f"${reference}" if value is None or len(value) > _LONGEST_FILLED else value + after
