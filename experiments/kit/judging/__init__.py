"""What measurements are held against: claims and their verdicts, tests, closed forms.

Nothing is measured here; whether the emulation could be believed is in `fidelity`.
"""
