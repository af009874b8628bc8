"""Where a class stands in an order that the policy gives: `['small', 'standard', 'frontier']`.

The Catalog's classes have no order of their own. A class that is not in the
list has no place, and so no answer: an error, which denies.
"""

from typing import Any, Final

from interlock.cel.libraries.overloads import Overload
from interlock.cel.libraries.signatures import member
from interlock.cel.types import BOOL, INT, STRING, list_of
from interlock.cel.values import EvaluationError


def rank(order: list[Any], class_: str) -> int:
    """The position of `class_` in `order`, from 0.

    Raises:
        EvaluationError: it has none.
    """
    try:
        return order.index(class_)
    except ValueError:
        raise EvaluationError("the class is not in the order") from None


def at_most(order: list[Any], class_: str, limit: str) -> bool:
    """Whether `class_` stands no later in `order` than `limit`.

    Raises:
        EvaluationError: one of them is not in it.
    """
    return rank(order, class_) <= rank(order, limit)


OVERLOADS: Final[tuple[Overload, ...]] = (
    member("list_rank_string", "rank", (list_of(STRING), STRING), INT, rank),
    member("list_at_most_string_string", "atMost", (list_of(STRING), STRING, STRING), BOOL, at_most),
)
