"""Who serves: backends' health, weights and numbers, and the tables that follow."""
