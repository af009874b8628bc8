"""How a kind of objects is described: where it keeps pods, models, tools and devices.

Only words for that; what is read by them, `podtemplates.py` and its neighbours
know. Patterns that are said to be of a place start there, all others at the
object; `[]` in one of those means the item that the place is in.
"""

from collections.abc import Callable
from dataclasses import dataclass

from interlock.intents.patterns import Pattern, pattern

HERE = pattern("")


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """Whether `field` is there, and is `value` where there is one."""

    field: Pattern
    value: object = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The first of `groups` that has what stands at `name` among its `names`."""

    groups: Pattern
    names: Pattern
    name: Pattern


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """One factor of the number of pods: the whole number at `field`, or else `otherwise`.

    `at_least` and `at_most` are other fields that bound it. `scaled_to` are those up to
    which an autoscaler can raise it, where `scaled` holds; nothing bounds what is `endless`
    and has none of them. It is divided by `per`, and where `fewer` holds it is `less` by pods
    that are described elsewhere. It counts where `holds` does, and where there is a
    `group` the field is that group's.
    """

    field: Pattern
    otherwise: int = 1
    at_least: Pattern | None = None
    at_most: Pattern | None = None
    scaled_to: tuple[Pattern, ...] = ()
    scaled: When | None = None
    less: int = 0
    fewer: When | None = None
    per: Pattern | None = None
    holds: When | None = None
    endless: bool = False
    group: Group | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Loop:
    """How often a step runs at once; patterns are of the step.

    As often as `items` has: a list, or the JSON text of one; or as a `sequence` of numbers says. Of `lists`
    it runs with each combination of their items, and `more` are further ones.
    """

    items: Pattern | None = None
    sequence: Pattern | None = None
    lists: Pattern | None = None
    more: Pattern | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Looped:
    """One factor of the number of pods: how often the step `at` a place runs by its own `loop`."""

    at: Pattern
    loop: Loop


@dataclass(frozen=True, slots=True, kw_only=True)
class Calls:
    """One factor of the number of pods: how often steps of `templates` call the one that has the `name`.

    Of a template the `steps` of each of its `groups` run together, and so do all that are `together`. A
    step calls the template under its `key`, in a `loop`. The workflow starts with `entries`.
    """

    templates: Pattern
    name: Pattern
    groups: Pattern
    steps: Pattern
    together: Pattern
    key: str
    loop: Loop
    entries: tuple[Pattern, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Devices:
    """Devices beside what containers ask for; patterns are of the place of the pods.

    `count` is a bare number of them, `named_by` their resource and `product` what they are.
    `amounts` are objects of such numbers by resource, `machine` is a machine type, and
    `profile` a name such as `nvidia-gpu-l4:2`.
    """

    count: Pattern | None = None
    named_by: Pattern | None = None
    product: Pattern | None = None
    amounts: Pattern | None = None
    machine: Pattern | None = None
    profile: Pattern | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PodsAt:
    """Pods that are made from what is `at` a place; other patterns are of that place.

    `spec` is the PodSpec and `metadata` what holds labels and annotations. `containers` are
    those outside of the PodSpec's lists, whose resources are under the key `resources`.
    `nodes` are labels of nodes, and there can be `requirements` on them. Patterns of the
    object are `everywhere`, which are containers of all its pods, and `around`, whose nodes are
    theirs where they choose none. At once there are `at_most` so many of them. Pods are made only
    where there is one of `having`, and none of `lacking`.

    Who `serves` has a model, who `joins` helps those before with theirs, and who
    `needs_devices` has some, whether or not anything says so. `note` is what can't be known of them.
    """

    at: Pattern
    spec: Pattern | None = None
    metadata: Pattern | None = None
    around: Pattern | None = None
    containers: tuple[Pattern, ...] = ()
    everywhere: tuple[Pattern, ...] = ()
    resources: str = "resources"
    counts: tuple[Count | Looped | Calls, ...] = ()
    at_most: Pattern | None = None
    devices: tuple[Devices, ...] = ()
    nodes: tuple[Pattern, ...] = ()
    requirements: bool = False
    having: Pattern | None = None
    lacking: Pattern | None = None
    serves: bool = False
    joins: bool = False
    needs_devices: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelsAt:
    """Models named in what is `at` a place; patterns are of that place.

    The first of `names` that is there says what is loaded, as `written` makes of it; of several
    fields the texts are joined with `/`. `aliases` are what it is called. Where nothing
    names one, `absent` says why it is unknown; where that is empty, or one of `unless` is
    there, there need not be one. Unknown are also the names of `elsewhere` objects, with
    `globs` those that hold a `*`, and those at `unread`.
    """

    at: Pattern
    names: tuple[tuple[Pattern, ...], ...] = ()
    aliases: tuple[Pattern, ...] = ()
    absent: str = ""
    elsewhere: str = ""
    globs: bool = False
    unread: Pattern | None = None
    unless: tuple[Pattern, ...] = ()
    inferred: bool = False
    written: Callable[[str], str] = str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolsAt:
    """Tools named in what is `at` a place; patterns are of that place.

    Their server is named at `server`, is the word `of`, or else the object itself. Where there
    is none of `names`, all of a server's tools are meant, and where there is one of
    `unread`, some of them.
    """

    at: Pattern
    server: Pattern | None = None
    of: str = ""
    names: tuple[Pattern, ...] = ()
    unread: tuple[Pattern, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """What stands `at` a place says that more is somewhere else: `what`. Not where `lacking` is."""

    at: Pattern
    what: str
    lacking: Pattern | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of objects. `texts` are YAML, `objects` whole objects that it creates in its turn.

    It `makes` so many of each of those objects. `variables` are environments outside of
    containers, `commands` command lines, `requests` claims of dynamic resource allocation, and
    `device_classes` classes of its devices.
    """

    texts: tuple[Pattern, ...] = ()
    objects: tuple[Pattern, ...] = ()
    makes: tuple[Count | Looped | Calls, ...] = ()
    pods: tuple[PodsAt, ...] = ()
    models: tuple[ModelsAt, ...] = ()
    variables: tuple[Pattern, ...] = ()
    commands: tuple[Pattern, ...] = ()
    tools: tuple[ToolsAt, ...] = ()
    requests: tuple[Pattern, ...] = ()
    device_classes: tuple[Pattern, ...] = ()
    regions: tuple[Pattern, ...] = ()
    images: tuple[Pattern, ...] = ()
    elsewhere: tuple[Elsewhere, ...] = ()
