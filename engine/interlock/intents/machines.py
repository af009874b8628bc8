"""How many devices machines have, by the names that clouds give their types.

Which devices they are, the Catalog says. Sources: the clouds' pages on machine
types; KAITO's `pkg/sku`.
"""

from fnmatch import fnmatchcase
from typing import Final

_LONGEST_NAME: Final = 64

_TABLE: Final = """
# Azure
1: standard_nc6s_v3 standard_nc24ads_a100_v4 standard_nc40ads_h100_v5 standard_nc4as_t4_v3
1: standard_nc8as_t4_v3 standard_nc16as_t4_v3 standard_nv36ads_a10_v5 standard_nc6 standard_nv12s_v3
2: standard_nc12s_v3 standard_nc48ads_a100_v4 standard_nc80adis_h100_v5 standard_nv72ads_a10_v5
2: standard_nv24s_v3 standard_nc12
4: standard_nc24s_v3 standard_nc24rs_v3 standard_nc96ads_a100_v4 standard_nc64as_t4_v3 standard_nv48s_v3
4: standard_nc24 standard_nc24r standard_nd*isr_gb200*
8: standard_nd96asr_v4 standard_nd96amsr_a100_v4 standard_nd96isr_h100_v5 standard_nd96is_h100_v5
8: standard_nd96isr_h200_v5 standard_nd40rs_v2 standard_nd96isr_mi300x_v5 standard_nd96is_mi300x_v5
# AWS
1: g4dn.xlarge g4dn.2xlarge g4dn.4xlarge g4dn.8xlarge g4dn.16xlarge p3.2xlarge p5.4xlarge g5.xlarge
1: g5.2xlarge g5.4xlarge g5.8xlarge g5.16xlarge g6.xlarge g6.2xlarge g6.4xlarge g6.8xlarge g6.16xlarge
1: g6e.xlarge g6e.2xlarge g6e.4xlarge g6e.8xlarge g6e.16xlarge gr6.4xlarge gr6.8xlarge p2.xlarge g5g.xlarge
1: g5g.2xlarge g5g.4xlarge
4: g4dn.12xlarge g5.12xlarge g5.24xlarge g6.12xlarge g6.24xlarge g6e.12xlarge g6e.24xlarge p3.8xlarge
4: p6e-gb200.36xlarge
8: g4dn.metal g5.48xlarge g6.48xlarge g6e.48xlarge p2.8xlarge p3.16xlarge p3dn.24xlarge p4d.24xlarge
8: p4de.24xlarge p5.48xlarge p5e.48xlarge p5en.48xlarge p6-b200.48xlarge
16: p2.16xlarge
# Google Cloud
1: a2-highgpu-1g a2-ultragpu-1g a3-highgpu-1g g2-standard-4 g2-standard-8 g2-standard-12 g2-standard-16
1: g2-standard-32
2: a2-highgpu-2g a2-ultragpu-2g a3-highgpu-2g g2-standard-24
4: a2-highgpu-4g a2-ultragpu-4g a3-highgpu-4g a4x-highgpu-4g g2-standard-48
8: a2-highgpu-8g a2-ultragpu-8g a3-highgpu-8g a3-megagpu-8g a3-ultragpu-8g a4-highgpu-8g g2-standard-96
16: a2-megagpu-16g
# Oracle Cloud
8: bm.gpu*.8 bm.gpu4.8
"""
"""A number of devices, and types of machines that have so many; `*` stands for any letters."""

_DEVICES: Final = tuple(
    (int(number), tuple(names.split()))
    for number, separator, names in (line.partition(": ") for line in _TABLE.splitlines())
    if separator
)


def devices_of(machine: str) -> int | None:
    """How many devices a machine of the type `machine` has, or None where nobody knows."""
    name = machine.lower()
    if len(name) > _LONGEST_NAME:
        return None
    return next((number for number, names in _DEVICES if any(fnmatchcase(name, each) for each in names)), None)
