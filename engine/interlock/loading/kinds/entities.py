"""Subjects, resources and types of resources of a Catalog."""

from typing import Annotated, Any

from pydantic import Field, WithJsonSchema

from interlock.loading.kinds.common import MOST_ITEMS, AtLeastOne, Shape, Text

Json = Annotated[
    Any,
    WithJsonSchema({"type": ["array", "boolean", "integer", "number", "object", "string"]}),
]


class EntityShape(Shape):
    """What a subject and a resource have in common."""

    type: Text
    """The type, in the words of whoever asks: such as `user` or `record`."""

    id: Text
    """The id, unique among those of the type."""

    properties: dict[str, Json] = Field(default_factory=dict, max_length=MOST_ITEMS)
    """What is known of it. What a request says itself counts first."""


class SubjectShape(EntityShape):
    """Somebody who asks for access to resources."""


class ResourceShape(EntityShape):
    """Something that is accessed."""


class ResourceTypeShape(Shape):
    """Resources of one type."""

    name: Text
    """The type."""

    operations: AtLeastOne[Text]
    """The names of what can be done with them."""
