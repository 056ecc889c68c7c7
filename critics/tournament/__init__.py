"""Which of several candidates is the best? They are compared in pairs, both ways round, and the winner is counted."""
