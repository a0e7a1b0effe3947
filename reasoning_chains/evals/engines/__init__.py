"""Where the shards of a run are carried out: in processes of this machine, or on a Ray cluster."""
