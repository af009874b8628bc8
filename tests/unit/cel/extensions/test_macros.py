"""Extensions that are macros only."""

from interlock.cel.libraries.extensions.macros import BINDINGS, TWO_VARIABLES
from support.libraries import Expressions

MACROS = Expressions((BINDINGS, TWO_VARIABLES))


def test_a_value_is_bound_to_a_name() -> None:
    assert MACROS.value("cel.bind(y, x + 1, y * y)", x=2) == 9
    assert not Expressions(()).accepts("cel.bind(y, 1, y)")


def test_loops_have_two_variables() -> None:
    assert MACROS.value("x.transformList(i, v, i * v)", x=[5, 6]) == [0, 6]
    assert MACROS.value("x.transformMap(k, v, v + 1)", x={"a": 1}) == {"a": 2}
    assert not Expressions(()).accepts("[1].transformList(i, v, i)")
