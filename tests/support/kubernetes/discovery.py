"""Discovery, in one document for each path and in one for all (`apidiscovery.k8s.io/v2`)."""

from typing import Final

from support.kubernetes.failures import no_such_path
from support.kubernetes.registry import Registry
from support.kubernetes.resources import Object, Resource

VERSION: Final = {
    "major": "1",
    "minor": "37",
    "gitVersion": "v1.37.0",
    "gitCommit": "",
    "gitTreeState": "clean",
    "buildDate": "2026-08-01T00:00:00Z",
    "goVersion": "go1.26",
    "compiler": "gc",
    "platform": "linux/amd64",
}
AGGREGATED: Final = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"

_VERBS: Final = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"]
_CREATED_ONLY: Final = {"authorization.k8s.io", "authentication.k8s.io"}
# What the objects of a subresource are, where they are not those of the resource.
KINDS: Final = {
    "scale": ("autoscaling", "v1", "Scale"),
    "eviction": ("policy", "v1", "Eviction"),
    "binding": ("", "v1", "Binding"),
    "token": ("authentication.k8s.io", "v1", "TokenRequest"),
    "exec": ("", "v1", "PodExecOptions"),
    "attach": ("", "v1", "PodAttachOptions"),
    "portforward": ("", "v1", "PodPortForwardOptions"),
    "proxy": ("", "v1", "PodProxyOptions"),
}
CONNECTED: Final = {"exec", "attach", "portforward", "proxy"}
_POSTED: Final = {"eviction", "binding", "token", "exec", "attach", "portforward"}


def discovered(registry: Registry, path: str, *, aggregated: bool) -> Object:
    """What there is at `path`; 404 if it is no path of discovery."""
    match path.strip("/").split("/"):
        case ["api"] if aggregated:
            return _aggregated(registry, [""])
        case ["apis"] if aggregated:
            return _aggregated(registry, registry.groups())
        case ["api"]:
            return {"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": []}
        case ["apis"]:
            groups = [_group(registry, each) for each in registry.groups()]
            return {"kind": "APIGroupList", "apiVersion": "v1", "groups": groups}
        case ["apis", group] if group in registry.groups():
            return {"kind": "APIGroup", "apiVersion": "v1", **_group(registry, group)}
        case ["api", version]:
            return _resources(registry.of_version("", version))
        case ["apis", group, version]:
            return _resources(registry.of_version(group, version))
        case _:
            raise no_such_path()


def _group(registry: Registry, group: str) -> Object:
    versions = [
        {"groupVersion": f"{group}/{version}", "version": version} for version in registry.versions(group)
    ]
    return {"name": group, "versions": versions, "preferredVersion": versions[0]}


def _resources(found: list[Resource]) -> Object:
    listed = []
    for each in found:
        entry = {
            "name": each.plural,
            "singularName": each.singular,
            "namespaced": each.namespaced,
            "kind": each.kind,
            "verbs": _verbs(each),
            "shortNames": list(each.short),
            "categories": list(each.categories),
        }
        listed.append(entry)
        for subresource in sorted(each.subresources):
            group, version, kind = KINDS.get(subresource, (each.group, each.version, each.kind))
            verbs = ["create"] if subresource in _POSTED else ["get", "patch", "update"]
            name = f"{each.plural}/{subresource}"
            of = {"name": name, "singularName": "", "namespaced": each.namespaced, "kind": kind, "verbs": verbs}
            listed.append(of | {"group": group, "version": version})
    return {
        "kind": "APIResourceList",
        "apiVersion": "v1",
        "groupVersion": found[0].api_version,
        "resources": listed,
    }


def _aggregated(registry: Registry, groups: list[str]) -> Object:
    items = [
        {
            "metadata": {"name": group} if group else {},
            "versions": [
                {
                    "version": version,
                    "freshness": "Current",
                    "resources": [_entry(each) for each in registry.of_version(group, version)],
                }
                for version in registry.versions(group)
            ],
        }
        for group in groups
    ]
    return {
        "kind": "APIGroupDiscoveryList",
        "apiVersion": "apidiscovery.k8s.io/v2",
        "metadata": {},
        "items": items,
    }


def _entry(resource: Resource) -> Object:
    return {
        "resource": resource.plural,
        "responseKind": {"group": resource.group, "version": resource.version, "kind": resource.kind},
        "scope": "Namespaced" if resource.namespaced else "Cluster",
        "singularResource": resource.singular,
        "verbs": _verbs(resource),
        "shortNames": list(resource.short),
        "categories": list(resource.categories),
        "subresources": [_below(resource, each) for each in sorted(resource.subresources)],
    }


def _below(resource: Resource, subresource: str) -> Object:
    group, version, kind = KINDS.get(subresource, (resource.group, resource.version, resource.kind))
    return {
        "subresource": subresource,
        "responseKind": {"group": group, "version": version, "kind": kind},
        "verbs": ["create"] if subresource in _POSTED else ["get", "patch", "update"],
    }


def _verbs(resource: Resource) -> list[str]:
    return ["create"] if resource.group in _CREATED_ONLY else _VERBS
