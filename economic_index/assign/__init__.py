"""Ways to tie a conversation to O*NET tasks."""
