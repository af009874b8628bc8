"""Google's checker: a process of its own, what it is asked and answers, and what its messages mean.

`isolated` is the one way to ask it. Of these modules only `native` knows the
library, and nothing but `worker` imports it.
"""
