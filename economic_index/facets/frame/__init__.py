"""What stands around all questions: how to read a transcript and how to fill in the form."""
