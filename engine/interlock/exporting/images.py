"""Images of pods, as CEL takes their references apart.

What the grammar of `interlock.intents.images` refuses is not taken apart
here either. Its pattern is as short as it can be, since each of its characters is
paid for with every character of a reference. What RE2 can't count is asked beside it.
"""

from collections.abc import Set as AbstractSet
from typing import Final

from interlock.cel.text.literal import literal

_ALNUM: Final = r"[^\W_]"
_DOMAIN: Final = rf"{_ALNUM}+(([.]|-+){_ALNUM}+)*(:\d+)?"
_ADDRESS: Final = r"[[][a-fA-F\d:]+[]](:\d+)?"
_WORD: Final = "[a-z0-9]+(([._]|__|-+)[a-z0-9]+)*"
# The first word of several is a domain if it has a dot.
_UNDOTTED: Final = "[a-z0-9]+((__?|-+)[a-z0-9]+)*"
_TAG: Final = r"(:\w[\w.-]{0,127})?"
_DIGEST: Final = rf"(@[A-Za-z]{_ALNUM}*([-_+.][A-Za-z]{_ALNUM}*)*:[a-fA-F\d]{{32,}})?"
_VALID: Final = literal(f"^(({_DOMAIN}|{_ADDRESS}|{_UNDOTTED})/({_WORD}/)*)?{_WORD}{_TAG}{_DIGEST}$")
# Without a colon or a capital letter this is no registry, and no word of a repository.
_NO_ADDRESS: Final = literal("^[[][a-f0-9]+[]]/")

_NAME: Final = 'reference.find("^([^@]*/)?[^@/:]*")'
_IS_VALID: Final = f"reference.matches({_VALID}) && !reference.matches({_NO_ADDRESS}) && size({_NAME}) <= 255"
_HAS_REGISTRY: Final = 'reference.matches("^([^/]*[.:A-Z][^/]*|localhost)/")'
_IS_OFFICIAL: Final = 'reference.matches("^((index[.])?docker[.]io/)?[^/]*$")'
_REST: Final = f"reference.substring(size({_NAME}))"

_FIELDS: Final = {
    "reference": '"reference": reference',
    "registry": (
        f'"registry": !{_HAS_REGISTRY} || reference.startsWith("index.docker.io/")'
        ' ? "docker.io" : reference.split("/")[0]'
    ),
    "repository": (
        f'"repository": {_IS_OFFICIAL} ? "library/" + {_NAME}.substring({_NAME}.lastIndexOf("/") + 1)'
        f' : {_NAME}.substring({_HAS_REGISTRY} ? {_NAME}.indexOf("/") + 1 : 0)'
    ),
    "tag": (
        f'?"tag": {_REST}.startsWith(":") ? optional.of({_REST}.split("@")[0].substring(1)) : optional.none()'
    ),
    "digest": ('?"digest": reference.contains("@") ? optional.of(reference.split("@")[1]) : optional.none()'),
}
_UNREAD: Final = {
    "reference": '"reference": reference',
    "registry": '"registry": "unknown"',
    "repository": '"repository": "unknown"',
}
"""What is said of references that are not valid."""

CONTAINERS: Final = " + ".join(
    f"variables.podSpec.?{key}.orValue([])" for key in ("initContainers", "containers", "ephemeralContainers")
)
"""CEL of all containers of the PodSpec, in the order that they start in."""

REFERENCES: Final = (
    "(variables.podContainers.map(container, container.?image)"
    " + variables.podSpec.?volumes.orValue([]).map(volume, volume.?image.?reference))"
    '.map(image, image.orValue("")).filter(image, image != "")'
)
"""CEL of the references of all containers and of all volumes that are images, in the order of the Intent's."""


def images(fields: AbstractSet[str]) -> str:
    """CEL of the images, each with those of the `fields` of the Intent's that it has."""
    read, unread = ([of[field] for field in sorted(fields) if field in of] for of in (_FIELDS, _UNREAD))
    made = f"{{{', '.join(read)}}}"
    if not fields <= {"reference"}:
        made = f"{_IS_VALID} ? {made} : {{{', '.join(unread)}}}"
    return f"variables.imageReferences.map(reference, {made})"
