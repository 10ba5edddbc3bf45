"""The embedded engine: no key, no network, weak and measured."""
