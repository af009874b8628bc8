"""Expressions that are too deep for the checker: cut, checked part by part, and put together again.

A part that is checked on its own has the type that it has in its expression,
except for what only its surroundings decide, as the element type of `[]`: that
is dynamic. Around a part nothing is known of a map's keys or values that can't
be declared, nor of what is more than eleven types deep in another.
"""

from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import accumulate, count, repeat
from typing import Final, TypeAlias

from interlock.cel.deep.cuts import Cuts, TooDeepError, cuts, depth
from interlock.cel.deep.pieces import Piece, piece
from interlock.cel.deep.scopes import scopes
from interlock.cel.deep.witness import witness
from interlock.cel.ir import Node
from interlock.cel.syntax.forms import Form, postorder
from interlock.cel.syntax.parser import parse
from interlock.cel.tree import children, rebuilt, variables
from interlock.cel.types import DYN, CelType
from interlock.errors import Problem
from interlock.spans import SourceText

DEEPEST: Final = 250
"""How deep an expression may be, as in Kubernetes."""

Checked: TypeAlias = Node | tuple[Problem, ...]
Check: TypeAlias = Callable[[SourceText, Mapping[str, CelType]], Checked]
"""Checks a text in which there are more variables, of these types."""


def check_deep(source: SourceText, check: Check, *, limit: int = 32) -> Checked:
    """The IR of `source`, of which `check` sees only parts at most `limit` deep, or all problems with it.

    Raises:
        UnreadableError: `source` is no CEL.
    """
    tree = parse(source.text)
    try:
        chosen = cuts(tree, scopes(tree), limit) if depth(tree) <= DEEPEST else None
    except TooDeepError:
        chosen = None
    if chosen is None:
        message = f"nests more than {DEEPEST} deep: name parts of it as variables"
        return (Problem(source.locate(1, 1), message),)
    return _Assembly(source, check, chosen).checked(tree)


@dataclass(slots=True)
class _Assembly:
    """What is checked so far: its nodes, in which no cut is left, and its types."""

    source: SourceText
    check: Check
    cuts: Cuts
    nodes: dict[Form, Node] = field(default_factory=dict)
    types: dict[Form, CelType] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    last_id: int = 0

    def checked(self, tree: Form) -> Checked:
        prefixes = accumulate(repeat("_"), initial="part")
        prefix = next(prefix for prefix in prefixes if prefix not in self.source.text)
        wanted = self.wanted(tree)
        for form in postorder(tree):
            if form in wanted:
                self.add(form, (f"{prefix}{number}" for number in count()))
        if self.problems:
            return tuple(sorted(set(self.problems), key=lambda problem: (problem.span, problem.message)))
        return self.nodes[tree]

    def wanted(self, tree: Form) -> set[Form]:
        """What has to be checked on its own: the cuts, and what gives their variables types."""
        wanted: set[Form] = set()
        pending = [tree, *self.cuts.forms]
        while pending:
            form = pending.pop()
            if form not in wanted:
                wanted.add(form)
                pending.extend(bound.source for bound in self.cuts.variables[form])
        return wanted

    def add(self, form: Form, names: Iterator[str]) -> None:
        """Checks `form`, whose own parts are checked, with variables of these names for them."""
        declared: dict[str, CelType] = {}

        def stand_in(type_: CelType) -> str:
            name = next(names)
            text, declared[name] = witness(type_, name)
            return text

        around = [
            (bound, stand_in(bound.role.type_in(self.types[bound.source])))
            for bound in self.cuts.variables[form]
        ]
        inner = {cut: stand_in(self.types[cut]) for cut in _outermost(form, self.cuts.forms)}
        made = piece(self.source, form, around, inner)
        checked = self.check(made.as_source, declared)
        if isinstance(checked, tuple):
            self.problems.extend(checked)
            self.types[form] = DYN
            return
        for _ in around:
            checked = children(checked)[-1]
        self.types[form] = checked.place.type
        if not self.problems:
            self.nodes[form] = self.grafted(checked, made)

    def grafted(self, root: Node, made: Piece) -> Node:
        """`root` with the source's offsets, ids that no other part has, and the nodes of the cuts."""
        base = self.last_id

        def grown(node: Node) -> Node:
            cut = made.cut_at(node.place.offset)
            # What a cut's text is the operand of may have constants that are said to stand there too.
            if cut is not None and variables(node):
                return self.nodes[cut]
            self.last_id = max(self.last_id, base + node.place.id)
            place = replace(node.place, id=base + node.place.id, offset=made.offset(node.place.offset))
            return rebuilt(replace(node, place=place), grown)

        return grown(root)


def _outermost(tree: Form, chosen: Container[Form]) -> Iterator[Form]:
    """The chosen forms below `tree` that are in no other of them, in the order of the text."""
    pending = list(reversed(tree.parts))
    while pending:
        form = pending.pop()
        if form in chosen:
            yield form
        else:
            pending.extend(reversed(form.parts))
