"""Python expressions to Python functions.

What a function does beside its expressions is the same for all: see that the
turns of its loops are paid for, and hand over to the interpreter what fails.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from interlock.cel.cost.budget import Budget, within
from interlock.cel.cost.guard import Guard
from interlock.cel.generation.generate import Generator
from interlock.cel.ir import Loop, Node
from interlock.cel.tree import children, is_closed, is_search, open_loops


@dataclass(frozen=True, slots=True)
class Plan:
    """What generated code computes, and what is sure of its cost.

    `node` has as many loops with open ranges as the expression that `guard` is of.
    """

    node: Node
    guard: Guard


def evaluation(generator: Generator, plan: Plan) -> str:
    """The source of `evaluate(a)`, which returns the value of the plan over the activation `a`."""
    paying = _paying(generator, plan)
    ahead = generator.read_ahead([plan.node])
    body = generator.code(plan.node, {})
    # In parentheses, so that what Python's compiler takes here it takes in the call of a sieve's test too.
    lines = [*paying, *ahead, f"return ({body.text})"]
    return (
        "def evaluate(a):\n"
        "    try:\n"
        f"{''.join(f'        {line}{chr(10)}' for line in lines)}"
        "    except Exception:\n"
        "        return exact(a)\n"
    )


def executed(text: str, file: str, names: Mapping[str, Any]) -> dict[str, Any]:
    """The globals after `text`, which was assembled here, has run over `names`."""
    made = dict(names)
    exec(compile(text, file, "exec"), made)  # noqa: S102  # no text of a request or a policy is in it, but as a repr
    return made


def sieve(generator: Generator, rules: Sequence[tuple[Plan | None, bool]]) -> str:
    """The source of `sieve(a)`: the numbers of the plans that aren't their boolean, and of those that fail.

    One function over many plans saves a call each. What fails here, or has no
    plan, is to be evaluated by itself, exactly.
    """
    # What can't be read ahead leaves its variable without a value, and the nodes that read it fail.
    ahead = generator.read_ahead(plan.node for plan, _ in rules if plan is not None)
    tests = [f"    try:\n        {line}\n    except Exception:\n        pass\n" for line in ahead]
    tests += [_test(generator, number, plan, silent=silent) for number, (plan, silent) in enumerate(rules)]
    head = "def sieve(a):\n    found = []\n    failed = []\n"
    return f"{head}{''.join(tests)}    return found, failed\n"


def _test(generator: Generator, number: int, plan: Plan | None, *, silent: bool) -> str:
    if plan is None:
        return f"    failed.append({number})\n"
    paying = "".join(f"        {line}\n" for line in _paying(generator, plan))
    condition = generator.condition(plan.node, {})
    return (
        "    try:\n"
        f"{paying}"
        f"        if {'not ' if silent else ''}{condition}:\n"
        f"            found.append({number})\n"
        "    except Exception:\n"
        f"        failed.append({number})\n"
    )


def _paying(generator: Generator, plan: Plan) -> list[str]:
    """The lines that the loops of `plan` need before them; `generator` is told how they pay."""
    loops, turns = open_loops(plan.node), plan.guard.always
    if turns is None:
        generator.pay = "b.spend"
        return [f"b = {generator.name(plan.guard)}.budget(a.extent)"]
    if _is_nested(plan.node, is_loop=False):
        generator.pay = "b.spend"
        return [f"b = {generator.name(Budget)}({turns})"]
    generator.pay = generator.name(within(turns // loops)) if loops else ""
    return []


def _is_nested(node: Node, *, is_loop: bool) -> bool:
    """Whether the turns of a loop in `node` multiply: it is in a loop, or looks for something in a list."""
    if is_loop and (is_search(node) or (isinstance(node, Loop) and not is_closed(node.range))):
        return True
    is_loop = is_loop or isinstance(node, Loop)
    return any(_is_nested(child, is_loop=is_loop) for child in children(node))
