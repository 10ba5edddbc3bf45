"""The question which tasks a conversation serves, out of a list of candidates."""
