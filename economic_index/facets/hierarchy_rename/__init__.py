"""The question what to call a kind of work, given all that was put into it."""
