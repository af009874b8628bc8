"""What other implementations of the language compute, each asked for what it is known to get right."""

from typing import Any

from hypothesis import HealthCheck, assume, given, settings

from interlock.cel.activation import Activation
from support.grammars import drawn
from support.oracles import celpy, google, rust
from support.outcomes import LIMIT
from support.programs import ERROR, INPUTS, TRUSTING, found, program_of
from support.undirected import undirected


def ours(text: str, values: dict[str, Any], visible: Any) -> Any:
    """What an oracle can tell of our value of `text`."""
    program = program_of(TRUSTING, text)
    kind, value = found(lambda: program.evaluate(Activation(values)))
    assume(kind != LIMIT)
    if kind == ERROR:
        return ERROR
    return visible(float("nan") if kind == "nan" else value)


def check_google(text: str, values: dict[str, Any]) -> None:
    assume(google.can_read(values))
    found_here = ours(text, values, google.visible)
    try:
        theirs = google.value(text, values)
    except google.NotAcceptedError:
        # Its checker knows fewer overloads: those of Kubernetes are not among them.
        assume(condition=False)
        raise
    assert found_here == theirs


@given(drawn(google.GRAMMAR), INPUTS)
def test_google_finds_the_same_in_whatever_its_libraries_have(text: str, values: dict[str, Any]) -> None:
    check_google(text, values)


@settings(suppress_health_check=[HealthCheck.filter_too_much])
@given(undirected(productions=google.UNDIRECTED), INPUTS)
def test_google_finds_the_same_whatever_the_types(text: str, values: dict[str, Any]) -> None:
    check_google(text, values)


@given(drawn(rust.GRAMMAR, rust.KINDS), INPUTS)
def test_the_rust_implementation_finds_the_same_in_the_standard_library(
    text: str, values: dict[str, Any]
) -> None:
    here, theirs = ours(text, values, rust.visible), rust.value(text, values)
    assume(here == theirs or not rust.is_gap(text, theirs))
    assert here == theirs


@given(drawn(celpy.GRAMMAR, celpy.KINDS), INPUTS)
def test_cel_python_finds_the_same_in_the_typed_core(text: str, values: dict[str, Any]) -> None:
    here, theirs = ours(text, values, celpy.visible), celpy.value(text, values)
    assume(here == theirs or not celpy.is_gap(text, here, theirs))
    assert here == theirs
