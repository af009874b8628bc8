"""What the service says of a document in a cluster, in the document's status.

Each replica has an entry of its own under `replicas`, so that a merge patch of one never meets that of
another. The leader folds the entries into `conditions`.
"""

from typing import Any, Final

_TEXT: Final = {"type": "string", "maxLength": 32_768}
_TIME: Final = {"type": "string", "format": "date-time"}
_GENERATION: Final = {"type": "integer", "format": "int64", "minimum": 0}

# https://github.com/kubernetes/apimachinery/blob/master/pkg/apis/meta/v1/types.go, type Condition.
_CONDITION: Final = {
    "type": "object",
    "required": ["type", "status", "lastTransitionTime", "reason", "message"],
    "properties": {
        "type": {"type": "string", "maxLength": 316, "pattern": "^[A-Za-z0-9]([-A-Za-z0-9_./]*[A-Za-z0-9])?$"},
        "status": {"type": "string", "enum": ["True", "False", "Unknown"]},
        "observedGeneration": _GENERATION,
        "lastTransitionTime": _TIME,
        "reason": {
            "type": "string",
            "minLength": 1,
            "maxLength": 1024,
            "pattern": "^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$",
        },
        "message": _TEXT,
    },
}

STATUS: Final[dict[str, Any]] = {
    "type": "object",
    "description": "What the service says of the document; written by the service alone.",
    "properties": {
        "observedGeneration": {
            "description": "The generation of the document that the status is about.",
            **_GENERATION,
        },
        "conditions": {
            "type": "array",
            "description": "`Ready`: all replicas decide by the document. `TypeChecked`: it compiles.",
            "maxItems": 16,
            "items": _CONDITION,
            "x-kubernetes-list-type": "map",
            "x-kubernetes-list-map-keys": ["type"],
        },
        "typeChecking": {
            "type": "object",
            "description": "What the compiler says of expressions.",
            "properties": {
                "expressionWarnings": {
                    "type": "array",
                    "maxItems": 1_000,
                    "items": {
                        "type": "object",
                        "required": ["fieldRef", "warning"],
                        "properties": {
                            "fieldRef": {"description": "The path of the field.", **_TEXT},
                            "warning": {"description": "What is wrong with it.", **_TEXT},
                        },
                    },
                    "x-kubernetes-list-type": "atomic",
                }
            },
        },
        "replicas": {
            "type": "object",
            "description": "What each replica of the service decides by, by the name of its pod.",
            "maxProperties": 1_000,
            "additionalProperties": {
                "type": "object",
                "required": ["ready", "observedAt"],
                "properties": {
                    "digest": {"description": "The digest of the policy set in force.", **_TEXT},
                    "ready": {
                        "type": "boolean",
                        "description": "Whether the document, as it is now, is part of that set.",
                    },
                    "message": {"description": "Why it is not.", **_TEXT},
                    "observedAt": {"description": "When the replica said so.", **_TIME},
                },
            },
        },
    },
}
"""The structural schema of `status`, which is the same for all kinds."""
