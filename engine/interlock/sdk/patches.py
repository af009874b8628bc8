"""What policies changed, put into a body. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any, cast

from interlock.decisionlog.recorded import RecordedPatch
from interlock.errors import ConflictError


def patched(body: Mapping[str, Any], patches: Iterable[RecordedPatch]) -> dict[str, Any]:
    """`body` with the values of `patches` in their places; `body` itself stays as it is.

    Raises:
        ConflictError: a patch leads to no place in it: it is another body than the one that was decided.
    """
    changed: Any = dict(body)
    for patch in patches:
        changed = _with(changed, patch["path"], patch["value"])
    return cast("dict[str, Any]", changed)


def _with(value: Any, path: list[str | int], new: object) -> Any:  # noqa: ANN401 - any JSON
    if not path:
        return new
    step, *rest = path
    match value, step:
        case None, str():
            # A parent that is missing, or null, is made.
            return {step: _with(None, rest, new)}
        case dict(), str():
            return {**value, step: _with(value.get(step), rest, new)}
        case list(), int() if 0 <= step < len(value):
            return [*value[:step], _with(value[step], rest, new), *value[step + 1 :]]
        case list(), int() if step == len(value):
            return [*value, _with(None, rest, new)]
    raise ConflictError("the body is not what was decided: a change of policies leads to no place in it")
