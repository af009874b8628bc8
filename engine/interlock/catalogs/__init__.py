"""The Catalog that ships with Interlock: accelerators, models and devices by the names they go by.

Only YAML documents live here; `interlock.loading.catalogs` reads them.
"""
