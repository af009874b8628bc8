"""Where a policy reads what has no type, so that a misspelt field is no error."""

from collections.abc import Iterator

from interlock.analysis.finding import Finding, Severity
from interlock.cel.ir import Node, Select, Variable
from interlock.cel.program import Program
from interlock.cel.text.unparse import unparse
from interlock.cel.tree import children
from interlock.cel.types import DYN
from interlock.loading.compiled import CompiledPolicy
from interlock.spelling import quoted


def openness(compiled: CompiledPolicy) -> Iterator[Finding]:
    """What `compiled` reads of the object without a type, each place once."""
    seen: set[str] = set()
    for _, program in compiled.deciding:
        for node, why in _open(program.node, compiled):
            text = unparse(node)
            if text not in seen:
                seen.add(text)
                yield _note(program, node, f"{quoted(text)} is dynamic: {why}")


def _open(node: Node, compiled: CompiledPolicy) -> Iterator[tuple[Node, str]]:
    match node:
        case Variable(place, "object") if place.type == DYN:
            yield node, _why_untyped(compiled)
        case Select(_, operand, field):
            why = compiled.declarations.why_dynamic(operand.place.type, field)
            if why is not None:
                yield node, why
        case _:
            pass
    for child in children(node):
        yield from _open(child, compiled)


def _why_untyped(compiled: CompiledPolicy) -> str:
    kinds = sorted(compiled.policy.match.kinds)
    if not kinds:
        return "the policy names no kinds"
    return f"there is no schema for {' or '.join(map(quoted, kinds))}"


def _note(program: Program, node: Node, message: str) -> Finding:
    return Finding(program.source.at(node.place.offset), Severity.NOTE, message)
