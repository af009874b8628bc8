"""What the service watches is what its definitions make, under the names that they give it."""

from interlock.crds.definitions import definitions
from interlock.loading.validate import KINDS
from interlock_webhooks.controller.kinds import OURS


def test_every_kind_of_documents_is_watched_where_its_definition_puts_it() -> None:
    watched = {
        (each.name, each.resource.group, each.resource.version, each.resource.plural, each.resource.namespaced)
        for each in OURS
    }
    defined = {
        (
            spec["names"]["kind"],
            spec["group"],
            version["name"],
            spec["names"]["plural"],
            spec["scope"] == "Namespaced",
        )
        for spec in (each["spec"] for each in definitions().values())
        for version in spec["versions"]
    }
    assert watched == defined
    assert {each.name for each in OURS} == set(KINDS)
