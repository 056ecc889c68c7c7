"""Who sits on a panel? One critic a file, one claim a critic: `persona_bleed.py` holds `PersonaBleed`, used as
`persona-bleed`. A file that is put here is found by that name."""
