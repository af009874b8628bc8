"""Values that are computed where they are first read."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from interlock.cel.values import EvaluationError


@dataclass(slots=True)
class Lazy:
    """What a macro binds: evaluated where it is first read, and kept, whether it is a value or an error."""

    compute: Callable[[], Any] | None
    value: Any = None
    error: EvaluationError | None = None

    def read(self) -> Any:
        """The value.

        Raises:
            EvaluationError: there is an error instead.
        """
        compute, self.compute = self.compute, None
        if compute is not None:
            try:
                self.value = compute()
            except EvaluationError as error:
                self.error = error
        if self.error is not None:
            raise self.error.with_traceback(None)
        return self.value
