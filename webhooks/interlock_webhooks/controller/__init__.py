"""Policies that are objects of a cluster: put in force, and told what became of them."""
