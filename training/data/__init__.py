"""What a model is trained on: from dialogues to examples, splits and tokens."""
