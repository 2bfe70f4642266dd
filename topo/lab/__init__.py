"""The running lab: roles started, proven ready, and handed to experiments.

What outlives the command that started it is in `session`.
"""
