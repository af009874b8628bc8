"""Python expressions to Python functions.

What a function does beside its expressions is the same for all: make the
budget of its inner loops, and hand over to the interpreter what fails.
"""

from collections.abc import Sequence

from interlock.cel.budget import Budget
from interlock.cel.code import Code
from interlock.cel.generate import Generator
from interlock.cel.ir import Node
from interlock.cel.values import LimitExceeded


def evaluation(generator: Generator, node: Node) -> Code:
    """The source of `evaluate(a)`, which returns the value of `node` over the activation `a`."""
    body = generator.code(node, {})
    # What goes past a bound here does so in the interpreter too, only later.
    generator.names["LimitExceeded"] = LimitExceeded
    text = (
        "def evaluate(a):\n"
        f"{_budget(generator, body.text)}"
        "    try:\n"
        f"        return {body.text}\n"
        "    except LimitExceeded:\n"
        "        raise\n"
        "    except Exception:\n"
        "        return exact(a)\n"
    )
    return Code(text, body.type)


def sieve(generator: Generator, rules: Sequence[tuple[Node | None, bool]]) -> str:
    """The source of `sieve(a)`: the numbers of the nodes that aren't their boolean, and of those that fail.

    One function over many nodes saves a call each. A node that fails here, or
    that there is no code for, is to be evaluated by itself, exactly.
    """
    tests = []
    for number, (node, silent) in enumerate(rules):
        if node is None:
            tests.append(f"    failed.append({number})\n")
            continue
        condition = generator.condition(node, {})
        tests.append(
            "    try:\n"
            f"        if {'not ' if silent else ''}{condition}:\n"
            f"            found.append({number})\n"
            "    except Exception:\n"
            f"        failed.append({number})\n"
        )
    body = "".join(tests)
    head = f"def sieve(a):\n    found = []\n    failed = []\n{_budget(generator, body)}"
    return f"{head}{body}    return found, failed\n"


def _budget(generator: Generator, body: str) -> str:
    """The line that `b` needs, where `body` has nested loops or searches."""
    if "b.spend(" not in body and "b.search(" not in body:
        return ""
    generator.names["Budget"] = Budget
    return "    b = Budget()\n"
