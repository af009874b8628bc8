"""Spark's applications: a driver, and as many executors as they can allocate."""

from typing import Final

from interlock.intents.kinds.notation import HERE, Count, Devices, Kind, PodsAt, When
from interlock.intents.kinds.shapes import patterns
from interlock.intents.patterns import pattern

_GPUS: Final = (Devices(count=pattern("gpu.quantity"), named_by=pattern("gpu.name")),)


def _application(spec: str) -> Kind:
    """The pods of an application whose spec is at `spec`; each role is like a container."""
    return Kind(
        pods=(
            _role(f"{spec}.driver"),
            _role(
                f"{spec}.executor",
                Count(
                    field=pattern(f"{spec}.executor.instances"),
                    scaled_to=patterns(f"{spec}.dynamicAllocation.maxExecutors"),
                    scaled=When(field=pattern(f"{spec}.dynamicAllocation.enabled"), value=True),
                ),
            ),
        ),
        images=patterns(f"{spec}.image"),
    )


def _role(at: str, *counts: Count) -> PodsAt:
    return PodsAt(
        at=pattern(at),
        spec=pattern("template.spec"),
        metadata=HERE,
        containers=(HERE, *patterns("sidecars[]", "initContainers[]")),
        counts=counts,
        devices=_GPUS,
        nodes=patterns("nodeSelector"),
    )


SPARK: Final = {
    ("sparkoperator.k8s.io", "SparkApplication"): _application("spec"),
    ("sparkoperator.k8s.io", "ScheduledSparkApplication"): _application("spec.template"),
}
