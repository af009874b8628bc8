"""Label and field selectors, as query parameters spell them and as objects hold them."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import re2

from support.kubernetes.failures import bad_request
from support.kubernetes.resources import Object

Selects = Callable[[Object], bool]

_TERM: Final = re2.compile(r"(?:[^,(]|\([^)]*\))+")
_SET: Final = re2.compile(r"^(\S+)\s+(in|notin)\s+\(([^)]*)\)$")


def by_labels(text: str) -> Selects:
    """What the labels that `text` asks for select, as `?labelSelector=` has it."""
    wanted = [_label_term(term.strip()) for term in _TERM.findall(text)]
    return lambda body: all(each(body["metadata"].get("labels") or {}) for each in wanted)


def by_fields(text: str) -> Selects:
    """What the fields that `text` asks for select, as `?fieldSelector=` has it."""
    wanted = [_field_term(term.strip()) for term in text.split(",") if term]
    return lambda body: all(each(body) for each in wanted)


def selects(selector: Object | None, labels: Mapping[str, str]) -> bool:
    """Whether a LabelSelector selects `labels`: an empty one selects everything."""
    selector = selector or {}
    same = all(labels.get(key) == each for key, each in (selector.get("matchLabels") or {}).items())
    return same and all(_meets(each, labels) for each in selector.get("matchExpressions") or ())


def _meets(requirement: Object, labels: Mapping[str, str]) -> bool:
    key, values = requirement["key"], requirement.get("values") or []
    match requirement["operator"]:
        case "In":
            return labels.get(key) in values
        case "NotIn":
            return labels.get(key) not in values
        case "Exists":
            return key in labels
        case "DoesNotExist":
            return key not in labels
        case other:
            raise bad_request(f'"{other}" is not a valid label selector operator')


def _label_term(term: str) -> Callable[[Mapping[str, str]], bool]:
    if found := _SET.match(term):
        key, how, listed = found.groups()
        values = [each.strip() for each in listed.split(",")]
        operator = "In" if how == "in" else "NotIn"
        return lambda labels: _meets({"key": key, "operator": operator, "values": values}, labels)
    if "!=" in term:
        key, _, value = term.partition("!=")
        return lambda labels: labels.get(key.strip()) != value.strip()
    if "=" in term:
        key, _, value = term.replace("==", "=").partition("=")
        return lambda labels: labels.get(key.strip()) == value.strip()
    if term.startswith("!"):
        return lambda labels: term[1:].strip() not in labels
    return lambda labels: term in labels


def _field_term(term: str) -> Selects:
    path, _, value = term.replace("==", "=").partition("=")
    if path.endswith("!"):
        return lambda body: _field(body, path[:-1]) != value
    return lambda body: _field(body, path) == value


def _field(body: Object, path: str) -> str:
    node: Any = body
    for step in path.split("."):
        node = node.get(step) if isinstance(node, dict) else None
    return "" if node is None else str(node)
