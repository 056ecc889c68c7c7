"""Dynamic Personality Generation: networks that turn a trait vector into LoRA matrices."""
