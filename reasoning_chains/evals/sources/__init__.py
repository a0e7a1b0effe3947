"""Where rows come from, one source a file: each gives rows one by one, as often as asked."""
