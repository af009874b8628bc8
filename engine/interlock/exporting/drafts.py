"""What a policy demands of requests, in expressions that Kubernetes can evaluate."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final, TypeGuard

from interlock.cel.ir import (
    Call,
    Conditional,
    Const,
    Has,
    ListOf,
    Local,
    Node,
    Quantifier,
    QuantifierKind,
    Select,
    Transform,
)
from interlock.cel.ir import Variable as Read
from interlock.cel.tree import children, variables
from interlock.cel.types import BOOL, INT, STRING
from interlock.exporting.claims import Claim, boolean, negated, of_rule
from interlock.exporting.definitions import NAMES
from interlock.exporting.facts import Facts
from interlock.exporting.layout import laid_out
from interlock.exporting.limits import of_limit
from interlock.exporting.parsing import VARIABLES, is_read_as, read_type
from interlock.exporting.scene import Scene
from interlock.exporting.translate import Translator
from interlock.exporting.unfit import Reasons
from interlock.loading.compiled import CompiledPolicy
from interlock.model.area import Area
from interlock.spelling import quoted

_APPLIES: Final = f"{VARIABLES}applies"
_ITEMS: Final = {Area.IMAGES: f"{VARIABLES}images"}
"""What lists the items of areas, of those that are in plain sight."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A policy's condition, its variables and what it demands; all of them are CEL.

    Each validation has its condition, the fixed message and, if there is one, the computed one.
    """

    condition: str | None
    variables: tuple[tuple[str, str], ...]
    validations: tuple[tuple[str, str, str | None], ...]


def drafted(compiled: CompiledPolicy, scene: Scene, reasons: Reasons) -> Draft | None:
    """What `compiled` demands of the requests of `scene`; None where `reasons` say why it can't be said."""
    policy = compiled.policy
    if policy.area is not Area.INTENT and policy.area not in _ITEMS:
        reasons.add(policy.span, f"is about {policy.area}, which only Interlock finds in objects")
        return None
    return _Drafting(compiled, _translator(compiled, scene), reasons).draft()


def _translator(compiled: CompiledPolicy, scene: Scene) -> Translator:
    area = compiled.policy.area
    facts, policy = Facts(scene), compiled.variables
    if area not in _ITEMS:
        return Translator(facts=facts, policy=policy)
    fields = frozenset(field for node in _nodes(compiled) for field in _fields(node, area.variable))
    return Translator(facts=facts, policy=policy, item=area.variable, fields=fields)


def _nodes(compiled: CompiledPolicy) -> Iterator[Node]:
    """Every expression of the policy."""
    yield from (program.node for _, program in compiled.deciding)
    yield from (rule.message.node for rule in compiled.rules if rule.message is not None)


def _fields(node: Node, item: str) -> Iterator[str]:
    """The fields of `item` that `node` reads or asks for."""
    match node:
        case Select(_, Read(_, name), field) | Has(_, Read(_, name), field) if name == item:
            yield field
        case Call(_, "_?._", (Read(_, name), Const(_, str() as field))) if name == item:
            yield field
        case _:
            for child in children(node):
                yield from _fields(child, item)


@dataclass(frozen=True, slots=True)
class _Drafting:
    compiled: CompiledPolicy
    translator: Translator
    reasons: Reasons

    def draft(self) -> Draft | None:
        """All that is to be written, or None where there are reasons against it."""
        self._refuse_names()
        when = self._when()
        claims = [self._within(each, when) for each in self._claims()]
        claims = [each for each in claims if not _holds(each.condition)]
        if not claims and not self.reasons.problems:
            self.reasons.add(self.compiled.policy.span, "denies no request that the API server is asked for")
        nodes = [node for each in claims for node in (each.condition, each.saying) if node is not None]
        named = list(self._variables(nodes, when))
        if self.reasons.problems:
            return None
        condition = _of_bool(laid_out(when), when) if self._is_condition(when) else None
        return Draft(condition, tuple(named), tuple(map(_written, claims)))

    def _is_condition(self, when: Node | None) -> TypeGuard[Node]:
        """Whether `when` can be the policy's condition: it is not asked of each item and reads no variables."""
        return when is not None and self.translator.item is None and not _reads_variables(when)

    def _within(self, claim: Claim, when: Node | None) -> Claim:
        """`claim` where `when` holds; the policy's own condition where it can be one."""
        if self.translator.item is not None:
            return self._over_items(claim, when)
        if when is None or self._is_condition(when):
            return claim
        return replace(claim, condition=_where(Read(when.place, _APPLIES), claim.condition), written="")

    def _refuse_names(self) -> None:
        for variable in self.compiled.policy.variables:
            if variable.name in NAMES:
                self.reasons.add(
                    variable.expression.span,
                    f"{quoted(variable.name)} is there what a fact of the request is called: rename it",
                )

    def _when(self) -> Node | None:
        program = self.compiled.when
        if program is None:
            return None
        with self.reasons.collecting(program.source.span):
            return boolean(self.translator.translated(program), program)
        return None

    def _claims(self) -> Iterator[Claim]:
        for rule in self.compiled.rules:
            with self.reasons.collecting(rule.id.span):
                yield of_rule(rule, self.translator)
        for limit in self.compiled.limits:
            with self.reasons.collecting(limit.id.span):
                yield of_limit(limit, self.translator, self.compiled)

    def _over_items(self, claim: Claim, when: Node | None) -> Claim:
        """`claim` on each item; what is said is said of the first that is not as it must be."""
        place, item = claim.condition.place, self.compiled.policy.area.variable
        each = claim.condition if when is None else _where(when, claim.condition)
        items = self.translator.noted(_ITEMS[self.compiled.policy.area])
        condition = Quantifier(place, QuantifierKind.ALL, (item,), items, each)
        saying = claim.saying
        if saying is not None:
            first = Const(replace(place, type=INT), 0)
            wrong = Transform(place, (item,), items, negated(each), Local(place, item))
            found = ListOf(place, (Call(place, "_[_]", (wrong, first), is_member=False),))
            said = Transform(place, (item,), found, None, saying)
            saying = Call(place, "_[_]", (said, first), is_member=False)
        return replace(claim, condition=condition, written="", saying=saying)

    def _variables(self, nodes: Iterable[Node], when: Node | None) -> Iterator[tuple[str, str]]:
        """The variables that `nodes` and `when` read, after those that they read themselves."""
        wanted = frozenset[str]().union(*map(variables, nodes))
        own: list[tuple[str, str]] = []
        for name, program in reversed(tuple(self.compiled.variables.items())):
            if name in wanted:
                with self.reasons.collecting(program.source.span):
                    node = self.translator.translated(program)
                    wanted |= variables(node)
                    is_own = node is program.checked and is_read_as(program.source.text, node)
                    text = program.source.text.strip() if is_own else laid_out(node)
                    own.append((name.removeprefix(VARIABLES), text))
        facts = self.translator.read
        if _APPLIES in wanted and when is not None:
            wanted |= variables(when)
            own.append((_APPLIES.removeprefix(VARIABLES), laid_out(when)))
        for name in reversed(facts):
            wanted |= variables(facts[name]) if name in wanted else frozenset()
        yield from (
            (name.removeprefix(VARIABLES), laid_out(node)) for name, node in facts.items() if name in wanted
        )
        yield from reversed(own)


def _where(when: Node, claimed: Node) -> Node:
    """That `claimed` holds where `when` does, and that it is known whether that does."""
    return Conditional(claimed.place, when, claimed, Const(claimed.place, True))  # noqa: FBT003 - a value of CEL


def _holds(node: Node) -> bool:
    """Whether `node` is sure to be true."""
    match node:
        case Const(_, value):
            return value is True
        case Conditional(_, Const(_, False), _, otherwise):
            return _holds(otherwise)
        case Quantifier(_, QuantifierKind.ALL, _, _, predicate):
            return _holds(predicate)
        case _:
            return False


def _reads_variables(node: Node) -> bool:
    return any(name.startswith(VARIABLES) for name in variables(node))


def _written(claim: Claim) -> tuple[str, str, str | None]:
    saying = None if claim.saying is None else _of_string(laid_out(claim.saying), claim.saying)
    return _of_bool(claim.written or laid_out(claim.condition), claim.condition), claim.message, saying


def _of_bool(text: str, node: Node) -> str:
    """`text`, which is `node`, so that the API server knows it for a bool, which it insists on."""
    if read_type(text) == BOOL:
        return text
    place = node.place
    return laid_out(Conditional(place, node, Const(place, True), Const(place, False)))  # noqa: FBT003 - values of CEL


def _of_string(text: str, node: Node) -> str:
    """`text`, which is `node`, so that the API server knows it for a string; of anything else it fails."""
    if read_type(text) == STRING:
        return text
    return laid_out(Call(node.place, "_+_", (node, Const(node.place, "")), is_member=False))
