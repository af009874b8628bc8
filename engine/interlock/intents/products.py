"""Product names of accelerators as one text, whoever wrote them.

`NVIDIA-A100-SXM4-80GB-MIG-1g.10gb-SHARED`, `A100-SXM4-80GB` and
`nvidia-a100-80gb` are written by a driver, an older driver and a cloud. What
class a product is of, the Catalog says.
"""

from dataclasses import dataclass
from typing import Final

from interlock.intents.remembered import remembered
from interlock.model.catalog import AcceleratorEntry, Catalog

_VENDOR_PREFIXES: Final = ("nvidia-", "amd-", "instinct-", "intel-", "huawei-")
_MIG_MARK: Final = "-mig-"
_SHARED_MARK: Final = "-shared"


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """A normalized product, and what its label says beside it. `mig_profile` may be empty."""

    name: str
    mig_profile: str
    shared: bool


@remembered
def normalized(written: str) -> Product:
    """`written` in lower case, words joined with `-`, without vendor, MIG profile and sharing."""
    name = written.strip().lower().replace("_", "-").replace(" ", "-")
    shared = name.endswith(_SHARED_MARK)
    name, _, profile = name.removesuffix(_SHARED_MARK).partition(_MIG_MARK)
    for prefix in _VENDOR_PREFIXES:
        name = name.removeprefix(prefix)
    return Product(name=name, mig_profile=profile, shared=shared)


def entry_of(product: str, catalog: Catalog) -> AcceleratorEntry | None:
    """What the Catalog knows of a normalized product.

    `tesla-` is part of some names (GKE's `nvidia-tesla-a100` is the one with
    40 GB) and only a brand in others, so it is tried with it first.
    """
    return catalog.accelerator(product) or catalog.accelerator(product.removeprefix("tesla-"))


def mig_memory(profile: str) -> int | None:
    """The memory of a MIG profile such as `1g.10gb+me` in MiB, by its name; None where it names none."""
    size = profile.partition("+")[0].rpartition(".")[2]
    digits = size.removesuffix("gb")
    known = size.endswith("gb") and digits.isascii() and digits.isdigit() and len(digits) <= 4  # noqa: PLR2004  # no profile has more
    return int(digits) * 1024 if known else None
