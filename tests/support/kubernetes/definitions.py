"""CustomResourceDefinitions as the resources that they make."""

from collections.abc import Iterator

from support.kubernetes.failures import invalid
from support.kubernetes.resources import DEFINITIONS, Object, Resource


def resources_of(definition: Object) -> Iterator[Resource]:
    """One resource for each version that is served."""
    spec, names = definition["spec"], definition["spec"]["names"]
    stored = next(each["name"] for each in spec["versions"] if each["storage"])
    for version in spec["versions"]:
        if version["served"]:
            yield Resource(
                group=spec["group"],
                version=version["name"],
                plural=names["plural"],
                kind=names["kind"],
                singular=names.get("singular") or names["kind"].lower(),
                namespaced=spec["scope"] == "Namespaced",
                short=tuple(names.get("shortNames") or ()),
                categories=tuple(names.get("categories") or ()),
                subresources=frozenset(version.get("subresources") or ()),
                stored=stored,
                schema=version["schema"]["openAPIV3Schema"],
                columns=tuple(version.get("additionalPrinterColumns") or ()),
                scale=(version.get("subresources") or {}).get("scale"),
            )


def check(definition: Object) -> None:
    """Raise what the API server finds wrong first with `definition`."""
    spec = definition["spec"]
    names, name = spec["names"], definition["metadata"]["name"]
    wrong = []
    if name != f"{names['plural']}.{spec['group']}":
        wrong.append(("metadata.name", f"Invalid value: must be {names['plural']}.{spec['group']}"))
    if sum(each["storage"] for each in spec["versions"]) != 1:
        wrong.append(
            ("spec.versions", "Invalid value: must have exactly one version marked as storage version")
        )
    for index, version in enumerate(spec["versions"]):
        schema = (version.get("schema") or {}).get("openAPIV3Schema")
        if schema is None:
            wrong.append((f"spec.versions[{index}].schema.openAPIV3Schema", "Required value"))
        elif schema.get("type") != "object":
            wrong.append((f"spec.versions[{index}].schema.openAPIV3Schema.type", "Required value: object"))
        else:
            at = f"spec.versions[{index}].schema.openAPIV3Schema"
            wrong += [(where, "Required value: must be typed") for where in _untyped(schema, at)]
    if wrong:
        raise invalid(DEFINITIONS, name, wrong)


def established(definition: Object) -> Object:
    """`definition` with the status of one that is served."""
    names = {"listKind": f"{definition['spec']['names']['kind']}List", **definition["spec"]["names"]}
    since = definition["metadata"]["creationTimestamp"]
    conditions = [
        {"type": kind, "status": "True", "reason": reason, "message": "", "lastTransitionTime": since}
        for kind, reason in (("NamesAccepted", "NoConflicts"), ("Established", "InitialNamesAccepted"))
    ]
    stored = [each["name"] for each in definition["spec"]["versions"] if each["storage"]]
    status = {"acceptedNames": names, "conditions": conditions, "storedVersions": stored}
    return {**definition, "status": status}


def _untyped(schema: Object, at: str) -> Iterator[str]:
    """Where `schema` is not structural: each field has a type, or is open on purpose."""
    if "type" not in schema and not (
        schema.get("x-kubernetes-int-or-string") or schema.get("x-kubernetes-preserve-unknown-fields")
    ):
        yield at
    for name, each in (schema.get("properties") or {}).items():
        yield from _untyped(each, f"{at}.properties[{name}]")
    for below in ("items", "additionalProperties"):
        if isinstance(schema.get(below), dict):
            yield from _untyped(schema[below], f"{at}.{below}")
