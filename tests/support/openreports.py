"""The kinds of OpenReports, as its CustomResourceDefinitions describe them."""

from typing import Any, Final

_TEXT: Final = {"type": "string"}
_COUNT: Final = {"type": "integer"}
_REFERENCE: Final = {
    "type": "object",
    "properties": dict.fromkeys(("apiVersion", "kind", "name", "namespace", "uid"), _TEXT),
}
_WORDS: Final = ("pass", "fail", "warn", "error", "skip")
_RESULT: Final = {
    "type": "object",
    "required": ["policy"],
    "properties": {
        **dict.fromkeys(("source", "policy", "rule", "category", "message"), _TEXT),
        "result": {"type": "string", "enum": list(_WORDS)},
        "scored": {"type": "boolean"},
        "properties": {"type": "object", "additionalProperties": _TEXT},
        "timestamp": {
            "type": "object",
            "required": ["nanos", "seconds"],
            "properties": {"nanos": _COUNT, "seconds": _COUNT},
        },
    },
}
_SCHEMA: Final = {
    "type": "object",
    "properties": {
        "source": _TEXT,
        "scope": _REFERENCE,
        "summary": {"type": "object", "properties": dict.fromkeys(_WORDS, _COUNT)},
        "results": {"type": "array", "items": _RESULT},
    },
}


def definition(kind: str, short: str, scope: str) -> dict[str, Any]:
    """One of the two."""
    plural = f"{kind.lower()}s"
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.openreports.io"},
        "spec": {
            "group": "openreports.io",
            "scope": scope,
            "names": {"plural": plural, "kind": kind, "shortNames": [short]},
            "versions": [
                {
                    "name": "v1alpha1",
                    "served": True,
                    "storage": True,
                    "schema": {"openAPIV3Schema": _SCHEMA},
                }
            ],
        },
    }


DEFINITIONS: Final = (
    definition("Report", "reps", "Namespaced"),
    definition("ClusterReport", "creps", "Cluster"),
)
