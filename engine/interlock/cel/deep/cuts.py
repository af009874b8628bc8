"""Where an expression that is too deep for the checker is cut, so that no part of it is.

The checker counts two things, as Google's parsers do: how many forms are within
each other, parentheses not counted, and how many expressions are within
brackets or the last branch of a conditional.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from interlock.cel.deep.scopes import Bound, Scopes
from interlock.cel.deep.witness import WRAPPERS
from interlock.cel.syntax.forms import Form, Kind, postorder

_ENCLOSING: Final = {Kind.NESTED, Kind.CALL, Kind.LIST, Kind.MAP}
_FOLLOWED: Final = {Kind.METHOD, Kind.INDEX, Kind.MESSAGE}
_LAST_BRANCH: Final = 2

# The checker has their target twice, and twelve of them after each other are more than it takes.
_DOUBLING: Final = {"optMap", "optFlatMap"}
_DOUBLED: Final = 3


class TooDeepError(Exception):
    """No cut makes every part shallow enough."""


@dataclass(frozen=True, slots=True)
class Depths:
    """How deep a form is in both counts, and which macros' variables around it it reads."""

    forms: int
    expressions: int
    variables: frozenset[Bound] = frozenset()

    @property
    def depth(self) -> int:
        """The greater of both counts."""
        return max(self.forms, self.expressions)


@dataclass(frozen=True, slots=True)
class Cuts:
    """The forms to check on their own, and the variables that each form reads when it is."""

    forms: frozenset[Form]
    variables: Mapping[Form, tuple[Bound, ...]]


_CUT: Final = Depths(1 + WRAPPERS, WRAPPERS)
_AROUND: Final = Depths(2 + WRAPPERS, 1 + WRAPPERS)


def depth(tree: Form) -> int:
    """How deep `tree` is, however deep the checker can go."""
    depths: dict[Form, Depths] = {}
    for form in postorder(tree):
        depths[form] = _depths(form, depths.__getitem__, None)
    return depths[tree].depth


def cuts(tree: Form, scopes: Scopes, limit: int) -> Cuts:
    """Cuts of `tree` after which no part is deeper than `limit`, with the macros that give it its variables.

    Raises:
        TooDeepError: there are none.
    """
    return _Planner(scopes, _limits(tree, scopes, limit)).cuts(tree)


def _limits(tree: Form, scopes: Scopes, limit: int) -> dict[Form, int]:
    """How deep each form may be: what has to stay in its form leaves room for it."""
    limits = {tree: limit}
    pending = [tree]
    while pending:
        form = pending.pop()
        for part in form.parts:
            limits[part] = limits[form] - 1 if part in scopes.fixed else limit
            pending.append(part)
    return limits


@dataclass(slots=True)
class _Planner:
    scopes: Scopes
    limits: Mapping[Form, int]
    chosen: set[Form] = field(default_factory=set)
    depths: dict[Form, Depths] = field(default_factory=dict)

    def cuts(self, tree: Form) -> Cuts:
        variables = {}
        for form in postorder(tree):
            self.depths[form] = depths = self.fitted(form)
            variables[form] = self.needed(form, depths)
        return Cuts(frozenset(self.chosen), variables)

    def fitted(self, form: Form) -> Depths:
        """The depths of `form` once so many of its parts are cut that it fits."""
        candidates = sorted(
            (part for part in form.parts if part not in self.scopes.fixed), key=self.weight, reverse=True
        )
        depths = self.measured(form)
        while self.checked_depth(form, depths) > self.limits[form]:
            if not candidates or self.weight(candidates[0]) == (_CUT.depth, 0):
                raise TooDeepError
            self.chosen.add(candidates.pop(0))
            depths = self.measured(form)
        return depths

    def weight(self, part: Form) -> tuple[int, int]:
        depths = self.depths[part]
        return max(depths.depth, _CUT.depth), len(depths.variables)

    def measured(self, form: Form) -> Depths:
        bound = self.scopes.read_by(form) if form.kind is Kind.NAME else None
        depths = _depths(form, lambda part: _CUT if part in self.chosen else self.depths[part], bound)
        if form.kind is Kind.METHOD and form.name in _DOUBLING:
            depths = replace(depths, forms=depths.forms + _DOUBLED)
        return depths

    def checked_depth(self, form: Form, depths: Depths) -> int:
        """How deep the text is in which `form` is checked on its own."""
        around = self.needed(form, depths)
        return len(around) + (max(depths.depth, _AROUND.depth) if around else depths.depth)

    def needed(self, form: Form, depths: Depths) -> tuple[Bound, ...]:
        """The variables to have around `form`, outermost first: those that it reads and one of a loop."""
        loop = self.scopes.loop_around(form)
        around = [bound for bound in self.scopes.around(form) if bound in depths.variables or bound is loop]
        return tuple(reversed(around))


def _depths(form: Form, of: Callable[[Form], Depths], bound: Bound | None) -> Depths:
    """The depths of `form` from those of its parts; `bound` is what it stands for as a name."""
    parts = [of(part) for part in form.parts]
    deepest = max((part.forms for part in parts), default=0)
    nested = max((part.expressions + _entered(form, number) for number, part in enumerate(parts)), default=0)
    read = frozenset({bound} if bound else ()).union(*(part.variables for part in parts))
    return Depths(
        deepest + (form.kind is not Kind.NESTED),
        nested,
        frozenset(each for each in read if each.macro is not form),
    )


def _entered(form: Form, number: int) -> bool:
    """Whether the part of that number is an expression within brackets, or as good as one."""
    if form.kind is Kind.CONDITIONAL:
        return number == _LAST_BRANCH
    return form.kind in _ENCLOSING or (form.kind in _FOLLOWED and number > 0)
