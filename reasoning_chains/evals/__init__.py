"""How reasoning is measured: suites, runs over them that go on where they ended, reports."""
