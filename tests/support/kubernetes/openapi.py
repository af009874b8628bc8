"""OpenAPI v3, as little of it as clients need: which kinds there are, and that the server checks fields."""

from support.kubernetes.failures import no_such_path
from support.kubernetes.registry import Registry
from support.kubernetes.resources import Object, Resource


def openapi(registry: Registry, path: str) -> Object:
    """The document at `path`: of one version, or the index of all."""
    match path.strip("/").split("/"):
        case ["openapi", "v3"]:
            return {
                "paths": {each: {"serverRelativeURL": f"/openapi/v3/{each}"} for each in _versions(registry)}
            }
        case ["openapi", "v3", "api", version]:
            return _document(registry.of_version("", version))
        case ["openapi", "v3", "apis", group, version]:
            return _document(registry.of_version(group, version))
        case _:
            raise no_such_path()


def _versions(registry: Registry) -> list[str]:
    found = [f"apis/{each.api_version}" if each.group else f"api/{each.version}" for each in registry.all()]
    return list(dict.fromkeys(found))


def _document(resources: list[Resource]) -> Object:
    return {
        "openapi": "3.0.0",
        "info": {"title": "Kubernetes", "version": "v1.37.0"},
        "paths": {_path(each): _operations(each) for each in resources},
        "components": {"schemas": {_name(each): _schema(each) for each in resources}},
    }


def _path(resource: Resource) -> str:
    root = f"/apis/{resource.group}" if resource.group else "/api"
    within = "/namespaces/{namespace}" if resource.namespaced else ""
    return f"{root}/{resource.version}{within}/{resource.plural}/{{name}}"


def _operations(resource: Resource) -> Object:
    parameters = [
        {"name": name, "in": "query", "schema": {"type": "string", "uniqueItems": True}}
        for name in ("dryRun", "fieldManager", "fieldValidation")
    ]
    patch = {
        "x-kubernetes-action": "patch",
        "x-kubernetes-group-version-kind": _gvk(resource),
        "parameters": parameters,
        "responses": {"200": {"description": "OK"}},
    }
    return {"patch": patch}


def _schema(resource: Resource) -> Object:
    schema = resource.schema or {"type": "object"}
    return {**schema, "x-kubernetes-group-version-kind": [_gvk(resource)]}


def _name(resource: Resource) -> str:
    return ".".join((*reversed(resource.group.split(".")), resource.version, resource.kind)).strip(".")


def _gvk(resource: Resource) -> Object:
    return {"group": resource.group, "version": resource.version, "kind": resource.kind}
