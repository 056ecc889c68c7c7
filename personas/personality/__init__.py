"""WHAT ONE IS LIKE: Big Five levels, statements, the sentence that fits, a way of talking."""
