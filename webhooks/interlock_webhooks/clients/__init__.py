"""Who talks to the service: gateways, and people's tools."""
