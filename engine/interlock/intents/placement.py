"""Which accelerator products a pod's choice of nodes leaves open.

Tables of the labels by which drivers, clouds and autoscalers tell products,
MIG profiles and sharing. How conditions on labels combine, `nodes.py` knows.
"""

from dataclasses import dataclass
from typing import Final

from interlock.intents.draft import few
from interlock.intents.nodes import ANY_NODES, Condition, Nodes
from interlock.intents.products import Product, entry_of, normalized
from interlock.model.catalog import AcceleratorEntry, Catalog

_PRODUCT_KEYS: Final = frozenset(
    {
        "nvidia.com/gpu.product",
        "cloud.google.com/gke-accelerator",
        "cloud.google.com/gke-tpu-accelerator",
        "karpenter.k8s.aws/instance-gpu-name",
        "karpenter.k8s.aws/instance-accelerator-name",
        "karpenter.azure.com/sku-gpu-name",
        "eks.amazonaws.com/instance-gpu-name",
        "eks.amazonaws.com/instance-accelerator-name",
        "k8s.amazonaws.com/accelerator",
        "aliyun.accelerator/nvidia_name",
        "amd.com/gpu.product-name",
        "gpu.intel.com/product",
        "gpu.nvidia.com/class",
        "gpu.nvidia.com/model",
    }
)

# They name machines with and without accelerators, so they tell only what the Catalog knows.
_MACHINE_KEYS: Final = frozenset(
    {
        "node.kubernetes.io/instance-type",
        "beta.kubernetes.io/instance-type",
        "karpenter.k8s.aws/instance-family",
        "karpenter.azure.com/sku-name",
        "eks.amazonaws.com/instance-family",
        "accelerator",
    }
)

# Where MIG profiles are mixed, each has labels of its own: nvidia.com/mig-1g.5gb.product.
_MIG_KEY_START: Final = "nvidia.com/mig-"
_MIG_KEY_END: Final = ".product"

# AMD's first labels carry the product in the key and the number of devices in the value.
_KEY_WITH_PRODUCT: Final = "beta.amd.com/gpu.product-name."

_PROFILE_KEY: Final = "cloud.google.com/gke-gpu-partition-size"
_SHARING_KEYS: Final = frozenset(
    {
        "cloud.google.com/gke-gpu-sharing-strategy",
        "cloud.google.com/gke-max-shared-clients-per-gpu",
        "cloud.google.com/gke-max-time-shared-clients-per-gpu",
        "nvidia.com/gpu.sharing-strategy",
        "nvidia.com/mps.capable",
    }
)
_NOT_SHARING: Final = frozenset({"none", "false"})


@dataclass(frozen=True, slots=True)
class Choice:
    """One product that a node may have, and what the Catalog knows of it."""

    product: Product
    entry: AcceleratorEntry | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Constraint:
    """Of these products the node has one; the label `key` says so at `source`."""

    choices: tuple[Choice, ...]
    key: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """For each alternative of the affinity the constraints that all hold in it; there is at least one.

    `mig_profiles` are those that labels beside the product's leave open, with
    an empty one if an alternative has none. `shared` is whether one of the
    alternatives is a shared device.
    """

    scenarios: tuple[tuple[Constraint, ...], ...]
    mig_profiles: frozenset[str]
    shared: bool


_ANYWHERE: Final = Placement(scenarios=((),), mig_profiles=frozenset({""}), shared=False)


def placement(nodes: Nodes, catalog: Catalog) -> Placement:
    """Where a pod that can run on `nodes` can run, as far as accelerators go."""
    if nodes == ANY_NODES:
        return _ANYWHERE
    alternatives = nodes.alternatives(_is_meant)
    named = sum(len(each.values) for term in nodes.terms for each in term if _is_meant(each.key))
    few(range(named), "products of nodes")
    return Placement(
        scenarios=tuple(_constraints(conditions, catalog) for conditions in alternatives),
        mig_profiles=frozenset().union(*map(_profiles, alternatives)),
        shared=any(_shares(condition) for conditions in alternatives for condition in conditions),
    )


def _is_meant(key: str) -> bool:
    return (
        key in _PRODUCT_KEYS
        or key in _MACHINE_KEYS
        or key in _SHARING_KEYS
        or key == _PROFILE_KEY
        or key.startswith((_MIG_KEY_START, _KEY_WITH_PRODUCT))
    )


def _shares(condition: Condition) -> bool:
    return condition.key in _SHARING_KEYS and not _NOT_SHARING.issuperset(condition.values)


def _profiles(conditions: tuple[Condition, ...]) -> frozenset[str]:
    """The MIG profiles of one alternative; only the empty one where it asks for none."""
    named = [condition.values for condition in conditions if condition.key == _PROFILE_KEY]
    return frozenset(named[0] if named else ("",))


def _constraints(conditions: tuple[Condition, ...], catalog: Catalog) -> tuple[Constraint, ...]:
    found = [(condition, _choices(condition, catalog)) for condition in conditions]
    return tuple(
        Constraint(choices=choices, key=condition.key, source=condition.source)
        for condition, choices in found
        if choices
    )


def _choices(condition: Condition, catalog: Catalog) -> tuple[Choice, ...]:
    """The products that `condition` leaves open; none where it says nothing of products."""
    key, values = condition.key, condition.values
    if key in _PRODUCT_KEYS:
        return tuple(_choice(normalized(value), catalog) for value in values)
    if key in _MACHINE_KEYS:
        choices = tuple(_machine(value, catalog) for value in values)
        return choices if any(choice.entry for choice in choices) else ()
    if key.startswith(_MIG_KEY_START) and key.endswith(_MIG_KEY_END):
        # The node has devices of that profile; which of its devices the pod gets, its resource says.
        products = (normalized(value).name for value in values)
        return tuple(_choice(Product(name=name, mig_profile="", shared=False), catalog) for name in products)
    if key.startswith(_KEY_WITH_PRODUCT):
        return (_choice(normalized(key.removeprefix(_KEY_WITH_PRODUCT)), catalog),)
    return ()


def _choice(product: Product, catalog: Catalog) -> Choice:
    return Choice(product, entry_of(product.name, catalog))


def _machine(value: str, catalog: Catalog) -> Choice:
    """The product in a machine type, `p5.48xlarge`, or in a family of them, `p5`."""
    product = normalized(value)
    return Choice(product, entry_of(product.name, catalog) or catalog.accelerator(f"{product.name}."))
