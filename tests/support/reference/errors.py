"""How an expression fails: in evaluation, or before there is anything to evaluate."""


class CelError(Exception):
    """A CEL error, which `&&`, `||`, `all` and `exists` absorb where another operand decides."""


class NotCelError(Exception):
    """The text is no expression; nothing absorbs that."""
