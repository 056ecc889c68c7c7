"""Whether it helped: measures, models side by side, tables."""
