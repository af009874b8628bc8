"""How a table of overloads is written down: one line each."""

from interlock.cel.libraries.overloads import Function, Overload
from interlock.cel.types import CelType


def function(
    id_: str, name: str, parameters: tuple[CelType, ...], result: CelType, compute: Function
) -> Overload:
    """An overload that is called as `name(a, b)`."""
    return Overload(id=id_, function=name, parameters=parameters, result=result, compute=compute)


def member(
    id_: str, name: str, parameters: tuple[CelType, ...], result: CelType, compute: Function
) -> Overload:
    """An overload that is called as `a.name(b)`."""
    return Overload(
        id=id_, function=name, parameters=parameters, result=result, compute=compute, is_member=True
    )
