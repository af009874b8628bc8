"""Defaults of many policies merged into one object.

Equal values for one place merge, different ones conflict: a flat lattice, so
order and repetition don't matter. A default is applied only where the object
has nothing, and what is applied depends on nothing but that; so applying
defaults a second time changes nothing.
"""

from collections.abc import Iterable
from typing import Any

from interlock.identity import PolicyName
from interlock.model.patch import Conflict, Default, Patch, Path, Scalar


def merge(
    document: dict[str, Any], proposals: Iterable[tuple[PolicyName, Default]]
) -> tuple[tuple[Patch, ...], tuple[Conflict, ...]]:
    """The patches that `document` needs, and all conflicts; both sorted by path.

    Two values for one place conflict, a place inside another default's value
    does, and so does a place inside something that is no object.
    """
    wanted = _by_place(document, proposals)
    patches: list[Patch] = []
    conflicts: list[Conflict] = []
    for path, asked in sorted(wanted.items()):
        policies = tuple(sorted({policy for policy, _ in asked}))
        reason = _obstacle(document, path, asked, wanted)
        if reason:
            conflicts.append(Conflict(path=path, reason=reason, policies=policies))
        else:
            patches.append(Patch(path=path, value=asked[0][1], policies=policies))
    return tuple(patches), tuple(conflicts)


def apply(document: dict[str, Any], patches: Iterable[Patch]) -> dict[str, Any]:
    """A copy of `document` with the patches applied; what they don't touch is shared with it."""
    patched = dict(document)
    for patch in patches:
        parent = patched
        for key in patch.path[:-1]:
            parent[key] = dict(parent.get(key) or {})
            parent = parent[key]
        parent[patch.path[-1]] = patch.value
    return patched


def lookup(document: dict[str, Any], path: Path) -> Any:  # noqa: ANN401  # any JSON
    """What `document` has at `path`; None where it has nothing. Null is nothing, as in Kubernetes.

    Raises:
        TypeError: the path leads through something that is no object.
    """
    here: Any = document
    for key in path:
        if here is None:
            return None
        if not isinstance(here, dict):
            raise TypeError(key)
        here = here.get(key)
    return here


_Wanted = dict[Path, list[tuple[PolicyName, Scalar]]]


def _by_place(document: dict[str, Any], proposals: Iterable[tuple[PolicyName, Default]]) -> _Wanted:
    """The proposals for places where `document` has nothing."""
    wanted: _Wanted = {}
    for policy, default in proposals:
        try:
            is_open = lookup(document, default.path) is None
        except TypeError:
            is_open = True  # found to be an obstacle when it is merged
        if is_open:
            wanted.setdefault(default.path, []).append((policy, default.value))
    return wanted


def _obstacle(
    document: dict[str, Any], path: Path, asked: list[tuple[PolicyName, Scalar]], wanted: _Wanted
) -> str:
    """Why the place can't have a value, or nothing."""
    # `True` and `1` are equal in Python and different in JSON.
    values = {(type(value), value) for _, value in asked}
    if len(values) > 1:
        return f"policies disagree: {', '.join(sorted(repr(value) for _, value in values))}"
    for length in range(1, len(path)):
        if path[:length] in wanted:
            return f"`{'.'.join(path[:length])}` has a default of its own"
    try:
        lookup(document, path)
    except TypeError:
        return "it is inside something that is no object"
    return ""
