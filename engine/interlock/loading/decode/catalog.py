"""Catalog entries, with their names in order, so that equal catalogs are equal."""

from interlock.identity import Digest
from interlock.loading.kinds.catalog import AcceleratorShape, CatalogDocument, ModelShape, ToolShape
from interlock.loading.kinds.devices import AttributeShape, DeviceClassShape, DeviceShape
from interlock.loading.kinds.entities import EntityShape, ResourceTypeShape
from interlock.model.catalog import AcceleratorEntry, Catalog, ModelEntry, ToolEntry
from interlock.model.devices import Attribute, DeviceClassEntry, DeviceEntry, VersionText
from interlock.model.entities import EntityEntry, ResourceTypeEntry
from interlock.units import MicroUsdPerMillionTokens


def decode_catalog(shape: CatalogDocument) -> Catalog:
    """The entries that `shape` describes."""
    spec = shape.spec
    return Catalog(
        models=tuple(map(_model, spec.models)),
        accelerators=tuple(map(_accelerator, spec.accelerators)),
        tools=tuple(map(_tool, spec.tools)),
        devices=tuple(map(_device, spec.devices)),
        device_classes=tuple(map(_device_class, spec.device_classes)),
        subjects=tuple(map(_entity, spec.subjects)),
        resources=tuple(map(_entity, spec.resources)),
        resource_types=tuple(map(_resource_type, spec.resource_types)),
    )


def _names(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(set(names)))


def _model(shape: ModelShape) -> ModelEntry:
    price = shape.price
    return ModelEntry(
        names=_names(shape.names),
        class_name=shape.class_name,
        provider=shape.provider,
        hosting=shape.hosting,
        input_price=MicroUsdPerMillionTokens(price.input) if price else None,
        output_price=MicroUsdPerMillionTokens(price.output) if price else None,
    )


def _accelerator(shape: AcceleratorShape) -> AcceleratorEntry:
    return AcceleratorEntry(
        names=_names(shape.names),
        class_name=shape.class_name,
        vendor=shape.vendor,
        memory_mib=shape.memory_mib,
    )


def _tool(shape: ToolShape) -> ToolEntry:
    return ToolEntry(
        names=_names(shape.names),
        class_name=shape.class_name,
        schema_digest=Digest(shape.schema_digest) if shape.schema_digest else None,
    )


def _device(shape: DeviceShape) -> DeviceEntry:
    return DeviceEntry(
        names=_names(shape.names),
        driver=shape.driver,
        attributes=tuple((name, _attribute(shape.attributes[name])) for name in sorted(shape.attributes)),
        capacity=tuple((name, shape.capacity[name].value) for name in sorted(shape.capacity)),
        mig_profiles=_names(shape.mig_profiles),
    )


def _attribute(shape: AttributeShape) -> Attribute:
    if shape.version is not None:
        return VersionText(shape.version)
    given = (shape.string, shape.int_, shape.bool_)
    return next(value for value in given if value is not None)


def _device_class(shape: DeviceClassShape) -> DeviceClassEntry:
    return DeviceClassEntry(names=_names(shape.names), selectors=shape.selectors)


def _entity(shape: EntityShape) -> EntityEntry:
    return EntityEntry(type=shape.type, id=shape.id, properties=shape.properties)


def _resource_type(shape: ResourceTypeShape) -> ResourceTypeEntry:
    return ResourceTypeEntry(name=shape.name, operations=_names(shape.operations))
