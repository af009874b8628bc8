"""Where an API server has the objects of a kind. Pure."""

from dataclasses import dataclass
from urllib.parse import quote


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A kind of objects as URLs name it, such as `deployments` of `apps/v1`; the core group is `""`."""

    group: str
    version: str
    plural: str
    namespaced: bool

    @property
    def api_version(self) -> str:
        """Group and version as objects state them."""
        return f"{self.group}/{self.version}" if self.group else self.version

    def __str__(self) -> str:
        return f"{self.plural}.{self.group}" if self.group else self.plural

    def path(self, name: str = "", *, namespace: str = "", subresource: str = "") -> str:
        """The path of the object `name`, or of all objects; of all namespaces if no `namespace` is given."""
        root = "apis" if self.group else "api"
        place = ("namespaces", namespace) if namespace else ()
        parts = (root, *self.api_version.split("/"), *place, self.plural, name, subresource)
        return "/" + "/".join(quote(part, safe="") for part in parts if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What objects of `resource` are called; a kind that is not required is one that servers may lack."""

    name: str
    resource: Resource
    is_required: bool = True
