"""How reasoning is measured: statistics here; suites and reports build on them."""
