"""The messages of Envoy's services, generated from the subsets of their definitions beside them."""
