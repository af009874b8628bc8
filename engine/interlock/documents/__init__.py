"""YAML and JSON files to documents that know where each of their values stands.

Reading collects every problem of every file and raises on none of them. What
documents mean is for others to say.
"""
