"""The CustomResourceDefinitions: how a cluster calls the kinds, and what `kubectl get` shows of them."""

from dataclasses import dataclass
from typing import Final

from interlock.crds.status import STATUS
from interlock.crds.structural import Schema, structural
from interlock.loading.kinds.common import API_VERSION
from interlock.loading.validate import KINDS

GROUP, _, VERSION = API_VERSION.partition("/")


@dataclass(frozen=True, slots=True)
class _Column:
    """What `kubectl get` shows of each object, as JSONPath."""

    name: str
    path: str
    type: str = "string"

    def written(self) -> dict[str, str]:
        """The entry of `additionalPrinterColumns`."""
        return {"name": self.name, "type": self.type, "jsonPath": self.path}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Names:
    """How a cluster calls a kind."""

    plural: str
    short: str
    columns: tuple[_Column, ...]


_READY: Final = _Column("Ready", '.status.conditions[?(@.type=="Ready")].status')
_AGE: Final = _Column("Age", ".metadata.creationTimestamp", "date")
_LAYER: Final = _Column("Layer", ".spec.layer")

_NAMES: Final = {
    "Budget": _Names(
        plural="budgets",
        short="ibud",
        columns=(_Column("Currency", ".spec.currency"), _Column("OnExceed", ".spec.onExceed")),
    ),
    "Catalog": _Names(plural="catalogs", short="icat", columns=()),
    "FunctionLibrary": _Names(
        plural="functionlibraries", short="flib", columns=(_Column("Version", ".spec.version"),)
    ),
    "IntentPolicy": _Names(
        plural="intentpolicies",
        short="ipol",
        columns=(_LAYER, _Column("Area", ".spec.area"), _Column("Enforcement", ".spec.enforcement")),
    ),
    "PolicySet": _Names(plural="policysets", short="pset", columns=()),
    "Waiver": _Names(
        plural="waivers",
        short="waiv",
        columns=(_LAYER, _Column("Owner", ".spec.owner"), _Column("Expires", ".spec.expires")),
    ),
}


def definitions() -> dict[str, Schema]:
    """The CustomResourceDefinition of each kind, by the plural of its name."""
    return {names.plural: _definition(kind, names) for kind, names in _NAMES.items()}


def _definition(kind: str, names: _Names) -> Schema:
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {
            "name": f"{names.plural}.{GROUP}",
            "labels": {"app.kubernetes.io/name": "interlock", "app.kubernetes.io/part-of": "interlock"},
        },
        "spec": {
            "group": GROUP,
            "scope": "Cluster",
            "names": {
                "kind": kind,
                "listKind": f"{kind}List",
                "plural": names.plural,
                "singular": kind.lower(),
                "shortNames": [names.short],
                "categories": ["interlock"],
            },
            "versions": [
                {
                    "name": VERSION,
                    "served": True,
                    "storage": True,
                    "additionalPrinterColumns": [each.written() for each in (*names.columns, _READY, _AGE)],
                    "subresources": {"status": {}},
                    "schema": {"openAPIV3Schema": _schema(kind)},
                }
            ],
        },
    }


def _schema(kind: str) -> Schema:
    """The schema of objects of `kind`: of their metadata, the name alone is a schema's to limit."""
    schema = structural(KINDS[kind])
    fields = schema["properties"]
    name = fields["metadata"]["properties"]["name"]
    return {
        "description": schema["description"],
        "type": "object",
        **({"required": ["spec"]} if "spec" in schema["required"] else {}),
        "properties": {
            "apiVersion": {"type": "string"},
            "kind": {"type": "string"},
            "metadata": {"type": "object", "properties": {"name": name}},
            "spec": fields["spec"],
            "status": STATUS,
        },
    }
