"""Hostile conversations of our own writing, and what they do to a request and to an engine's labels."""
