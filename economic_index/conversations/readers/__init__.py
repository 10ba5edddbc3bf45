"""One module per log format; registry.py lists them in sniffing order."""
