"""GROWING A SET: from the sentences that are there to more of their kind."""
