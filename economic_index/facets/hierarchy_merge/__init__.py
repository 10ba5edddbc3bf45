"""The question which proposed kinds of work are the same."""
