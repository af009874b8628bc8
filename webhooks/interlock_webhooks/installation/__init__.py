"""What the service keeps in its cluster: its webhook configurations, and the certificates that they trust."""
