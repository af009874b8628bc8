"""Clients of a running service, over the check API: one synchronous, one asynchronous."""

from interlock.sdk.client.asynchronous import AsyncClient
from interlock.sdk.client.synchronous import Client

__all__ = ["AsyncClient", "Client"]
