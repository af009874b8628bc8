"""Where a class stands in an order."""

import pytest

from interlock.cel.libraries.own.versions import V1
from support.libraries import Expressions

LIBRARY = Expressions((V1,))
ORDER = "['small', 'standard', 'frontier']"


@pytest.mark.parametrize(("class_", "rank"), [("small", 0), ("standard", 1), ("frontier", 2)])
def test_a_class_has_a_rank(class_: str, rank: int) -> None:
    assert LIBRARY.value(f"{ORDER}.rank(x)", x=class_) == rank
    assert LIBRARY.value(f"{ORDER}.atMost(x, 'standard')", x=class_) is (rank <= 1)


@pytest.mark.parametrize("text", ["rank(x)", "atMost(x, 'small')", "atMost('small', x)"])
def test_a_class_that_is_not_in_the_order_has_no_answer(text: str) -> None:
    assert LIBRARY.error(f"{ORDER}.{text}", x="unknown") == "the class is not in the order"


def test_the_first_of_equal_classes_counts() -> None:
    assert LIBRARY.value("['a', 'b', 'a'].rank('a')") == 0
