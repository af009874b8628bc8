"""The models that fields of an object name, outside of its containers."""

from collections.abc import Iterator

from interlock.intents.arguments import COMMON, Arguments, named_by_arguments
from interlock.intents.classes import model_entry
from interlock.intents.commands import words_of
from interlock.intents.draft import few, note
from interlock.intents.fields import as_mapping
from interlock.intents.kinds.notation import ModelsAt
from interlock.intents.modelnames import WEIGHTS_VARIABLES
from interlock.intents.models import model_called
from interlock.intents.naming import Naming, read_name
from interlock.intents.paths import member, quoted
from interlock.intents.patterns import Pattern, Place
from interlock.intents.scopes import Scope
from interlock.model.catalog import Catalog
from interlock.model.intent import Intent


def add_named_models(intent: Intent, scope: Scope, catalog: Catalog) -> bool:
    """Add the models that fields of an object name; whether there are any, known or not."""
    before = len(intent["models"])
    by_commands = [
        naming for each in scope.kind.commands for place in scope.places(each) for naming in _in_command(place)
    ]
    by_variables = [
        naming for each in scope.kind.variables for place in scope.places(each) for naming in _in_map(place)
    ]
    _add(intent, [*by_commands, *by_variables], catalog)
    # What is run may say which model it is; then nothing else needs to.
    is_said = bool(by_commands or by_variables)
    for described in scope.kind.models:
        for place in few(scope.places(described.at), "places that name models"):
            _add(intent, _namings(place, described, is_needed=not is_said), catalog)
    return len(intent["models"]) > before


def _add(intent: Intent, namings: list[Naming], catalog: Catalog) -> None:
    """Add what `namings` say, each once; an unknown alias is of the class of the one that is loaded."""
    entries = {model_entry(naming.name, catalog) for naming in namings if naming.name and not naming.alias}
    sole = entries.pop() if len(entries) == 1 else None
    known: set[str] = set()
    for naming in namings:
        if naming.fault:
            note(intent, naming.source, naming.fault)
        elif naming.name in known:
            continue
        known.add(naming.name)
        entry = model_entry(naming.name, catalog) if naming.name else None
        intent["models"].append(model_called(naming, sole if entry is None and naming.alias else entry))


def _namings(place: Place, described: ModelsAt, *, is_needed: bool) -> list[Naming]:
    """The models at `place`: what is loaded, then what it is called."""
    unread = described.unread.loose_places(place.value, place.path) if described.unread else []
    many = {found.path for found in unread}
    named = next(filter(None, (_joined(place, fields) for fields in described.names)), [])
    loaded = [_read(found, described, is_pattern=found.path in many) for found in named]
    taken = {naming.source for naming in loaded}
    called = [
        read_name(found.value, found.path, {}, alias=True)
        for each in described.aliases
        for found in each.loose_places(place.value, place.path)
        if isinstance(found.value, str) and found.value and found.path not in taken
    ]
    excused = any(each.loose_places(place.value) for each in described.unless)
    if not loaded and described.absent and is_needed and not excused:
        return [Naming(name="", source=place.path or ".", fault=described.absent), *called]
    return [*loaded, *called]


def _joined(place: Place, fields: tuple[Pattern, ...]) -> list[Place]:
    """What stands at `fields`: each place of one, or the texts of all as one."""
    parts = [
        found for each in fields for found in each.loose_places(place.value, place.path) if found.value != ""
    ]
    if len(fields) == 1:
        return parts
    is_whole = len(parts) == len(fields) and all(isinstance(part.value, str) for part in parts)
    return [Place("/".join(part.value for part in parts), parts[-1].path)] if is_whole else []


def _read(place: Place, described: ModelsAt, *, is_pattern: bool) -> Naming:
    """The model whose name is at `place`, which can be a pattern for many."""
    value = place.value
    if not isinstance(value, str):
        return Naming(name="", source=place.path, fault="the name of the model isn't a text")
    if described.elsewhere:
        fault = f"the model is in the {described.elsewhere} {quoted(value)}"
        return Naming(name="", source=place.path, fault=fault)
    if is_pattern or (described.globs and "*" in value):
        return Naming(name="", source=place.path, fault="a pattern stands for many models")
    return read_name(described.written(value), place.path, {}, inferred=described.inferred)


def _in_command(place: Place) -> Iterator[Naming]:
    """The models that the command line at `place` names."""
    if not isinstance(place.value, str):
        return
    line = words_of(["sh", "-c", place.value])
    for _, fault in line.unread:
        yield Naming(name="", source=place.path, fault=fault)
    yield from named_by_arguments(Arguments(line, place.path, 0, ""), {}, COMMON)


def _in_map(place: Place) -> Iterator[Naming]:
    """The models that variables name, which are the keys of the object at `place`."""
    for name, value in as_mapping(place.value, place.path).items():
        if isinstance(value, str) and value and (name in WEIGHTS_VARIABLES or name.endswith("_MODEL_ID")):
            yield read_name(value, member(place.path, name), {})
