"""Which accelerator products a pod's choice of nodes leaves open.

A node selector and required node affinity bound where a pod can run;
preferred affinity doesn't. Terms of an affinity are alternatives, what stands
in one term must all hold. Only `In` names products: the other operators leave
them open.
"""

from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

from interlock.intents.draft import few
from interlock.intents.fields import mapping, mappings, text, text_map, texts
from interlock.intents.paths import element, member, members
from interlock.intents.products import Product, entry_of, normalized
from interlock.model.catalog import AcceleratorEntry, Catalog

_PRODUCT_KEYS: Final = frozenset(
    {
        "nvidia.com/gpu.product",
        "cloud.google.com/gke-accelerator",
        "cloud.google.com/gke-tpu-accelerator",
        "karpenter.k8s.aws/instance-gpu-name",
        "karpenter.k8s.aws/instance-accelerator-name",
        "eks.amazonaws.com/instance-gpu-name",
        "eks.amazonaws.com/instance-accelerator-name",
        "k8s.amazonaws.com/accelerator",
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
        "eks.amazonaws.com/instance-family",
        "accelerator",
    }
)

_PROFILE_KEY: Final = "cloud.google.com/gke-gpu-partition-size"
_SHARING_KEYS: Final = ("cloud.google.com/gke-gpu-sharing-strategy", "nvidia.com/gpu.sharing-strategy")


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

    `mig_profile`, which may be empty, and `shared` are what the node selector says beside the product.
    """

    scenarios: tuple[tuple[Constraint, ...], ...]
    mig_profile: str = ""
    shared: bool = False


_ANYWHERE: Final = Placement(scenarios=((),))


def placement(spec: dict[str, Any], path: str, catalog: Catalog) -> Placement:
    """Where the PodSpec at `path` can run, as far as accelerators go."""
    if spec.get("nodeSelector") is None and spec.get("affinity") is None:
        return _ANYWHERE
    labels = text_map(spec, "nodeSelector", path)
    here = member(path, "nodeSelector")
    always = [_constraint(key, [value], member(here, key), catalog) for key, value in labels.items()]
    terms = _terms(spec, path, catalog) or [[]]
    return Placement(
        scenarios=tuple(tuple(filter(None, chain(always, term))) for term in terms),
        mig_profile=labels.get(_PROFILE_KEY, ""),
        shared=any(labels.get(key, "none") != "none" for key in _SHARING_KEYS),
    )


def _terms(spec: dict[str, Any], path: str, catalog: Catalog) -> list[list[Constraint | None]]:
    """The constraints of each term of the required node affinity."""
    node = mapping(mapping(spec, "affinity", path), "nodeAffinity", f"{path}.affinity")
    required = mapping(node, "requiredDuringSchedulingIgnoredDuringExecution", f"{path}.affinity.nodeAffinity")
    here = members(
        path,
        "affinity",
        "nodeAffinity",
        "requiredDuringSchedulingIgnoredDuringExecution",
        "nodeSelectorTerms",
    )
    terms = mappings(required, "nodeSelectorTerms", here.rpartition(".")[0])
    found: list[list[Constraint | None]] = []
    choices = 0
    for index, term in enumerate(few(terms, "alternatives of nodes")):
        constraints = _of_term(term, element(here, index), catalog)
        choices += sum(len(constraint.choices) for constraint in constraints if constraint)
        few(range(choices), "products of nodes")
        found.append(constraints)
    return found


def _of_term(term: dict[str, Any], path: str, catalog: Catalog) -> list[Constraint | None]:
    here = member(path, "matchExpressions")
    found: list[Constraint | None] = []
    expressions = few(mappings(term, "matchExpressions", path), "conditions on a node")
    for index, expression in enumerate(expressions):
        source = element(here, index)
        if text(expression, "operator", source) == "In":
            values = few(texts(expression, "values", source), "products of nodes")
            found.append(_constraint(text(expression, "key", source) or "", values, source, catalog))
    return found


def _constraint(key: str, values: list[str], source: str, catalog: Catalog) -> Constraint | None:
    """What it means for products that the label `key` has one of `values`; None where it means nothing."""
    if key in _PRODUCT_KEYS:
        choices = tuple(_choice(value, catalog) for value in values)
    elif key in _MACHINE_KEYS:
        choices = tuple(_machine(value, catalog) for value in values)
        if all(choice.entry is None for choice in choices):
            return None
    else:
        return None
    return Constraint(choices=choices, key=key, source=source) if choices else None


def _choice(value: str, catalog: Catalog) -> Choice:
    product = normalized(value)
    return Choice(product, entry_of(product.name, catalog))


def _machine(value: str, catalog: Catalog) -> Choice:
    """The product in a machine type, `p5.48xlarge`, or in a family of them, `p5`."""
    product = normalized(value)
    return Choice(product, entry_of(product.name, catalog) or catalog.accelerator(f"{product.name}."))
