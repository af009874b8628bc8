"""Documents of anything: whatever stands in them, an extractor gives a valid Intent or refuses them."""

import copy
from collections.abc import Callable, Iterator
from typing import Any, Final

from hypothesis import strategies as st
from pydantic import TypeAdapter

from interlock.errors import RequestError
from interlock.model.intent import Intent

_INTENTS: Final[TypeAdapter[Intent]] = TypeAdapter(Intent)


def refusal(entry: Callable[[Any], Intent], document: Any) -> str | None:
    """Why `document` is refused; None where it gives an Intent, which then is valid."""
    try:
        _INTENTS.validate_python(entry(document), strict=True)
    except RequestError as refused:
        return str(refused)
    return None


def is_one_line(message: str | None) -> bool:
    """Whether a refusal, if there is one, says why in one line."""
    return message is None or (bool(message) and "\n" not in message)


def changed(document: Any, values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Copies of `document` with one of `values` in one place."""
    return st.builds(_replaced, st.just(document), st.sampled_from([*_places(document)]), values)


def _replaced(document: Any, place: tuple[Any, ...], value: Any) -> Any:
    copied = copy.deepcopy(document)
    *path, last = place
    parent = copied
    for key in path:
        parent = parent[key]
    parent[last] = value
    return copied


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield (*path, key)
        yield from _places(child, (*path, key))
