"""The IR and its values as CEL texts."""
