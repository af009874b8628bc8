"""YAML events to nodes, within bounds.

The composer sees one file. What it can't make sense of becomes a problem;
it goes on after a wrong value and stops after a wrong structure. Depth, number
of nodes and what aliases expand to are bounded before anything is built.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

import yaml

from interlock.documents.nodes import Entry, MappingNode, Node, ScalarNode, SequenceNode
from interlock.documents.placement import Placement
from interlock.documents.scalars import TEXT_TAGS, RefusedScalarError, Value, resolve
from interlock.documents.source import Source
from interlock.documents.yaml_errors import explain
from interlock.errors import Problem
from interlock.spelling import quoted

MAX_DEPTH = 100
MAX_NODES = 100_000
"""The most values in one file, each counted as often as aliases repeat it."""

_LOADER = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader


@dataclass(frozen=True, slots=True)
class Composition:
    """What was read of a file and everything that is wrong with its text.

    Each root comes with whether it is as the author wrote it. `is_complete`
    is false where the text ended being YAML, so that documents may be missing.
    """

    roots: tuple[tuple[Node, bool], ...]
    problems: tuple[Problem, ...]
    is_complete: bool


def compose(source: Source) -> Composition:
    """The documents of `source`. Nothing that the text may hold raises."""
    composer = _Composer(source)
    roots: list[tuple[Node, bool]] = []
    stop: tuple[int, str] | None = None
    try:
        roots.extend(composer.documents())
    except _StructureError as error:
        stop = error.offset, error.message
    except yaml.MarkedYAMLError as error:
        stop = explain(source, error)
    except yaml.reader.ReaderError as error:
        # The C part counts bytes here. Had the character occurred before, it would have been refused there.
        offset = max(source.text.find(chr(error.character)), 0)
        stop = offset, f"character U+{error.character:04X} is not allowed: remove it"
    except UnicodeEncodeError as error:
        stop = error.start, "half of a surrogate pair is no character: remove it"
    if stop:
        composer.refuse(*stop)
    return Composition(tuple(roots), tuple(composer.problems), is_complete=not stop)


class _StructureError(Exception):
    """The file can't be read further."""

    def __init__(self, offset: int, message: str) -> None:
        self.offset, self.message = offset, message
        super().__init__(message)


class _Composer:
    """One pass over one file; `problems` grows as it goes."""

    def __init__(self, source: Source) -> None:
        self.problems: list[Problem] = []
        self._source = source
        self._events: Iterator[yaml.Event] = iter(yaml.parse(source.text, Loader=_LOADER))
        self._anchors: dict[str | None, Node | None] = {}
        self._count = 0

    def documents(self) -> Iterator[tuple[Node, bool]]:
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                self._anchors = {}
                before = len(self.problems)
                root = self._node(next(self._events), 0)
                yield root, len(self.problems) == before

    def refuse(self, offset: int, message: str) -> None:
        self.problems.append(self._source.problem_at(offset, message))

    def _node(self, event: yaml.Event, depth: int) -> Node:
        offset = _offset(event)
        if depth > MAX_DEPTH:
            raise _StructureError(offset, f"nested more than {MAX_DEPTH} levels deep: flatten it")
        self._spend(1, offset)
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event, depth)
        if isinstance(event, yaml.ScalarEvent):
            node: Node = self._scalar(event)
            self._anchors[event.anchor] = node
            return node
        # Nothing else starts a value.
        return self._collection(cast("yaml.CollectionStartEvent", event), depth)

    def _spend(self, nodes: int, offset: int) -> None:
        self._count += nodes
        if self._count > MAX_NODES:
            raise _StructureError(offset, f"more than {MAX_NODES} values, aliases expanded: split the file")

    def _alias(self, event: yaml.AliasEvent, depth: int) -> Node:
        offset, name = _offset(event), quoted(str(event.anchor))
        if event.anchor not in self._anchors:
            raise _StructureError(offset, f"alias of an unknown anchor {name}: define it before")
        node = self._anchors[event.anchor]
        if node is None:
            raise _StructureError(offset, f"alias {name} contains itself: write the value out")
        if depth + node.height > MAX_DEPTH:
            raise _StructureError(offset, f"nested more than {MAX_DEPTH} levels deep: flatten it")
        self._spend(node.weight - 1, offset)
        return node

    def _collection(self, event: yaml.CollectionStartEvent, depth: int) -> Node:
        is_mapping = isinstance(event, yaml.MappingStartEvent)
        if event.tag not in (None, "tag:yaml.org,2002:map" if is_mapping else "tag:yaml.org,2002:seq"):
            self._refuse_tag(event, event.tag)
        # An alias that is met before its anchor is complete would contain itself.
        self._anchors[event.anchor] = None
        compose_items = self._mapping if is_mapping else self._sequence
        node = compose_items(_offset(event), depth)
        self._anchors[event.anchor] = node
        return node

    def _refuse_tag(self, event: yaml.Event, tag: str) -> None:
        hint = "quote a text that starts with `!`, or remove the tag"
        self.refuse(_offset(event), f"tag {quoted(tag)} is not supported: {hint}")

    def _scalar(self, event: yaml.ScalarEvent) -> ScalarNode:
        start, end = _offset(event), _end(event)
        style = event.style or ""
        value: Value = event.value
        if event.tag is not None and event.tag not in TEXT_TAGS:
            self._refuse_tag(event, event.tag)
        elif "\0" in event.value:
            self.refuse(start, "text holds a NUL character: remove it")
        elif event.tag is None and not style:
            try:
                value = resolve(event.value)
            except RefusedScalarError as error:
                self.refuse(start, str(error))
        placement = Placement(source=self._source, start=start, end=end, style=style, text=event.value)
        return ScalarNode(value, placement)

    def _sequence(self, offset: int, depth: int) -> SequenceNode:
        items: list[Node] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            items.append(self._node(event, depth + 1))
        return SequenceNode(items=tuple(items), offset=offset, weight=_weight(items), height=_height(items))

    def _mapping(self, offset: int, depth: int) -> MappingNode:
        entries: dict[str, Entry] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._node(event, depth + 1)
            value = self._node(next(self._events), depth + 1)
            self._enter(entries, _offset(event), key, value)
        nodes = [entry.node for entry in entries.values()]
        return MappingNode(entries=entries, offset=offset, weight=_weight(nodes), height=_height(nodes))

    def _enter(self, entries: dict[str, Entry], offset: int, key: Node, value: Node) -> None:
        """Add the entry, unless its key is no text or is there already: the first one stays."""
        if not isinstance(key, ScalarNode):
            self.refuse(offset, "a list or mapping can't be a field's name: write a text")
            return
        # As in Kubernetes, a key is always a text, whatever it looks like.
        name = key.placement.text
        if name == "<<":
            self.refuse(offset, "merge key `<<` is not supported: write the fields out")
        elif name in entries:
            line = self._source.span(entries[name].key_offset).line
            self.refuse(offset, f"duplicate field {quoted(name)}: it is already set in line {line}")
        else:
            entries[name] = Entry(offset, value)


def _offset(event: yaml.Event) -> int:
    return event.start_mark.index if event.start_mark else 0


def _end(event: yaml.Event) -> int:
    return event.end_mark.index if event.end_mark else 0


def _weight(nodes: list[Node]) -> int:
    return 1 + sum(node.weight for node in nodes)


def _height(nodes: list[Node]) -> int:
    return 1 + max((node.height for node in nodes), default=0)
