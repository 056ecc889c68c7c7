"""Does a critic deserve its vote? Its verdicts are held against people's, and against the other critics'."""
