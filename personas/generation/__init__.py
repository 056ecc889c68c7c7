"""MAKING SENTENCES: profile sentences by category, written by a model and filtered."""
