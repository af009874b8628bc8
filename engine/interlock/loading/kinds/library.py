"""The document kind FunctionLibrary: named expressions that policies import and call."""

from typing import Literal

from interlock.loading.kinds.common import AtLeastOne, Envelope, Many, Metadata, Shape, Text
from interlock.loading.kinds.identifiers import FunctionName, Identifier, LibraryNameText, TypeText, VersionText


class LibraryMetadata(Metadata):
    """What a library is called."""

    name: LibraryNameText
    """The library's name: expressions call its functions as `name.function(...)`."""


class ParameterShape(Shape):
    """What a function is given."""

    name: Identifier
    """The name that the function's expression reads."""

    type: TypeText
    """Its type, such as `string`, `list(int)`, `map(string, dyn)`, `tool` or `dyn`."""


class FunctionShape(Shape):
    """A CEL expression over parameters."""

    name: FunctionName
    """The function's name, unique within the library."""

    description: Text = ""
    """What it says of its parameters."""

    parameters: Many[ParameterShape] = ()
    """What it is given, in the order of a call."""

    result: TypeText
    """The type of its value."""

    expression: Text
    """The CEL expression: it reads the parameters alone, and may call the functions above it."""

    examples: Many[Text] = ()
    """CEL expressions that are true, which is checked when the library loads."""


class LibrarySpec(Shape):
    """The functions, and which version of them this is."""

    version: VersionText
    """Three numbers, such as `1.2.0`; policies import exactly one version."""

    description: Text
    """What the functions are for."""

    functions: AtLeastOne[FunctionShape]
    """The functions, each of which may call those above it."""


class LibraryDocument(Envelope[LibraryMetadata]):
    """Functions that policies import and call."""

    kind: Literal["FunctionLibrary"]
    """The kind of document."""

    spec: LibrarySpec
    """The functions, and which version of them this is."""
