"""Which worked examples are shown for a question, and how a set is made; it asks no model."""
