"""What gateways and Python servers ask about messages of the Model Context Protocol."""
