"""Replies that were paid for, kept on disk: a run that is begun again asks for nothing twice."""
