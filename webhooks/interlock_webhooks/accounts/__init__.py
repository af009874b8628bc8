"""What is said of holds after they were taken, and how accounts stand."""
