"""Raw logs to conversations: open, split, repair, read, identify, and choose the winner of each id.

Nothing is classified or counted for publication here.
"""
