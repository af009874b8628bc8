"""Many policies on one AdmissionReview: the expressions over it again and again, each a program of its own."""

from typing import Any

from benchmarks.contenders import (
    BY_HAND,
    GOOGLE,
    GOOGLE_FRESH,
    INTERLOCK,
    Contender,
    environment,
    google_environment,
)
from benchmarks.expressions import EXPRESSIONS, REVIEW, Expression

from interlock.cel.activation import Activation
from interlock.spans import typed_in


def crowd(count: int) -> dict[str, Contender]:
    """`count` policies by hand, on Interlock one by one and as one sieve, and on cel-expr-python."""
    over_review = [each for each in EXPRESSIONS if list(each.variables) == ["request"]]
    policies = [over_review[number % len(over_review)] for number in range(count)]
    return {
        BY_HAND: Contender(
            "[hand(request) for hand in hands]",
            {"hands": [each.by_hand for each in policies], "request": REVIEW["request"]},
        ),
        **_ours(policies),
        **_googles(policies),
    }


def _ours(policies: list[Expression]) -> dict[str, Contender]:
    env = environment(policies[0])
    programs = [env.compile(typed_in(each.source)) for each in policies]
    names: dict[str, Any] = {
        "evaluates": [each.evaluate for each in programs],
        "sieve": env.sieve([(each, False) for each in programs]),
        "bound": Activation(request=REVIEW["request"]),
    }
    return {
        INTERLOCK: Contender("[evaluate(bound) for evaluate in evaluates]", names),
        "interlock, one sieve": Contender("sieve(bound)", names),
    }


def _googles(policies: list[Expression]) -> dict[str, Contender]:
    env = google_environment(policies[0])
    names: dict[str, Any] = {
        "programs": [env.compile(each.source) for each in policies],
        "Activation": env.Activation,
        "values": {"request": REVIEW["request"]},
        "bound": env.Activation({"request": REVIEW["request"]}),
    }
    return {
        GOOGLE: Contender("[program.eval(bound).value() for program in programs]", names),
        GOOGLE_FRESH: Contender(
            "[program.eval(Activation(values)).value() for program in programs]", names, is_slow=True
        ),
    }
