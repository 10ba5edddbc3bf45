"""The questions put to a model about one conversation: a folder each, with prompt, schema and reply."""
