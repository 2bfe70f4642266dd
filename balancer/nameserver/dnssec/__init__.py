"""Answers of signed zones: signatures made when asked, and minimal denials.

The keys are their zones', in `zones`; how many signatures may be made, in `protection`.
"""
