"""Who serves: plan, health, weights and numbers of backends, and the tables from them.

No I/O: who asks backends is in `checks`, and who reads the plan's file in `settings`.
"""
