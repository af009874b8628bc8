"""What the garbage collector looks at: what requests leave behind, and not what outlives them all.

A full collection looks at everything that was ever loaded, some hundred thousand
objects, while nobody is answered; and the more requests are under way, the more
often there is one. With 128 callers that was a third of the time
(docs/reference/benchmarks.md).
"""

import gc


def spare() -> None:
    """Nothing that is there now is looked at until the next call, and what nobody refers to is gone."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()
