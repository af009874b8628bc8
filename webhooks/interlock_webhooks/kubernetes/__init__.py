"""Kubernetes admission webhooks: AdmissionReview v1 to Intent, Decision to AdmissionReview."""
