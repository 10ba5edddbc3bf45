"""The question to which kind of work a statement belongs: one of them, always."""
