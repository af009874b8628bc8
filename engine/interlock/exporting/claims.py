"""What rules and limits demand, as conditions that must be true."""

from dataclasses import dataclass

from interlock.cel.ir import Call, Conditional, Const, Node
from interlock.cel.program import Program
from interlock.cel.types import BOOL
from interlock.exporting.parsing import is_read_as
from interlock.exporting.translate import Translator
from interlock.exporting.unfit import UnfitError
from interlock.loading.compiled import CompiledRule
from interlock.model.obligation import Obligation
from interlock.model.policy import Effect
from interlock.spelling import quoted


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A condition of Kubernetes that denies where it is not true, and what is then said.

    `written` is the author's own text of it, where that says the same.
    """

    condition: Node
    written: str = ""
    message: str
    saying: Node | None = None


def of_rule(rule: CompiledRule, translator: Translator) -> Claim:
    """What `rule` demands.

    Raises:
        UnfitError: Kubernetes can't demand that.
    """
    if rule.id.effect is Effect.PERMIT:
        raise UnfitError("`permit` allows what a closed layer denies, and Kubernetes has no such thing")
    refuse_obligations(rule.rule.obligations)
    message = one_line(rule.rule.message) or f"failed: {' '.join(rule.rule.expression.text.split())}"
    saying = None if rule.message is None else translator.translated(rule.message)
    found = translator.translated(rule.program)
    condition, text = boolean(found, rule.program), ""
    if rule.id.effect is Effect.FORBID:
        condition = negated(condition)
    elif condition is rule.program.checked and is_read_as(rule.rule.expression.text, condition):
        text = rule.rule.expression.text.strip()
    return Claim(condition=condition, written=text, message=message, saying=saying)


def boolean(node: Node, program: Program) -> Node:
    """`node`, which is what `program` computes, failing where that gives no bool, and not only untrue."""
    if program.type == BOOL:
        return node
    return Conditional(node.place, node, Const(node.place, True), Const(node.place, False))  # noqa: FBT003 - values of CEL


def negated(node: Node) -> Node:
    """What is true where `node` is false."""
    return Call(node.place, "!_", (node,), is_member=False)


def refuse_obligations(obligations: tuple[Obligation, ...]) -> None:
    """Raise UnfitError where there are any."""
    if obligations:
        names = ", ".join(quoted(each.name) for each in obligations)
        raise UnfitError(f"obliges to {names}, and Kubernetes obliges nobody")


def one_line(message: str) -> str:
    """`message`, which has one line.

    Raises:
        UnfitError: it has more, and Kubernetes takes no such message.
    """
    stripped = message.strip()
    if "\n" in stripped:
        raise UnfitError("its message has several lines, and Kubernetes takes one: write it with `>-`")
    return stripped
