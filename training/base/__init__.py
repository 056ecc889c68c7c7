"""What a model is before it is trained: found by name, or made from nothing."""
