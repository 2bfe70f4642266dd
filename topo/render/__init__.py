"""A plan as the configuration of every program in the lab; text only, no I/O."""
