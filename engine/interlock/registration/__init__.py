"""What the API server is asked to send: webhook configurations, made from the policies in force."""
