"""One way of reasoning a file; a chain reaches others only through its fields and the run."""
