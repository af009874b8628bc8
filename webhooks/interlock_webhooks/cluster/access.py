"""Asks the API server what somebody may do."""

from interlock_webhooks.cluster.answers import Object
from interlock_webhooks.cluster.client import Cluster
from interlock_webhooks.cluster.refusals import ClusterError
from interlock_webhooks.cluster.resource import Resource

_REVIEWS = Resource(group="authorization.k8s.io", version="v1", plural="subjectaccessreviews", namespaced=False)


async def access(cluster: Cluster, spec: Object) -> Object:
    """The `status` of a `SubjectAccessReview` of `spec`: whether it is `allowed`, and perhaps why.

    Raises:
        ClusterError: the server can't be asked, or does not say.
    """
    review = {"apiVersion": _REVIEWS.api_version, "kind": "SubjectAccessReview", "spec": spec}
    answer = await cluster.create(_REVIEWS.path(), review)
    status = answer.get("status")
    if not isinstance(status, dict) or not isinstance(status.get("allowed"), bool):
        raise ClusterError("the API server answers a review of access without saying what is allowed")
    return status
