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
    ahead = generator.read_ahead([node])
    body = generator.code(node, {})
    # In parentheses, so that what Python's compiler takes here it takes in the call of a sieve's test too.
    # What goes past a bound here does so in the interpreter too, only later.
    generator.names["LimitExceeded"] = LimitExceeded
    text = (
        "def evaluate(a):\n"
        f"{_budget(generator, body.text)}"
        "    try:\n"
        f"{''.join(f'        {line}{chr(10)}' for line in ahead)}"
        f"        return ({body.text})\n"
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
    # What can't be read ahead leaves its variable without a value, and the nodes that read it fail.
    ahead = generator.read_ahead(node for node, _ in rules if node is not None)
    tests = [f"    try:\n        {line}\n    except Exception:\n        pass\n" for line in ahead]
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
