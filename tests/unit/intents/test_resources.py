import pytest

from interlock.intents.products import entry_of, mig_memory, normalized
from interlock.intents.resources import recognized
from support.intents import CONTEXT


@pytest.mark.parametrize(
    ("resource", "vendor", "product", "shared"),
    [
        ("nvidia.com/gpu", "nvidia", "", False),
        ("nvidia.com/gpu.shared", "nvidia", "", True),
        ("nvidia.com/gpu-h100", "nvidia", "h100", False),
        ("nvidia.com/GA102GL_A10", "nvidia", "ga102gl-a10", False),
        ("amd.com/gpu", "amd", "", False),
        ("google.com/tpu", "google", "", False),
        ("cloud-tpus.google.com/preemptible-v2", "google", "preemptible-v2", False),
        ("aws.amazon.com/neuron", "aws", "", False),
        ("aws.amazon.com/neurondevice", "aws", "", False),
        ("aws.amazon.com/neuroncore", "aws", "", True),
        ("habana.ai/gaudi", "intel", "", False),
        ("gpu.intel.com/i915", "intel", "", False),
        ("gpu.intel.com/xe_monitoring", "intel", "", True),
        ("npu.intel.com/accel", "intel", "", False),
        ("huawei.com/Ascend910B3", "huawei", "ascend910b3", False),
        ("huawei.com/ascend-1980", "huawei", "ascend-1980", False),
        ("cambricon.com/vmlu", "cambricon", "", True),
        ("hygon.com/dcunum", "hygon", "", False),
        ("iluvatar.ai/BI-V150-vgpu", "iluvatar", "bi-v150", True),
        ("metax-tech.com/sgpu", "metax", "", True),
        ("mthreads.com/vgpu", "mthreads", "", True),
        ("enflame.com/gcu", "enflame", "", False),
        ("kunlunxin.com/vxpu", "kunlunxin", "", True),
        ("rebellions.ai/ATOM", "rebellions", "atom", False),
        ("qualcomm.com/qaic", "qualcomm", "", False),
        ("volcano.sh/vgpu-number", "unknown", "", True),
        ("koordinator.sh/gpu.shared", "unknown", "", True),
        ("gpu", "unknown", "", False),
    ],
)
def test_every_family_of_resources_is_an_accelerator(
    resource: str, vendor: str, product: str, *, shared: bool
) -> None:
    device = recognized(resource)
    assert device is not None
    assert (device.vendor, device.product, device.shared) == (vendor, product, shared)
    assert not device.portion
    assert device.allocation == "resource"


@pytest.mark.parametrize(
    "resource",
    [
        "cpu",
        "memory",
        "hugepages-2Mi",
        "ephemeral-storage",
        "nvidia.com/hostdev",
        "nvidia.com/rdma_shared_device_a",
        "aws.amazon.com/efa-ish",
        "vpc.amazonaws.com/efa",
        "google.com/disk",
        "rdma/ib",
        "/gpu",
        "",
        "deviceclass.resource.kubernetes.io/compute-domain-daemon.nvidia.com",
    ],
)
def test_other_resources_are_none(resource: str) -> None:
    assert recognized(resource) is None


@pytest.mark.parametrize(
    "resource",
    [
        "nvidia.com/gpumem",
        "nvidia.com/gpucores",
        "nvidia.com/gpumem-percentage",
        "iluvatar.ai/BI-V100.vMem",
        "metax-tech.com/vcore",
        "hygon.com/dcumem",
        "huawei.com/Ascend910A-memory",
        "cambricon.com/mlu370.smlu.vmemory",
        "volcano.sh/vgpu-memory",
        "koordinator.sh/gpu-memory-ratio",
        "gpu.intel.com/millicores",
    ],
)
def test_memory_and_cores_are_portions_of_a_device(resource: str) -> None:
    device = recognized(resource)
    assert device is not None
    assert device.portion
    assert device.shared


@pytest.mark.parametrize(
    ("resource", "profile", "shared"),
    [
        ("nvidia.com/mig-1g.5gb", "1g.5gb", False),
        ("nvidia.com/mig-1g.5gb.me", "1g.5gb+me", False),
        ("nvidia.com/mig-1g.24gb.gfx", "1g.24gb+gfx", False),
        ("nvidia.com/mig-3g.20gb.shared", "3g.20gb", True),
    ],
)
def test_mig_resources_name_their_profile(resource: str, profile: str, *, shared: bool) -> None:
    device = recognized(resource)
    assert device is not None
    assert (device.mig_profile, device.shared) == (profile, shared)


def test_a_device_class_is_allocated_by_claim_and_says_its_vendor() -> None:
    device = recognized("deviceclass.resource.kubernetes.io/gpu.nvidia.com")
    other = recognized("deviceclass.resource.kubernetes.io/fast")
    assert device is not None
    assert other is not None
    assert (device.vendor, device.allocation, other.vendor) == ("nvidia", "claim", "unknown")


@pytest.mark.parametrize(
    ("written", "name", "profile", "shared"),
    [
        ("NVIDIA-A100-SXM4-80GB-MIG-1g.10gb-SHARED", "a100-sxm4-80gb", "1g.10gb", True),
        ("NVIDIA-H100-80GB-HBM3", "h100-80gb-hbm3", "", False),
        ("Tesla-T4", "tesla-t4", "", False),
        ("nvidia-tesla-a100", "tesla-a100", "", False),
        ("AMD_Instinct_MI300X_OAM", "mi300x-oam", "", False),
        ("NVIDIA-L4-SHARED", "l4", "", True),
        ("Standard_ND96isr_H100_v5", "standard-nd96isr-h100-v5", "", False),
    ],
)
def test_products_are_one_text_whoever_wrote_them(
    written: str, name: str, profile: str, *, shared: bool
) -> None:
    product = normalized(written)
    assert (product.name, product.mig_profile, product.shared) == (name, profile, shared)


@pytest.mark.parametrize(
    ("written", "class_name"),
    [
        ("Tesla-T4", "t4"),
        ("nvidia-tesla-t4", "t4"),
        ("Tesla-V100-SXM2-32GB", "v100"),
        ("NVIDIA-A10G", "a10g"),
        ("nvidia-tesla-a100", "a100-40gb"),
        ("A100-PCIE-40GB", "a100-40gb"),
        ("A100-SXM4-80GB", "a100-80gb"),
        ("nvidia-a100-80gb", "a100-80gb"),
        ("nvidia-l4", "l4"),
        ("NVIDIA-L40S", "l40s"),
        ("NVIDIA-H100-NVL", "h100"),
        ("nvidia-h100-mega-80gb", "h100"),
        ("NVIDIA-H20", "h20"),
        ("nvidia-h200-141gb", "h200"),
        ("NVIDIA-GH200-480GB", "gh200"),
        ("nvidia-b200", "b200"),
        ("NVIDIA-GB200", "gb200"),
        ("NVIDIA-B300-SXM6-AC", "b300"),
        ("NVIDIA-GB300", "gb300"),
        ("NVIDIA-RTX-PRO-6000-Blackwell-Server-Edition", "rtx-pro-6000"),
        ("AMD_Instinct_MI300X_OAM", "mi300x"),
        ("Max_1550", "max-1550"),
        ("tpu-v4-podslice", "tpu-v4"),
        ("tpu-v5-lite-podslice", "tpu-v5e"),
        ("tpu-v5p-slice", "tpu-v5p"),
        ("tpu-v6e-slice", "tpu-v6e"),
        ("tpu7x", "tpu-7x"),
        ("inferentia2", "inferentia2"),
        ("trainium", "trainium1"),
        ("p4d.24xlarge", "a100-40gb"),
        ("p4de.24xlarge", "a100-80gb"),
        ("p5e.48xlarge", "h200"),
        ("g6e.12xlarge", "l40s"),
        ("Standard_NC24ads_A100_v4", "a100-80gb"),
        ("Standard_ND96isr_H200_v5", "h200"),
        ("NVIDIA-A100-80GB-PCIe", "a100-80gb"),
        ("NVIDIA-H100-80GB-HBM2e", "h100"),
        ("NVIDIA-H100-80GB-HBM3", "h100"),
        ("NVIDIA-A800-40GB-Active", "a800"),
        ("Tesla-V100S-PCIE-32GB", "v100"),
        ("NVIDIA-GeForce-RTX-3090", "rtx-3090"),
        ("Instinct_MI300X", "mi300x"),
    ],
)
def test_the_catalog_that_ships_knows_the_common_products(written: str, class_name: str) -> None:
    entry = entry_of(normalized(written).name, CONTEXT.catalog)
    assert entry is not None
    assert entry.class_name == class_name


@pytest.mark.parametrize("written", ["a100", "m5.large", "nvidia-next", ""])
def test_a_product_that_may_be_several_or_none_has_no_class(written: str) -> None:
    assert entry_of(normalized(written).name, CONTEXT.catalog) is None


@pytest.mark.parametrize(
    ("profile", "memory"),
    [
        ("1g.5gb", 5120),
        ("1g.10gb+me", 10240),
        ("1c.3g.20gb", 20480),
        ("all", None),
        ("1g.gb", None),
        ("", None),
    ],
)
def test_the_memory_of_a_profile_is_in_its_name(profile: str, memory: int | None) -> None:
    assert mig_memory(profile) == memory


@pytest.mark.parametrize(
    ("resource", "product"),
    [("acme.example/gpu", ""), ("acme.example/h100-gpu", "h100"), ("run.ai/gpu.shared", ""), ("x/tpu", "")],
)
def test_a_device_of_an_unknown_domain_is_one_of_an_unknown_vendor(resource: str, product: str) -> None:
    device = recognized(resource)
    assert device is not None
    assert (device.vendor, device.product, device.domain) == ("unknown", product, resource.partition("/")[0])
    assert device.shared is resource.endswith(".shared")


@pytest.mark.parametrize("resource", ["acme.example/gpus-of-others", "acme.example/license", "x/gpulike"])
def test_a_name_without_the_word_is_no_device_of_an_unknown_domain(resource: str) -> None:
    assert recognized(resource) is None
