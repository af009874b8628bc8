"""The kinds of documents as CustomResourceDefinitions: what a cluster's API server lets an author write.

Made from the same shapes that documents are read by. Knows no cluster, and no document.
"""
