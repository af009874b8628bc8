"""Which resource names are accelerators.

A table of the domains that device plugins use. In a domain of accelerators
every name is a device unless the table knows better, and in a domain that
nobody knows a name with a word such as `gpu` is one: so a new device is seen
as one of unknown class rather than not at all.
"""

from dataclasses import dataclass
from typing import Final

from interlock.intents.products import normalized
from interlock.intents.remembered import remembered
from interlock.model.intent import UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """What a resource name says of the devices that it stands for.

    `product` is normalized and empty where the name doesn't tell. A `portion`
    is memory or cores of a device: it isn't counted, but shares the devices
    of its `domain`. `allocation` is as in an Accelerator.
    """

    domain: str
    vendor: str
    product: str = ""
    mig_profile: str = ""
    shared: bool = False
    portion: bool = False
    allocation: str = "resource"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Domain:
    """The names in one domain.

    `generic` names say nothing of the product. `only` limits the domain to the names that start so,
    `foreign` are starts of names that aren't accelerators, `shares` and `portions` are parts of names.
    """

    vendor: str
    generic: frozenset[str] = frozenset()
    only: tuple[str, ...] = ("",)
    foreign: tuple[str, ...] = ()
    shares: tuple[str, ...] = (".shared", "vgpu", "sgpu")
    portions: tuple[str, ...] = ("mem", "core", "percentage")


_KINDS: Final = frozenset({"gpu", "npu", "vgpu", "sgpu", "tpu"})

_DOMAINS: Final = {
    "nvidia.com": _Domain(
        vendor="nvidia",
        foreign=("hostdev", "rdma", "sriov", "mlnx", "priority", "nvswitch", "resib", "vfio-net"),
        shares=(".shared", "vgpu"),
    ),
    "amd.com": _Domain(vendor="amd"),
    "google.com": _Domain(vendor="google", generic=frozenset({"tpu"}), only=("tpu",)),
    "cloud-tpus.google.com": _Domain(vendor="google"),
    "aws.amazon.com": _Domain(
        vendor="aws",
        generic=frozenset({"neuron", "neurondevice", "neuroncore"}),
        only=("neuron",),
        shares=("neuroncore",),
        portions=(),
    ),
    "habana.ai": _Domain(vendor="intel", generic=frozenset({"gaudi"})),
    # A monitoring resource opens all devices of the node.
    "gpu.intel.com": _Domain(
        vendor="intel",
        generic=frozenset({"i915", "xe", "dxg", "monitoring", "i915_monitoring", "xe_monitoring"}),
        shares=("monitoring",),
        portions=("memory", "millicores", "tiles"),
    ),
    "npu.intel.com": _Domain(vendor="intel", generic=frozenset({"accel"})),
    "huawei.com": _Domain(vendor="huawei", portions=("-memory", "-core", "npu-core")),
    "cambricon.com": _Domain(vendor="cambricon", generic=frozenset({"mlu", "vmlu"}), shares=("vmlu", "smlu")),
    "hygon.com": _Domain(vendor="hygon", generic=frozenset({"dcu", "dcunum"})),
    "iluvatar.ai": _Domain(vendor="iluvatar"),
    "iluvatar.com": _Domain(vendor="iluvatar"),
    "metax-tech.com": _Domain(vendor="metax"),
    "mthreads.com": _Domain(vendor="mthreads"),
    "enflame.com": _Domain(
        vendor="enflame", generic=frozenset({"gcu", "vgcu", "shared-gcu"}), shares=("vgcu", "shared")
    ),
    "kunlunxin.com": _Domain(vendor="kunlunxin", generic=frozenset({"xpu", "vxpu"}), shares=("vxpu",)),
    "rebellions.ai": _Domain(vendor="rebellions"),
    "furiosa.ai": _Domain(vendor="furiosa"),
    "qualcomm.com": _Domain(vendor="qualcomm", generic=frozenset({"qaic"}), only=("qaic",)),
    "tenstorrent.com": _Domain(vendor="tenstorrent"),
    "graphcore.ai": _Domain(vendor="graphcore", generic=frozenset({"ipu"})),
    "birentech.com": _Domain(vendor="biren"),
    "volcano.sh": _Domain(
        vendor=UNKNOWN,
        generic=frozenset({"vgpu-number", "gpu-number"}),
        only=("vgpu", "gpu"),
        shares=("vgpu",),
    ),
    # Its `gpu` is counted in hundredths of a device: rather too many than too few.
    "koordinator.sh": _Domain(vendor=UNKNOWN, only=("gpu",)),
    "aliyun.com": _Domain(vendor=UNKNOWN, generic=frozenset({"gpu-count"}), only=("gpu", "ppu")),
    "tencent.com": _Domain(vendor=UNKNOWN, only=("vcuda",)),
    "4paradigm.com": _Domain(vendor=UNKNOWN, only=("vgpu",)),
    # Some operators leave the domain out, for resources and in their own fields.
    "": _Domain(vendor=UNKNOWN, only=("gpu", "vgpu")),
}

_ANY_DOMAIN: Final = _Domain(vendor=UNKNOWN)
"""A plugin can be told to call its devices anything, such as `acme.example/gpu`."""

_DEVICE_CLASS_DOMAIN: Final = "deviceclass.resource.kubernetes.io"

_CLASS_VENDORS: Final = {
    "nvidia.com": "nvidia",
    "amd.com": "amd",
    "intel.com": "intel",
    "google.com": "google",
    "aws.com": "aws",
}
_FOREIGN_CLASSES: Final = (
    "compute-domain",
    "cpu.",
    "dra.net",
    "dranet",
    "efa.",
    "erdma.",
    "imex",
    "multinic",
    "netdev.",
    "qat.",
    "rdma",
    "sriov",
)


@remembered
def recognized(resource: str) -> Device | None:
    """What the resource name stands for, or None where it is no accelerator's."""
    domain, slash, name = resource.lower().rpartition("/")
    if domain == _DEVICE_CLASS_DOMAIN:
        return of_device_class(name)
    if slash and not domain:
        return None
    rules = _DOMAINS.get(domain)
    if rules is None and not _KINDS.isdisjoint(name.replace("_", "-").replace(".", "-").split("-")):
        rules = _ANY_DOMAIN
    if rules is None or not name.startswith(rules.only) or name.startswith(rules.foreign):
        return None
    return _in_domain(domain, rules, name)


def _in_domain(domain: str, rules: _Domain, name: str) -> Device:
    shared = any(part in name for part in rules.shares)
    if name.startswith("mig-"):
        # Resource names can't hold `+`, so plugins write `1g.5gb.me` for `1g.5gb+me`.
        profile = (
            name.removeprefix("mig-").removesuffix(".shared").replace(".me", "+me").replace(".gfx", "+gfx")
        )
        return Device(domain=domain, vendor=rules.vendor, mig_profile=profile, shared=shared)
    if any(part in name for part in rules.portions):
        return Device(domain=domain, vendor=rules.vendor, shared=True, portion=True)
    return Device(domain=domain, vendor=rules.vendor, product=_product(name, rules), shared=shared)


def _product(name: str, rules: _Domain) -> str:
    """The product in `gpu-h100`, `BI-V150-vgpu`, `Ascend910B`."""
    bare = name.removesuffix(".shared")
    if bare in rules.generic or bare in _KINDS:
        return ""
    for kind in ("gpu", "vgpu"):
        bare = bare.removeprefix(f"{kind}-").removeprefix(f"{kind}.").removesuffix(f"-{kind}")
    return normalized(bare).name


def of_device_class(name: str) -> Device | None:
    """The device that a DeviceClass gives through an extended resource of its own."""
    if name.startswith(_FOREIGN_CLASSES):
        return None
    vendor = _CLASS_VENDORS.get(".".join(name.split(".")[-2:]), UNKNOWN)
    return Device(domain=_DEVICE_CLASS_DOMAIN, vendor=vendor, allocation="claim")
