"""Why a flow goes where it goes: traces, and captures sent through both engines.

How much went is in `operations`.
"""
