"""gRPC over HTTP/2: what carries calls to handlers and their answers back.

A call becomes an `interlock_webhooks.exchange.Request`, an `Answer` becomes what
ends the call. Which methods there are, and what their messages mean, the folders
of the protocols know. Why there is a server of our own: docs/decisions/0040.
"""
