"""The time of a decision: given, or now."""

from typing import Annotated, TypeAlias

import typer
from pydantic import TypeAdapter, ValidationError

from interlock.clock import now
from interlock.errors import OperatorError
from interlock.loading.kinds.waiver import InstantText
from interlock.spelling import quoted
from interlock.units import Instant

NowOption: TypeAlias = Annotated[
    str | None,
    typer.Option(metavar="TIME", help="Decide as of this RFC 3339 time, such as 2026-07-01T00:00:00Z."),
]

_ADAPTER: TypeAdapter[int] = TypeAdapter(InstantText)


def instant(given: str | None, option: str = "--now") -> Instant:
    """The instant that `given` names, which is the value of `option`, or the present one.

    Raises:
        OperatorError: `given` is no RFC 3339 time.
    """
    if given is None:
        return now()
    try:
        return Instant(_ADAPTER.validate_python(given))
    except ValidationError as error:
        raise OperatorError(f"`{option}` is {quoted(given)}: it {error.errors()[0]['msg']}") from None
