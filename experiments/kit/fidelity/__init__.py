"""Whether the emulation told the truth: an alarm, its record, and what breaks trust.

What a run claims about the system under test is in `judging`.
"""
