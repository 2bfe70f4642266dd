"""Labs that stay up: their owner, and how other processes find, ask and enter them.

How a lab comes up and what it is lies beside this.
"""
