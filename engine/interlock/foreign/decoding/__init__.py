"""Documents of admissionregistration.k8s.io to policies and bindings."""
