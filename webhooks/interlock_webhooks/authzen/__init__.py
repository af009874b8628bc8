"""AuthZEN: OpenID's Authorization API 1.0, for whoever enforces decisions and speaks it."""
