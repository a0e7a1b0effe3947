"""What is measured, each with its command; the figures lie in `results/`."""
