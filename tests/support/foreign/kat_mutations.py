"""What mutating policies make of the cases of kat."""

from typing import Any

from interlock.foreign.cluster import Params, Snapshot
from interlock.foreign.policy import ParamKind
from support.foreign.kat import Case, policies_of, request_of
from support.foreign.mutating import mutated


def difference(case: Case) -> str:
    """What is not as the case expects; empty if all is."""
    given: dict[str, Any] = case.read("request") or {}
    params = case.read("params")
    documents = policies_of(
        case.folder, has_params=params is not None, has_namespace="namespaceObject" in given
    )
    request = request_of(case, given)
    namespace = given.get("namespaceObject") or {"metadata": {"name": request.namespace}}
    kinds = {}
    if params is not None:
        place = params["metadata"]["namespace"], params["metadata"]["name"]
        known = Params(is_namespaced=True, objects={place: params})
        kinds[ParamKind(params["apiVersion"], params["kind"])] = known
    made = mutated(*documents, request=request, cluster=Snapshot({request.namespace: namespace}, kinds))
    if made.denials:
        return f"is denied: {made.denials[0]}"
    wanted = case.read("gold") or case.read("expected") or request.object
    return "" if made.object == wanted else f"makes {made.object}"
