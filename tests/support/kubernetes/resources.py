"""Which resources there are: those built in, as a table. Custom ones have `Resource`s too."""

from dataclasses import dataclass
from typing import Any, Final

Object = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One resource of one version, as discovery names it.

    `schema` is the structural schema of a custom resource; `stored` the version that it is kept in.
    """

    group: str
    version: str
    plural: str
    kind: str
    singular: str
    namespaced: bool
    short: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    subresources: frozenset[str] = frozenset()
    stored: str = ""
    schema: Object | None = None
    columns: tuple[Object, ...] = ()
    scale: Object | None = None

    @property
    def api_version(self) -> str:
        """`group/version`, as objects say it."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def shelf(self) -> tuple[str, str]:
        """Where objects of it are kept, whatever version they are asked for in."""
        return self.group, self.plural

    @property
    def named(self) -> str:
        """`plural.group`, as messages name it."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    @property
    def custom(self) -> bool:
        """Whether a CustomResourceDefinition made it."""
        return self.schema is not None


# apiVersion, plural, kind, scope, short names, subresources
_BUILT_IN: Final = """
v1 namespaces Namespace cluster ns status,finalize
v1 nodes Node cluster no status
v1 persistentvolumes PersistentVolume cluster pv status
v1 pods Pod namespaced po status,log,exec,attach,portforward,proxy,eviction,binding,ephemeralcontainers,resize
v1 configmaps ConfigMap namespaced cm -
v1 secrets Secret namespaced - -
v1 services Service namespaced svc status
v1 serviceaccounts ServiceAccount namespaced sa token
v1 events Event namespaced ev -
v1 endpoints Endpoints namespaced ep -
v1 limitranges LimitRange namespaced limits -
v1 resourcequotas ResourceQuota namespaced quota status
v1 persistentvolumeclaims PersistentVolumeClaim namespaced pvc status
v1 podtemplates PodTemplate namespaced - -
v1 replicationcontrollers ReplicationController namespaced rc status,scale
apps/v1 deployments Deployment namespaced deploy status,scale
apps/v1 replicasets ReplicaSet namespaced rs status,scale
apps/v1 statefulsets StatefulSet namespaced sts status,scale
apps/v1 daemonsets DaemonSet namespaced ds status
batch/v1 jobs Job namespaced - status
batch/v1 cronjobs CronJob namespaced cj status
autoscaling/v2 horizontalpodautoscalers HorizontalPodAutoscaler namespaced hpa status
coordination.k8s.io/v1 leases Lease namespaced - -
discovery.k8s.io/v1 endpointslices EndpointSlice namespaced - -
events.k8s.io/v1 events Event namespaced ev -
networking.k8s.io/v1 networkpolicies NetworkPolicy namespaced netpol -
networking.k8s.io/v1 ingresses Ingress namespaced ing status
node.k8s.io/v1 runtimeclasses RuntimeClass cluster - -
policy/v1 poddisruptionbudgets PodDisruptionBudget namespaced pdb status
scheduling.k8s.io/v1 priorityclasses PriorityClass cluster pc -
storage.k8s.io/v1 storageclasses StorageClass cluster sc -
resource.k8s.io/v1 deviceclasses DeviceClass cluster - -
resource.k8s.io/v1 resourceclaims ResourceClaim namespaced - status
resource.k8s.io/v1 resourceclaimtemplates ResourceClaimTemplate namespaced - -
resource.k8s.io/v1 resourceslices ResourceSlice cluster - -
rbac.authorization.k8s.io/v1 roles Role namespaced - -
rbac.authorization.k8s.io/v1 rolebindings RoleBinding namespaced - -
rbac.authorization.k8s.io/v1 clusterroles ClusterRole cluster - -
rbac.authorization.k8s.io/v1 clusterrolebindings ClusterRoleBinding cluster - -
admissionregistration.k8s.io/v1 validatingwebhookconfigurations ValidatingWebhookConfiguration cluster - -
admissionregistration.k8s.io/v1 mutatingwebhookconfigurations MutatingWebhookConfiguration cluster - -
admissionregistration.k8s.io/v1 validatingadmissionpolicies ValidatingAdmissionPolicy cluster - status
admissionregistration.k8s.io/v1 validatingadmissionpolicybindings ValidatingAdmissionPolicyBinding cluster - -
admissionregistration.k8s.io/v1 mutatingadmissionpolicies MutatingAdmissionPolicy cluster - -
admissionregistration.k8s.io/v1 mutatingadmissionpolicybindings MutatingAdmissionPolicyBinding cluster - -
apiextensions.k8s.io/v1 customresourcedefinitions CustomResourceDefinition cluster crd status
authorization.k8s.io/v1 subjectaccessreviews SubjectAccessReview cluster - -
authorization.k8s.io/v1 localsubjectaccessreviews LocalSubjectAccessReview namespaced - -
authorization.k8s.io/v1 selfsubjectaccessreviews SelfSubjectAccessReview cluster - -
authorization.k8s.io/v1 selfsubjectrulesreviews SelfSubjectRulesReview cluster - -
authentication.k8s.io/v1 tokenreviews TokenReview cluster - -
authentication.k8s.io/v1 selfsubjectreviews SelfSubjectReview cluster - -
"""


def _read(line: str) -> Resource:
    api_version, plural, kind, scope, short, subresources = line.split()
    group, _, version = api_version.rpartition("/")
    return Resource(
        group=group,
        version=version,
        plural=plural,
        kind=kind,
        singular=kind.lower(),
        namespaced=scope == "namespaced",
        short=() if short == "-" else (short,),
        categories=("all",) if plural in _IN_ALL else (),
        subresources=frozenset(() if subresources == "-" else subresources.split(",")),
        stored=version,
    )


_IN_ALL: Final = {"pods", "services", "deployments", "replicasets", "statefulsets", "daemonsets", "jobs"}

BUILT_IN: Final = tuple(map(_read, _BUILT_IN.strip().splitlines()))


def built_in(api_version: str, kind: str) -> Resource:
    """The resource of objects that say `api_version` and `kind`."""
    return next(each for each in BUILT_IN if (each.api_version, each.kind) == (api_version, kind))


NAMESPACES: Final = built_in("v1", "Namespace")
DEFINITIONS: Final = built_in("apiextensions.k8s.io/v1", "CustomResourceDefinition")
