"""Objects of admissionregistration.k8s.io, as YAML that is good to read."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import yaml

from interlock.digests import digest_of
from interlock.exporting.scene import Scene
from interlock.loading.canonical import plain
from interlock.model.policy import Policy

GROUP: Final = "admissionregistration.k8s.io"

Object = Mapping[str, Any]
"""An object of Kubernetes, as JSON."""


class _Dumper(yaml.SafeDumper):
    """Texts of several lines stand in blocks, and lists of texts in one line."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - what it overrides calls it so
        """Equal values are written twice."""
        return True


def _text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


def _list(dumper: _Dumper, items: list[Any]) -> yaml.SequenceNode:
    is_short = all(isinstance(item, str) for item in items)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=is_short)


_Dumper.add_representer(str, _text)
_Dumper.add_representer(list, _list)


def written(objects: Iterable[Object]) -> str:
    """`objects` as one stream of YAML; equal ones give the same text."""
    return yaml.dump_all(
        map(dict, objects),
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        width=float("inf"),
        explicit_start=True,
    )


def metadata(policy: Policy) -> dict[str, Any]:
    """What says of an object which policy it was written from, and from which state of it."""
    return {
        "name": str(policy.name),
        "labels": {"app.kubernetes.io/managed-by": "interlock"},
        "annotations": {
            "interlock.dev/policy-digest": str(digest_of(plain(policy))),
            "kubernetes.io/description": " ".join(policy.description.split()),
        },
    }


def constraints(scene: Scene) -> dict[str, Any]:
    """The `matchConstraints` of the requests of `scene`: all versions of each resource, by group."""
    groups: dict[str, list[str]] = {"*": ["*"]} if scene.resources is None else {}
    for each in scene.resources or ():
        groups.setdefault(each.group, []).extend(each.paths)
    rules = [
        {
            "apiGroups": [group],
            "apiVersions": ["*"],
            "operations": list(scene.operations),
            "resources": paths,
        }
        for group, paths in sorted(groups.items())
    ]
    return {"resourceRules": rules}
