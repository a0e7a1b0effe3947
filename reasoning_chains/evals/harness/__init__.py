"""Task files of lm-evaluation-harness as suites, and results in its format; its code is not run."""
