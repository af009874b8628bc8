"""A live cluster, as Kubernetes' own policies look at it: namespaces, parameters, and what users may do."""
