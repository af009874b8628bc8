"""What the API server takes of documents and what loads are the same, less what is stated here."""

from collections import defaultdict
from copy import deepcopy
from pathlib import Path
from typing import Any, Final

import re2
from hypothesis import given
from hypothesis import strategies as st

from interlock.loading.validate import KINDS
from support.crds.documents import in_file, on_page, told
from support.crds.validation import said

_ROOT: Final = Path(__file__).parents[3]
_SOUND: Final = [
    document
    for folder in ("policies", "testdata/decisions")
    for path in sorted((_ROOT / folder).rglob("*.yaml"))
    for document in in_file(path)
    if "spec" in document
] + [document for page in sorted((_ROOT / "docs/reference").glob("*.md")) for document in on_page(page)]

LOADING_ALONE: Final = (
    # Values of more than one type have no type in a structural schema.
    r"must be a text, a whole number, `true`",
    r"must list texts",
    r"must be a list of texts",
    r"is empty: add an entry",
    # Rules of the API server can't read those values, or couldn't afford to.
    r"already: move `\w+` to a limit of its own",
    r": no text is left",
    r"the rule in line \d+ has it already",
    r"is no amount of",
    r"the burst is not below the limit",
    # What only the service knows: types, time zones, currencies.
    r"(?:result|type)` can't be",
    r"time zone",
    r"three capital letters",
    r"must be a semantic version",
    r"must be a quantity",
    r"must be a name of an attribute",
    r"must be a CEL expression over `device`",
    # Blanks and capitals beyond ASCII.
    r"a name in which only `\*` is special",
    r"must be lower case",
    r"approver is the owner",
)
"""What loading says of documents that the API server takes."""

_ANYTHING: Final = st.sampled_from(
    (
        *("", " ", "\u00a0", "a", "A", "a-b", "in", "*", "apiVersion", "90s", "1.25", "sha256:" + "0" * 64),
        *("2026-01-01T00:00:00Z", "2026-02-30t00:00:00z"),
        *(0, 1, -1, 2**40, True, 1.5, [], {}, ["a"], ["a", ""], {"a": "b"}),
    )
)


def _places(value: Any) -> list[tuple[Any, Any]]:
    """Each container within `value`, with each of its keys or indexes."""
    if not isinstance(value, dict | list):
        return []
    here: list[tuple[Any, Any]] = [
        (value, key) for key in (value if isinstance(value, dict) else range(len(value)))
    ]
    return here + [place for container, key in here for place in _places(container[key])]


# What stands at a key in any of the documents, and which keys stand beside it.
_AT: Final = defaultdict[Any, list[Any]](list)
_BESIDE: Final = defaultdict[Any, set[str]](set)
for _container, _key in (place for document in _SOUND for place in _places(document["spec"])):
    if isinstance(_container, dict):
        _AT[_key].append(_container[_key])
        _BESIDE[_key] |= _container.keys()


@st.composite
def changed(draw: st.DrawFn) -> dict[str, Any]:
    """A document that loads, after one or two changes to it."""
    kind = draw(st.sampled_from(sorted(KINDS)))
    document: dict[str, Any] = deepcopy(
        draw(st.sampled_from([each for each in _SOUND if each["kind"] == kind]))
    )
    for _ in range(draw(st.integers(1, 2))):
        places = [(document["metadata"], "name"), *_places(document["spec"])]
        container, key = draw(st.sampled_from(places))
        match draw(st.sampled_from(("replace", "remove", "add"))):
            # Of metadata, what isn't the name is for the API server to check.
            case "remove" if container is not document["metadata"]:
                del container[key]
            case "add" if isinstance(container, list):
                container.append(deepcopy(container[key]))
            case "add" if container is not document["metadata"]:
                key = draw(st.sampled_from(sorted(_BESIDE.get(key, {"name"}))))
                container[key] = draw(_values(key))
            case _:
                container[key] = draw(_values(key))
    return document


def _is_loading_alone(message: str) -> bool:
    return any(re2.compile(known).search(message) for known in LOADING_ALONE)


def _values(key: str | int) -> st.SearchStrategy[Any]:
    """What might stand at `key`: a copy each time, since a later change may be made within it."""
    return (st.sampled_from(_AT.get(key, [""])) | _ANYTHING).map(deepcopy)


@given(changed())
def test_the_api_server_refuses_nothing_that_loads(document: dict[str, Any]) -> None:
    if not told(document):
        assert said(document) == []


@given(changed())
def test_what_the_api_server_takes_loads_or_only_loading_can_see_why_not(document: dict[str, Any]) -> None:
    if not said(document):
        assert [message for message in told(document) if not _is_loading_alone(message)] == []
