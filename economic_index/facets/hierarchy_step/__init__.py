"""One step down the hierarchy: the question which of the kinds of work at hand a request belongs to."""
