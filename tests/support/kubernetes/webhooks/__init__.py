"""Admission webhooks as the API server calls them: whom, with what, and what it takes for an answer.

After k8s.io/apiserver `pkg/admission/plugin/webhook`, version 1.37. Where that is lenient with an answer that
breaks the contract of `admission.k8s.io/v1`, this is strict.
"""
