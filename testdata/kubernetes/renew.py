# ruff: noqa: INP001  # a script, not a package
"""Renews `engine/interlock/schemas/kubernetes.json.gz` from a wheel of kubernetes-validate.

    pip download --no-deps kubernetes-validate==1.37.0
    python testdata/kubernetes/renew.py kubernetes_validate-1.37.0-py3-none-any.whl

The wheel carries the definitions of Kubernetes' own OpenAPI document (Apache-2.0)
for several releases; the newest is taken. Kept are the kinds whose objects have
metadata, what these kinds refer to, the keys that type an expression, and those
that say how lists and maps merge.
"""

import gzip
import json
import re
import sys
from pathlib import Path
from typing import Any, Final
from zipfile import ZipFile

_TARGET: Final = Path(__file__).parents[2] / "engine/interlock/schemas/kubernetes.json.gz"
_MEMBER: Final = r".*/v(\d+)\.(\d+)\.(\d+)-local/_definitions\.json"
_VERSION: Final = r"v(\d+)(?:(alpha|beta)(\d+))?"
_META: Final = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
_KEPT: Final = (
    "x-kubernetes-embedded-resource",
    "x-kubernetes-int-or-string",
    "x-kubernetes-list-map-keys",
    "x-kubernetes-list-type",
    "x-kubernetes-map-type",
    "x-kubernetes-preserve-unknown-fields",
)
_KEYS: Final = "x-kubernetes-list-map-keys"
_ATOMIC: Final = "atomic"
"""What lists are that say nothing else."""

_DEFAULTS: Final = {
    ("io.k8s.api.core.v1.ContainerPort", "protocol"): "TCP",
    ("io.k8s.api.core.v1.LocalObjectReference", "name"): "",
    ("io.k8s.api.core.v1.ServicePort", "protocol"): "TCP",
}
"""Defaults of keys, which the wheel leaves out: those that k8s.io/api marks with `+default`."""

_ZEROES: Final = {"boolean": False, "integer": 0, "number": 0, "string": ""}
"""The defaults of required keys, as the API server publishes them."""


def newest(wheel: ZipFile) -> tuple[str, dict[str, Any]]:
    """The highest version that `wheel` carries, and its definitions by name."""
    found = {
        tuple(map(int, match.groups())): name
        for name in wheel.namelist()
        if (match := re.fullmatch(_MEMBER, name))
    }
    version = max(found)
    return ".".join(map(str, version)), json.loads(wheel.read(found[version]))["$defs"]


def compact(schema: dict[str, Any]) -> dict[str, Any]:
    """The part of `schema` that says which types its values have."""
    made: dict[str, Any] = {key: schema[key] for key in _KEPT if schema.get(key, _ATOMIC) != _ATOMIC}
    if schema.get("x-kubernetes-map-type") == _ATOMIC:
        made["x-kubernetes-map-type"] = _ATOMIC
    if "$ref" in schema:
        made["$ref"] = f"#/definitions/{_name(schema)}"
    if "type" in schema:
        made["type"] = _type(schema["type"])
    if "oneOf" in schema:
        made["oneOf"] = [compact(each) for each in schema["oneOf"]]
    if "properties" in schema:
        made["properties"] = {name: compact(each) for name, each in sorted(schema["properties"].items())}
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            made[key] = compact(schema[key])
    return made


def _type(given: str | list[str]) -> str:
    """The one type beside null, which the wheel adds to whatever isn't required."""
    (type_,) = {given} if isinstance(given, str) else set(given) - {"null"}
    return type_


def _name(schema: dict[str, Any]) -> str:
    return str(schema["$ref"]).rpartition("/")[2]


def kinds(definitions: dict[str, Any]) -> list[tuple[str, str, str]]:
    """API version, kind and definition of what has metadata, the preferred version of each group first."""
    found = [
        (f"{each['group']}/{each['version']}" if each["group"] else each["version"], each["kind"], name)
        for name, schema in definitions.items()
        if _name(schema.get("properties", {}).get("metadata", {"$ref": ""})) == _META
        for each in schema.get("x-kubernetes-group-version-kind", ())
    ]
    return sorted(found, key=lambda kind: (_preference(kind[0]), kind))


def _preference(api_version: str) -> tuple[str, int, int, int]:
    """By group, then v2 before v1 before v1beta1 before v1alpha1, as the API server prefers them."""
    group, _, version = api_version.rpartition("/")
    match = re.fullmatch(_VERSION, version)
    if match is None:
        raise ValueError(api_version)
    major, stage, minor = match.groups()
    return group, ("", "beta", "alpha").index(stage or ""), -int(major), -int(minor or 0)


def reachable(definitions: dict[str, Any], names: set[str]) -> dict[str, Any]:
    """The definitions of `names` and of all that they refer to, compact and sorted."""
    made: dict[str, Any] = {}
    pending = sorted(names)
    while pending:
        name = pending.pop()
        if name not in made:
            made[name] = compact(definitions[name])
            pending.extend(re.findall(r'"#/definitions/(.*?)"', json.dumps(made[name])))
    for schema in list(made.values()):
        for listed in schema.get("properties", {}).values():
            item = _name(listed.get("items", {"$ref": ""})) if _KEYS in listed else ""
            for key in listed.get(_KEYS, ()):
                default = _default(definitions[item], item, key)
                if default is not None:
                    made[item]["properties"][key]["default"] = default
    return dict(sorted(made.items()))


def _default(schema: dict[str, Any], name: str, key: str) -> Any:
    """What the key of an element of a list is where the element has none; None where it needs one."""
    if (name, key) in _DEFAULTS or key not in schema.get("required", ()):
        return _DEFAULTS.get((name, key))
    return _ZEROES[_type(schema["properties"][key]["type"])]


def main(wheel: Path) -> None:
    """Writes the data file; the same wheel gives the same bytes."""
    with ZipFile(wheel) as archive:
        version, definitions = newest(archive)
    found = kinds(definitions)
    document = {
        "version": version,
        "kinds": found,
        "definitions": reachable(definitions, {name for _, _, name in found}),
    }
    text = json.dumps(document, separators=(",", ":"), sort_keys=True)
    _TARGET.write_bytes(gzip.compress(text.encode(), 9, mtime=0))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
