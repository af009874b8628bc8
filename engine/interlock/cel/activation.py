"""What an expression is evaluated over: bound variables, and what one evaluation carries with it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, Protocol

import msgspec

from interlock.cel.cost.ceiling import Extent
from interlock.cel.cost.guard import LARGEST, extent_of
from interlock.cel.cost.meter import Meter
from interlock.cel.values import EvaluationError, LimitExceeded

_ENCODER: Final = msgspec.json.Encoder()


class Computed(Protocol):
    """What computes a variable of a policy: a program."""

    def value(self, activation: "Activation") -> Any:
        """The value of the variable, counted where `activation` counts."""
        ...


class Activation(dict[str, Any]):
    """Bound variables by name; a policy's own variables are computed when they are first read, and kept."""

    programs: Mapping[str, Computed] = MappingProxyType({})
    failures: Mapping[str, "EvaluationError | LimitExceeded"] = MappingProxyType({})
    """Variables that failed: kept too, or one that reads others would repeat a failure on every path to it."""

    meter: Meter | None = None
    """What counts the cost of the expression that is being evaluated, if anybody counts."""

    until: int | None = None
    """The `time.monotonic_ns()` by which evaluations are to end."""

    whole: Any = None
    """The value that all bound variables are parts of, where there is one."""

    _extent: Extent | None = None

    @property
    def extent(self) -> Extent:
        """An extent that all that is bound is within."""
        if self._extent is None:
            try:
                # A character and an element take a byte of JSON each, and nothing counts bytes faster.
                written = _ENCODER.encode(dict(self) if self.whole is None else self.whole)
            except (TypeError, ValueError, RecursionError):
                self._extent = LARGEST
            else:
                # What has elements opens once, and all but its first one follow a comma.
                elements = sum(map(written.count, (b"{", b"[", b",")))
                self._extent = extent_of(len(written), elements)
        return self._extent

    def extended(self, programs: Mapping[str, Computed]) -> "Activation":
        """A copy whose further variables hold what `programs` evaluate to."""
        copy = Activation(self)
        copy.programs, copy.until, copy.whole, copy._extent = programs, self.until, self.whole, self._extent
        return copy

    def __missing__(self, name: str) -> Any:
        if name in self.failures:
            raise self.failures[name].with_traceback(None)
        if name not in self.programs:
            raise EvaluationError(f"no such variable: {name}")
        try:
            value = self[name] = self.programs[name].value(self)
        except (EvaluationError, LimitExceeded) as error:
            self.failures = {**self.failures, name: error}
            raise
        return value
