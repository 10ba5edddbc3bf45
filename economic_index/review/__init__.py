"""Review: conversations are drawn, read by people where they like, and read back as labels."""
