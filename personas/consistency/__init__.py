"""NO CONTRADICTIONS: sentences become personas whose every pair has been checked."""
