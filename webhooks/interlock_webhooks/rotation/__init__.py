"""The service's certificates in a cluster: made, renewed and replaced, with no request lost over it."""
