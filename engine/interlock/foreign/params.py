"""The parameters of a binding for one request. Pure."""

from collections.abc import Sequence
from typing import Final

from interlock.foreign.attributes import Attributes, Object, place_of
from interlock.foreign.cluster import Cluster, Params, UnknownError
from interlock.foreign.matching import ConfigurationError
from interlock.foreign.policy import Binding, NotFound, ParamRef, Policy

_NONE: Final[Sequence[Object | None]] = (None,)
"""A policy is evaluated once, and its parameters are null."""


def collect(
    policy: Policy, binding: Binding, attributes: Attributes, cluster: Cluster
) -> Sequence[Object | None]:
    """What `policy` is evaluated with, once for each; for none not at all.

    Raises:
        ConfigurationError: the binding can't say, or there are none and it denies then.
    """
    kind, reference = policy.param_kind, binding.param_ref
    if kind is None or reference is None:
        return _NONE
    try:
        known = cluster.params(kind)
    except UnknownError as error:
        raise ConfigurationError(str(error)) from None
    if known is None:
        raise ConfigurationError(f"paramKind kind `{kind.api_version}, Kind={kind.kind}` not known")
    namespace = _namespace(reference, known, attributes)
    if not reference.name and reference.selector is None:
        raise ConfigurationError("one of name or selector must be provided")
    if reference.name and reference.selector is not None:
        raise ConfigurationError("paramRef.name and paramRef.selector are mutually exclusive")
    found = _found(reference, known, namespace)
    if not found and reference.not_found is NotFound.DENY:
        raise ConfigurationError("no params found for policy binding with `Deny` parameterNotFoundAction")
    return found


def _namespace(reference: ParamRef, known: Params, attributes: Attributes) -> str:
    """Where parameters are looked for: nowhere in particular if they are not in namespaces."""
    if not known.is_namespaced:
        if reference.namespace:
            raise ConfigurationError("paramRef.namespace must not be provided for a cluster-scoped `paramKind`")
        return ""
    namespace = reference.namespace or attributes.namespace
    if not namespace:
        raise ConfigurationError(
            "cannot use namespaced paramRef in policy binding that matches cluster-scoped resources"
        )
    return namespace


def _found(reference: ParamRef, known: Params, namespace: str) -> list[Object]:
    if reference.selector is not None:
        return known.selected(namespace, reference.selector)
    one = known.named(namespace, reference.name)
    return [] if one is None else [one]


def placed(params: Object | None) -> str:
    """Where `params` are, as namespace and name; empty for none."""
    return "" if params is None else "/".join(part for part in place_of(params) if part)
