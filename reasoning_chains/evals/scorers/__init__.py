"""The scorers, one a file: each says what a solution is worth; none knows a suite."""
