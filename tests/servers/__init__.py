"""Real servers on loopback for tests; nothing here is imported by the package."""
