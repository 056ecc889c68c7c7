"""WHAT IT TEACHES: from a corpus to a model, and from the model to a table that says whether it helped."""
