"""Labelled conversations: how they were drawn, read and settled. Labels and paraphrases only, never a text."""
