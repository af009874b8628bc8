"""The AdmissionReview that a webhook is sent."""

from support.kubernetes.attributes import Attributes
from support.kubernetes.resources import Object
from support.kubernetes.webhooks.matching import Match


def review(match: Match, about: Attributes, uid: str) -> Object:
    """What `match`'s webhook is asked, with `uid`."""
    asked, seen = about.resource, match.resource
    request: Object = {
        "uid": uid,
        "kind": _kind(match.kind),
        "resource": {"group": seen.group, "version": seen.version, "resource": seen.plural},
        "requestKind": _kind(about.kind),
        "requestResource": {"group": asked.group, "version": asked.version, "resource": asked.plural},
        "operation": about.operation,
        "userInfo": about.user.said,
        "object": _seen(match, about, about.object),
        "oldObject": _seen(match, about, about.old),
        "dryRun": about.dry_run,
        "options": about.options,
    }
    if about.subresource:
        request |= {"subResource": about.subresource, "requestSubResource": about.subresource}
    if about.name:
        request["name"] = about.name
    if about.namespace:
        request["namespace"] = about.namespace
    return {"kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1", "request": request}


def _kind(kind: tuple[str, str, str]) -> Object:
    group, version, name = kind
    return {"group": group, "version": version, "kind": name}


def _seen(match: Match, about: Attributes, body: Object | None) -> Object | None:
    if body is None or match.resource == about.resource or about.subresource:
        return body
    return {**body, "apiVersion": match.resource.api_version}
