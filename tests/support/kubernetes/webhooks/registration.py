"""Webhook configurations as they are stored: with the API server's defaults, and only if it would take them."""

from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from support.kubernetes.resources import Object, Resource
from support.kubernetes.webhooks.hook import MUTATING, VALIDATING

_OPERATIONS: Final = {"CREATE", "UPDATE", "DELETE", "CONNECT", "*"}
_CONDITIONS: Final = 64

Fault = tuple[str, str]


def is_configuration(resource: Resource) -> bool:
    """Whether `resource` is of configurations of webhooks."""
    return resource in (MUTATING, VALIDATING)


def defaulted(resource: Resource, body: Object) -> Object:
    """`body` with what is left out."""
    return {**body, "webhooks": [_hook(resource, each) for each in body.get("webhooks") or ()]}


def faults(resource: Resource, body: Object) -> Iterator[Fault]:
    """What the API server finds wrong with a defaulted `body`."""
    names: set[str] = set()
    for index, hook in enumerate(body["webhooks"]):
        at = f"webhooks[{index}]"
        if hook.get("name") in names:
            yield f"{at}.name", f'Duplicate value: "{hook["name"]}"'
        names.add(hook.get("name", ""))
        if hook.get("name", "").count(".") < 2:
            yield (
                f"{at}.name",
                "Invalid value: should be a domain with at least three segments separated by dots",
            )
        yield from _of_hook(hook, at)
        if resource == MUTATING and hook["reinvocationPolicy"] not in {"Never", "IfNeeded"}:
            yield f"{at}.reinvocationPolicy", "Unsupported value"


def _of_hook(hook: Object, at: str) -> Iterator[Fault]:
    if hook.get("sideEffects") not in {"None", "NoneOnDryRun"}:
        yield f"{at}.sideEffects", 'Unsupported value: supported values: "None", "NoneOnDryRun"'
    if not hook.get("admissionReviewVersions"):
        yield f"{at}.admissionReviewVersions", "Required value: must specify one of v1, v1beta1"
    elif not {"v1", "v1beta1"} & set(hook["admissionReviewVersions"]):
        yield f"{at}.admissionReviewVersions", "Invalid value: must include at least one of v1, v1beta1"
    if not 1 <= hook["timeoutSeconds"] <= 30:
        yield f"{at}.timeoutSeconds", "Invalid value: the timeout value must be between 1 and 30 seconds"
    if hook["failurePolicy"] not in {"Fail", "Ignore"}:
        yield f"{at}.failurePolicy", "Unsupported value"
    if hook["matchPolicy"] not in {"Exact", "Equivalent"}:
        yield f"{at}.matchPolicy", "Unsupported value"
    conditions = hook.get("matchConditions") or ()
    if len(conditions) > _CONDITIONS:
        yield f"{at}.matchConditions", f"Too many: {len(conditions)}: must have at most {_CONDITIONS} items"
    if len({each["name"] for each in conditions}) < len(conditions):
        yield f"{at}.matchConditions", "Duplicate value"
    for index, rule in enumerate(hook.get("rules") or ()):
        yield from _of_rule(rule, f"{at}.rules[{index}]")
    yield from _of_client(hook.get("clientConfig") or {}, f"{at}.clientConfig")


def _of_rule(rule: Object, at: str) -> Iterator[Fault]:
    for field in ("operations", "apiGroups", "apiVersions", "resources"):
        if not rule.get(field):
            yield f"{at}.{field}", "Required value"
    operations, groups = rule.get("operations") or (), rule.get("apiGroups") or ()
    if set(operations) - _OPERATIONS:
        yield f"{at}.operations", "Unsupported value"
    if "*" in operations and len(operations) > 1:
        yield f"{at}.operations", "Invalid value: if '*' is present, must not specify other operations"
    if "*" in groups and len(groups) > 1:
        yield f"{at}.apiGroups", "Invalid value: if '*' is present, must not specify other API groups"
    resources = rule.get("resources") or ()
    plain = [each for each in resources if "/" not in each]
    if ("*/*" in resources and len(resources) > 1) or ("*" in plain and len(plain) > 1):
        yield f"{at}.resources", "Invalid value: if '*' is present, must not specify other resources"
    if rule["scope"] not in {"*", "Cluster", "Namespaced"}:
        yield f"{at}.scope", "Unsupported value"


def _of_client(client: Object, at: str) -> Iterator[Fault]:
    if ("url" in client) == ("service" in client):
        yield at, "Required value: exactly one of url or service is required"
    elif "url" in client:
        url = urlsplit(client["url"])
        if url.scheme != "https" or not url.hostname:
            yield (
                f"{at}.url",
                "Invalid value: 'https' is the only allowed URL scheme, with a host",
            )
        if url.username or url.query or url.fragment:
            yield f"{at}.url", "Invalid value: user information, query and fragment are not permitted"
    elif not (client["service"].get("name") and client["service"].get("namespace")):
        yield f"{at}.service", "Required value: name and namespace"


def _hook(resource: Resource, hook: Object) -> Object:
    given = {
        "failurePolicy": "Fail",
        "matchPolicy": "Equivalent",
        "namespaceSelector": {},
        "objectSelector": {},
        "timeoutSeconds": 10,
    }
    if resource == MUTATING:
        given["reinvocationPolicy"] = "Never"
    whole = {**given, **hook}
    if rules := whole.get("rules"):
        whole["rules"] = [{"scope": "*", **each} for each in rules]
    client = whole.get("clientConfig") or {}
    if service := client.get("service"):
        whole["clientConfig"] = {**client, "service": {"port": 443, **service}}
    return whole
