"""Agreement of label sets, as pure functions."""
