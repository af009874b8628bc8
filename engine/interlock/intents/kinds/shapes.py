"""Shapes that several kinds have in common: templates of pods, jobs, groups and Ray's clusters."""

from interlock.intents.kinds.notation import HERE, Count, PodsAt, When
from interlock.intents.patterns import Pattern, pattern

_SPEC = pattern("spec")
_METADATA = pattern("metadata")


def patterns(*written: str) -> tuple[Pattern, ...]:
    """The patterns in the notation of `patterns.py`."""
    return tuple(pattern(each) for each in written)


def names(*written: str) -> tuple[tuple[Pattern, ...], ...]:
    """Fields of which the first that is there names a model; `a + b` is both, joined."""
    return tuple(patterns(*each.split(" + ")) for each in written)


def times(field: str) -> Count:
    """As many as the number at `field`, or one."""
    return Count(field=pattern(field))


def scaled(field: str, *greatest: str, by: str = "", endless: bool = False) -> Count:
    """As many as at `field`, or as an autoscaler can make of it, which is on where `by` is true."""
    when = When(field=pattern(by), value=True) if by else None
    return Count(field=pattern(field), scaled_to=patterns(*greatest), scaled=when, endless=endless)


def job(spec: str) -> Count:
    """The pods of one run of a Job: its parallelism, and no more than its completions."""
    return Count(field=pattern(f"{spec}.parallelism"), at_most=pattern(f"{spec}.completions"))


def template(at: str, *counts: Count, joins: bool = False) -> PodsAt:
    """Pods made from what holds `metadata` and `spec`."""
    return PodsAt(at=pattern(at), spec=_SPEC, metadata=_METADATA, counts=counts, joins=joins)


def bare(at: str, *counts: Count, having: str = "") -> PodsAt:
    """Pods made from a PodSpec without a template around it."""
    return PodsAt(
        at=pattern(at),
        spec=HERE,
        counts=counts,
        having=pattern(having) if having else None,
    )


def jobset(spec: str, *counts: Count) -> tuple[PodsAt, ...]:
    """The pods of a JobSet whose spec is at `spec`."""
    one = f"{spec}.replicatedJobs[]"
    return (
        template(
            f"{one}.template.spec.template", times(f"{one}.replicas"), job(f"{one}.template.spec"), *counts
        ),
    )


def leader_worker_set(spec: str, *counts: Count) -> tuple[PodsAt, ...]:
    """The pods of groups of a leader and its workers; without a template of its own the leader is like them."""
    leader = f"{spec}.leaderWorkerTemplate.leaderTemplate"
    size = Count(field=pattern(f"{spec}.leaderWorkerTemplate.size"), less=1, fewer=When(field=pattern(leader)))
    replicas = times(f"{spec}.replicas")
    return (
        template(leader, replicas, *counts),
        template(f"{spec}.leaderWorkerTemplate.workerTemplate", replicas, size, *counts, joins=True),
    )


def ray_cluster(spec: str, *counts: Count) -> tuple[PodsAt, ...]:
    """The pods of a Ray cluster whose spec is at `spec`: one head, and as many hosts as its groups can have."""
    group = f"{spec}.workerGroupSpecs[]"
    replicas = Count(
        field=pattern(f"{group}.replicas"),
        otherwise=0,
        at_least=pattern(f"{group}.minReplicas"),
        at_most=pattern(f"{group}.maxReplicas"),
        scaled_to=patterns(f"{group}.maxReplicas"),
        scaled=When(field=pattern(f"{spec}.enableInTreeAutoscaling"), value=True),
        endless=True,
    )
    return (
        template(f"{spec}.headGroupSpec.template", *counts),
        template(f"{group}.template", replicas, times(f"{group}.numOfHosts"), *counts, joins=True),
    )
