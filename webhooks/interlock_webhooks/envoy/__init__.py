"""What Envoy asks and tells: whether requests may pass, whether limits are reached, what requests used.

Everything that speaks Envoy's protocols can ask too: Istio, Envoy Gateway, agentgateway, Kuadrant.
"""
