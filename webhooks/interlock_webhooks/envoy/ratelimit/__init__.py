"""Rate limits: is a limit reached, and what was used? As Envoy asks, and as Kuadrant does."""
