"""What can be said of policies without a request: what they may cost, what is never true, what nobody reads."""
