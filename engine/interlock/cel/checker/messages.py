"""The checker's messages in our words, with what the author may have meant."""

import re
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from interlock.cel.libraries.overloads import Library, Overload
from interlock.cel.libraries.standard import STANDARD
from interlock.cel.types import CelType
from interlock.spelling import closest

# They read the checker's messages, never a request, which only RE2 may read.
_TOO_DEEP: Final = re.compile(
    r"(?:Exceeded max recursion depth of|Expression recursion limit exceeded\. limit:) (\d+).*"
)
_UNDEFINED_FIELD: Final = re.compile(r"undefined field '(.*)' not found in struct '(?:.*\.)?(.*)'")
_UNDECLARED: Final = re.compile(r"undeclared reference to '(.*)' \(in container '.*'\)")
_NO_OVERLOAD: Final = re.compile(r"found no matching overload for '(.*)' applied to '(.*)'")
_CALLED: Final = re.compile(r"(?:[A-Za-z_]\w*\.)*[A-Za-z_]\w*$", re.ASCII)

_LONGEST_NAME: Final = 100
_MOST_FORMS: Final = 4

_OPERATORS: Final = {"_[_]": "index", "@in": "in", "_?_:_": "?:", "!_": "!", "-_": "-"}

_MACROS: Final[Mapping[str, tuple[str, ...]]] = {
    STANDARD.name: ("has", "all", "exists", "exists_one", "map", "filter"),
    "bindings": ("cel.bind",),
    "lists": ("sortBy",),
    "math": ("math.greatest", "math.least"),
    "optional": ("optMap", "optFlatMap"),
    "two-var-comprehensions": ("existsOne", "transformList", "transformMap", "transformMapEntry"),
}
"""What each library has beside its overloads."""


def is_too_deep(message: str) -> bool:
    """Whether the checker's message says that it read no further because an expression is too deep."""
    return _TOO_DEEP.fullmatch(message) is not None


@dataclass(frozen=True)
class Wording:
    """Words for what the checker says of expressions over `fields` of messages, `variables` and `libraries`."""

    fields: Mapping[str, Mapping[str, CelType]]
    variables: Mapping[str, CelType]
    libraries: tuple[Library, ...]

    def of(self, message: str, before: str, after: str) -> str:
        """Our words for `message` on a place that has these texts before and after it."""
        if match := _TOO_DEEP.fullmatch(message):
            return f"nests more than {match.group(1)} deep: name parts of it as variables"
        if match := _UNDEFINED_FIELD.fullmatch(message):
            field, record = match.groups()
            known = self.fields.get(f"interlock.{record}") or self.fields.get(record, {})
            return f"undefined field `{field}` of {record}{_did_you_mean(field, known)}"
        if match := _UNDECLARED.fullmatch(message):
            name = match.group(1)
            if after.startswith("(") and before.endswith(name):
                return self._call(name, before)
            # The place of a field that `has` asks for is the parenthesis before it.
            return f"undeclared reference to `{name}`{self._variable(name, after.removeprefix('('))}"
        if match := _NO_OVERLOAD.fullmatch(message):
            function, types = match.groups()
            operator = _OPERATORS.get(function, function.strip("_"))
            return f"`{operator}` can't be applied to {types.replace('interlock.', '')}"
        if message.startswith("Syntax error: "):
            return "syntax error: " + message.removeprefix("Syntax error: ").split(" expecting {")[0]
        return message[:1].lower() + message[1:]

    def is_namespace(self, message: str, after: str) -> bool:
        """Whether the checker's message only says that what is before a function's dot is no variable."""
        match = _UNDECLARED.fullmatch(message)
        if match is None or (name := match.group(1)) not in self._namespaces:
            return False
        # The place of a selection is that of its dot.
        return after.removeprefix(".").startswith(f"{name.rpartition('.')[2]}.")

    def _variable(self, name: str, after: str) -> str:
        first = name.partition(".")[0]
        others = self.variables.keys() | (self._namespaces if after.removeprefix(first).startswith(".") else ())
        if first in others:
            return _did_you_mean(name, self.variables)
        return _did_you_mean(name, self.variables) or _did_you_mean(first, others)

    def _call(self, name: str, before: str) -> str:
        """What is wrong with a call of `name`, with which the text before its parenthesis ends."""
        called = _CALLED.search(before[-_LONGEST_NAME:])
        names = {name, called.group()} if called else {name}
        if known := names & self._functions:
            forms = [f"`{form}`" for form in self._forms(known)]
            return f"`{name}` takes other arguments{': ' if forms else ''}{' or '.join(forms)}"
        return f"undeclared reference to `{name}`{self._function(name, names)}"

    def _forms(self, names: AbstractSet[str]) -> list[str]:
        """How the functions of these names are called."""
        overloads = (each for library in (STANDARD, *self.libraries) for each in library.overloads)
        return sorted({_form(each) for each in overloads if each.function in names})[:_MOST_FORMS]

    def _function(self, name: str, names: AbstractSet[str]) -> str:
        """What may be meant by a call of `name`, which stands for one of `names`."""
        if (release := self._release(names)) is not None:
            return f": Kubernetes has it since {release}"
        shown = {full.rpartition(".")[2]: full for full in sorted(self._functions, reverse=True)}
        shown |= {full: full for full in self._functions}
        meant = closest(name, shown)
        return f": did you mean `{shown[meant]}`?" if meant else ""

    def _release(self, names: Iterable[str]) -> str | None:
        """The Kubernetes release that brought a function of these names, where an older one is meant."""
        from interlock.cel.libraries.kubernetes.versions import since  # noqa: PLC0415  # all of its libraries

        if not any(library.name.startswith("kubernetes.") for library in self.libraries):
            return None
        return next((str(release) for name in names if (release := since(name)) is not None), None)

    @cached_property
    def _functions(self) -> frozenset[str]:
        """The functions and macros that expressions can call by name."""
        named: set[str] = set()
        for library in (STANDARD, *self.libraries):
            named.update(_MACROS.get(library.name, ()), (each.function for each in library.overloads))
        return frozenset(name for name in named if name.replace(".", "").isidentifier())

    @cached_property
    def _namespaces(self) -> frozenset[str]:
        return frozenset(name.rpartition(".")[0] for name in self._functions if "." in name)


def _form(overload: Overload) -> str:
    """How the function of an overload is called, with types for values."""
    # Type parameters stand for any type, as dynamic values do.
    parameters = [re.sub(r"~\w+", "dyn", str(each)) for each in overload.parameters]
    target = f"{parameters.pop(0)}." if overload.is_member else ""
    return f"{target}{overload.function}({', '.join(parameters)})"


def _did_you_mean(name: str, known: Iterable[str]) -> str:
    meant = closest(name, known)
    return f": did you mean `{meant}`?" if meant else ""
