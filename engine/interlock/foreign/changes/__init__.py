"""What a mutation does to an object, and how that is written down."""
