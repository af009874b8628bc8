"""The IR to Python: expressions, and the functions around them."""
