"""The question into which kinds of work a neighbourhood of statements divides."""
