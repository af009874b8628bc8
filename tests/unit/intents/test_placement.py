"""What labels of nodes say of accelerators, by who puts them there."""

from typing import Any

import pytest

from support.intents import accelerators, asks

_PRODUCT = "nvidia.com/gpu.product"
_GKE_PROFILE = "cloud.google.com/gke-gpu-partition-size"


def _affinity(*terms: dict[str, list[str]]) -> dict[str, Any]:
    written = [
        {"matchExpressions": [{"key": key, "operator": "In", "values": values} for key, values in term.items()]}
        for term in terms
    ]
    required = {"nodeSelectorTerms": written}
    return {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": required}}


@pytest.mark.parametrize(
    ("resource", "label", "value", "class_name"),
    [
        ("nvidia.com/gpu", "karpenter.azure.com/sku-gpu-name", "T4", "t4"),
        ("nvidia.com/gpu", "karpenter.azure.com/sku-name", "Standard_NC24ads_A100_v4", "a100-80gb"),
        ("nvidia.com/gpu", "node.kubernetes.io/instance-type", "Standard_NC80adis_H100_v5", "h100"),
        ("nvidia.com/gpu", "node.kubernetes.io/instance-type", "BM.GPU.H100.8", "h100"),
        ("nvidia.com/gpu", "node.kubernetes.io/instance-type", "BM.GPU4.8", "a100-40gb"),
        ("nvidia.com/gpu", "node.kubernetes.io/instance-type", "g3s.xlarge", "m60"),
        ("nvidia.com/gpu", "gpu.nvidia.com/class", "H100_NVLINK_80GB", "h100"),
        ("nvidia.com/gpu", "aliyun.accelerator/nvidia_name", "NVIDIA-A100-SXM4-80GB", "a100-80gb"),
        ("amd.com/gpu", "beta.amd.com/gpu.product-name.AMD_Instinct_MI300X_OAM", "8", "mi300x"),
        ("amd.com/cpx_nps4", "amd.com/gpu.product-name", "AMD_Instinct_MI300X_OAM", "mi300x"),
        ("habana.ai/gaudi", "karpenter.k8s.aws/instance-accelerator-name", "gaudi-hl-205", "gaudi"),
        (
            "aws.amazon.com/neuroncore",
            "karpenter.k8s.aws/instance-accelerator-name",
            "inferentia2",
            "inferentia2",
        ),
        ("google.com/tpu", "cloud.google.com/gke-tpu-accelerator", "tpu-v5-lite-podslice", "tpu-v5e"),
        ("huawei.com/Ascend910-4c", "accelerator", "huawei-Ascend910", "ascend-910"),
        ("gpu.intel.com/xe", "gpu.intel.com/product", "Max_1550", "max-1550"),
        ("nvidia.com/mig-1g.5gb", "nvidia.com/mig-1g.5gb.count", "7", "unknown"),
        ("nvidia.com/gpu", "nvidia.com/gpu.memory", "81920", "unknown"),
    ],
)
def test_the_labels_of_each_cloud_and_operator_are_read(
    resource: str, label: str, value: str, class_name: str
) -> None:
    (accelerator,) = accelerators(asks(1, resource), nodeSelector={label: value})
    assert accelerator["class"] == class_name


def test_the_product_of_a_mixed_profile_is_its_own_label() -> None:
    label = {"nvidia.com/mig-1g.5gb.product": "NVIDIA-A100-SXM4-40GB-MIG-1g.5gb"}
    (slice_,) = accelerators(asks(1, "nvidia.com/mig-1g.5gb"), nodeSelector=label)
    assert (slice_["class"], slice_["migProfile"], slice_["memoryMib"]) == ("a100-40gb", "1g.5gb", 5120)
    # The node has such slices too, but a whole device is asked for.
    (whole,) = accelerators(asks(1), nodeSelector=label)
    assert (whole["class"], whole["memoryMib"]) == ("a100-40gb", 40960)
    assert "migProfile" not in whole


@pytest.mark.parametrize(
    ("label", "value", "shared"),
    [
        ("nvidia.com/gpu.sharing-strategy", "time-slicing", True),
        ("nvidia.com/gpu.sharing-strategy", "mps", True),
        ("nvidia.com/gpu.sharing-strategy", "none", False),
        ("nvidia.com/mps.capable", "true", True),
        ("nvidia.com/mps.capable", "false", False),
        ("cloud.google.com/gke-gpu-sharing-strategy", "time-sharing", True),
        ("cloud.google.com/gke-max-shared-clients-per-gpu", "4", True),
        ("cloud.google.com/gke-max-time-shared-clients-per-gpu", "4", True),
    ],
)
def test_sharing_is_seen_in_selector_and_affinity(label: str, value: str, *, shared: bool) -> None:
    assert accelerators(asks(), nodeSelector={label: value})[0]["shared"] is shared
    assert accelerators(asks(), affinity=_affinity({label: [value]}))[0]["shared"] is shared


def test_what_may_be_shared_is_shared() -> None:
    whole, shared = "NVIDIA-A100-SXM4-80GB", "NVIDIA-A100-SXM4-80GB-SHARED"
    assert accelerators(asks(), affinity=_affinity({_PRODUCT: [whole, shared]}))[0]["shared"]
    assert accelerators(asks(), affinity=_affinity({_PRODUCT: [whole]}, {"nvidia.com/mps.capable": ["true"]}))[
        0
    ]["shared"]
    strategies = {"nvidia.com/gpu.sharing-strategy": ["none", "mps"]}
    assert accelerators(asks(), affinity=_affinity(strategies))[0]["shared"]


@pytest.mark.parametrize(
    "terms",
    [
        [{_PRODUCT: ["NVIDIA-A100-SXM4-40GB-MIG-1g.5gb", "NVIDIA-A100-SXM4-40GB-MIG-2g.10gb"]}],
        [{_PRODUCT: ["NVIDIA-A100-SXM4-40GB"], _GKE_PROFILE: ["1g.5gb", "2g.10gb"]}],
        [
            {_PRODUCT: ["NVIDIA-A100-SXM4-40GB"], _GKE_PROFILE: ["1g.5gb"]},
            {_PRODUCT: ["NVIDIA-A100-SXM4-40GB"], _GKE_PROFILE: ["2g.10gb"]},
        ],
    ],
)
def test_several_profiles_are_a_slice_of_unknown_size(terms: list[dict[str, list[str]]]) -> None:
    (slice_,) = accelerators(asks(), affinity=_affinity(*terms))
    assert (slice_["class"], slice_["migProfile"]) == ("a100-40gb", "unknown")
    assert "memoryMib" not in slice_


@pytest.mark.parametrize(
    "terms",
    [
        [{_PRODUCT: ["NVIDIA-A100-SXM4-40GB-MIG-1g.5gb", "NVIDIA-A100-SXM4-40GB"]}],
        [
            {_PRODUCT: ["NVIDIA-A100-SXM4-40GB"], _GKE_PROFILE: ["1g.5gb"]},
            {_PRODUCT: ["NVIDIA-A100-SXM4-40GB"]},
        ],
    ],
)
def test_what_may_be_a_whole_device_is_no_slice(terms: list[dict[str, list[str]]]) -> None:
    assert "migProfile" not in accelerators(asks(), affinity=_affinity(*terms))[0]


def test_a_profile_in_affinity_is_one_like_in_the_selector() -> None:
    terms = _affinity({"cloud.google.com/gke-accelerator": ["nvidia-tesla-a100"], _GKE_PROFILE: ["1g.5gb"]})
    (slice_,) = accelerators(asks(), affinity=terms)
    assert (slice_["class"], slice_["migProfile"], slice_["memoryMib"]) == ("a100-40gb", "1g.5gb", 5120)
