"""A loopback server that speaks the Messages protocol and answers from planted labels: a run for nothing.

Nothing here calls a model, and no answer of it may enter a release.
"""
