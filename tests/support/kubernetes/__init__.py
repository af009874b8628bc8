"""A Kubernetes API server in this process, over real HTTPS on loopback, for clients that can't tell.

It stores raw objects, and keeps to the API conventions where a client could notice. No controller runs in it
and no kubelet: what happens, tests make happen. Knows nothing of Interlock.
"""
