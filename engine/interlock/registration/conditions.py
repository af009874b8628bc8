"""Match conditions: what the API server decides for itself not to send. Pure.

CEL over `request`, `object` and `oldObject`, each cheap and none failing,
whatever the request is: a condition that fails would be the failure policy's to
judge. What is stored has `metadata`; there is no `object` in a `DELETE`, and no
`oldObject` in a `CREATE`. `namespaceObject` is not bound here (k8s.io/apiserver,
matchconditions). No syntax that only newer releases have.
"""

from collections.abc import Iterable
from typing import Final

from interlock.registration.reach import Reach, ordered
from interlock.registration.resources import READ, UNSENT_CORE, UNSENT_GROUPS, UNSENT_PARTS
from interlock.registration.settings import EXEMPT_LABEL, Settings

Condition = dict[str, str]

_DELETED: Final = """\
request.operation != 'UPDATE' || !has(object.metadata.deletionTimestamp)
  || !has(object.spec) || !has(oldObject.spec) || object.spec != oldObject.spec"""
_MIRRORED: Final = """\
request.kind.kind != 'Pod' || request.operation == 'DELETE'
  || !has(object.metadata.annotations)
  || !('kubernetes.io/config.mirror' in object.metadata.annotations)"""
_LABELLED: Final = """\
has(object.metadata.labels) && {label} in object.metadata.labels
  && (request.operation == 'CREATE' || !has(oldObject.metadata.labels)
    || !({label} in oldObject.metadata.labels))"""


def conditions(settings: Settings, meant: Reach | None) -> list[Condition]:
    """What has to be true of a request that a policy is asked about.

    Where rules hold more than is `meant`, the kinds of that are picked.
    """
    always = [
        _condition("not-of-the-cluster-itself", _outside()),
        _condition(
            "not-by-a-node", "!has(request.userInfo.groups) || !('system:nodes' in request.userInfo.groups)"
        ),
        _condition(
            "not-by-this-service",
            f"!has(request.userInfo.username) || request.userInfo.username != {_text(settings.user)}",
        ),
        _condition("not-a-mirror-pod", _MIRRORED),
        _condition("not-while-it-ends", _DELETED),
    ]
    if meant is None or meant.operations <= meant.anything:
        return always
    return [*always, _condition("of-a-kind-that-is-meant", _meant(meant))]


def guarding(settings: Settings) -> list[Condition]:
    """What is true of a request that makes a namespace exempt which may not be."""
    return [
        _condition("gets-the-label", _LABELLED.format(label=_text(EXEMPT_LABEL))),
        _condition(
            "may-not-have-it",
            f"!has(object.metadata.name) || !(object.metadata.name in {_list(sorted(settings.may_be_exempt))})",
        ),
    ]


def _outside() -> str:
    """That a request is of no group and no resource that is never sent."""
    core = f"request.resource.group == '' && request.resource.resource in {_list(UNSENT_CORE)}"
    part = f"has(request.subResource) && request.subResource in {_list(UNSENT_PARTS)}"
    return f"!(request.resource.group in {_list(UNSENT_GROUPS)}\n  || {core}\n  || {part})"


def _meant(reach: Reach) -> str:
    """That the object is of one of the kinds of `reach`, or a part of one, which rules name."""
    named = sorted(reach.named)
    terms = ["has(request.subResource) && request.subResource != ''"]
    terms += [f"request.operation in {_list(ordered(reach.anything))}"] if reach.anything else []
    terms += [f"request.kind.kind in {_list(named)}"] if named else []
    terms += [f"(request.kind.group + '/' + request.kind.kind) in [\n{_read(named)}]"] if reach.asking else []
    return "\n  || ".join(terms)


def _read(named: Iterable[str]) -> str:
    """The kinds that are read but not `named`, a line for each group."""
    groups: dict[str, list[str]] = {}
    for group, kind in sorted(READ):
        if kind not in named:
            groups.setdefault(group, []).append(_text(f"{group}/{kind}"))
    return ",\n".join(f"    {', '.join(words)}" for words in groups.values())


def _condition(name: str, expression: str) -> Condition:
    return {"name": name, "expression": expression}


def _list(words: Iterable[str]) -> str:
    return f"[{', '.join(map(_text, words))}]"


def _text(word: str) -> str:
    """`word` as CEL writes it."""
    escaped = word.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
