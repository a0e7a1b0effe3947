"""Local decoding shared by the `embedded` and `transformers` backends; it knows no chain."""
