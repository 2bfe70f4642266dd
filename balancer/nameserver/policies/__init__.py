"""How a steered name chooses among its answers: pure, and one file for each policy."""
