"""The training of the embedded model: corpus, tokenizer, model and loop; no part of the package."""
