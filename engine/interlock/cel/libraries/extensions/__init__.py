"""Google's extension libraries, one module each; its `VERSIONS` are the library by version.

Each version has what the ones before it have. The checker has extensions of
the same names and numbers, which bring the macros.
"""
