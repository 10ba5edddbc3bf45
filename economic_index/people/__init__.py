"""Who the users are: what an organisation knows of them, for the segments and weights of conversations.

No log is read here, and no raw id goes further than memory.
"""
