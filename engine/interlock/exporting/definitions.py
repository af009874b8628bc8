"""The variables of Kubernetes that facts are read from, as CEL over the request."""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import Final

from interlock.cel.text.literal import literal
from interlock.exporting.images import CONTAINERS, REFERENCES, images
from interlock.exporting.scene import Scene
from interlock.intents.annotations import AGENT_KEYS, PREFIX

_USER: Final = "request.userInfo"
_NAMED: Final = f"has({_USER}.username)"

_REQUEST: Final[Mapping[str, str]] = {
    "subject": 'request.operation == "DELETE" ? oldObject : object',
    "principalId": f'{_NAMED} ? {_USER}.username : "unknown"',
    "principalType": (
        f'!{_NAMED} ? "unknown"'
        f' : {_USER}.username.startsWith("system:serviceaccount:") ? "serviceAccount" : "user"'
    ),
    "principalGroups": f"{_NAMED} && has({_USER}.groups) ? {_USER}.groups : []",
    "principalClaims": f"{_NAMED} && has({_USER}.extra) ? {_USER}.extra : {{}}",
    "objectNamespace": 'has(request.namespace) ? request.namespace : ""',
    "podContainers": CONTAINERS,
    "imageReferences": REFERENCES,
}
"""What is the same for all kinds."""

_FACTS: Final = {
    "organization": "organization",
    "team": "team",
    "project": "project",
    "useCase": "use_case",
    "environment": "environment",
    "costCenter": "cost_center",
}
"""Facts of an attribution, with the fields that say which labels carry them."""

AGENT: Final = {"name": "agent-name", **AGENT_KEYS}
"""Facts of an agent, with the annotations that state them."""


def stated(record: str, fact: str) -> str:
    """The variable that lists what states a fact of `attribution` or `agent`, the one to believe first."""
    return f"{record}{fact[:1].upper()}{fact[1:]}"


_ATTRIBUTION: Final = {stated("attribution", fact): field for fact, field in _FACTS.items()}
_AGENT: Final = {stated("agent", fact): key for fact, key in AGENT.items()}

NAMES: Final = frozenset(
    {"applies", "images", "objectName", "objectLabels", "objectAnnotations", "podMetadata", "podSpec"}
    | _REQUEST.keys()
    | _ATTRIBUTION.keys()
    | _AGENT.keys()
)
"""All names that such variables can have."""


def definition(name: str, scene: Scene, fields: AbstractSet[str]) -> str:
    """CEL of the variable `name`, one of `NAMES`, for the requests of `scene`; it may read others.

    Items have those of `fields` that they can have.

    Raises:
        UnfitError: nobody can say where the fact stands.
    """
    own = f"{scene.subject}.?metadata"
    match name:
        case "objectName":
            texts = ["?request.?name", f"?{own}.?name", f"?{own}.?generateName"]
            return f'([{", ".join(texts)}].filter(text, text != "") + [""])[0]'
        case "objectLabels":
            return f"{own}.?labels.orValue({{}})"
        case "objectAnnotations":
            return f"{own}.?annotations.orValue({{}})"
        case "podMetadata":
            return scene.pod_metadata() or "optional.none()"
        case "podSpec":
            return scene.pod_spec() or "optional.none()"
        case "images":
            return images(fields)
        case _ if name in _ATTRIBUTION:
            keys: tuple[str, ...] = getattr(scene.labels, _ATTRIBUTION[name])
            return _first_of(scene, ("labels", "annotations"), keys)
        case _ if name in _AGENT:
            found = _first_of(scene, ("annotations",), [PREFIX + _AGENT[name]])
            return found if name == "agentName" else f"size(variables.agentName) == 0 ? [] : {found}"
        case _:
            return _REQUEST[name]


def _first_of(scene: Scene, holders: Iterable[str], keys: Iterable[str]) -> str:
    """CEL of all texts under `keys` that are not empty, of each holder those of the object before its pods'."""
    own = f"{scene.subject}.?metadata"
    places = [own] if scene.pod_metadata() is None else [own, "variables.podMetadata"]
    texts = [f"?{place}.?{holder}[?{literal(key)}]" for holder in holders for place in places for key in keys]
    return f'[{", ".join(texts)}].filter(text, text != "")' if texts else "[]"
