"""What a server runs on, as plain records: its authority, its limits, its guide.

It reads no files: `loading` does, in a process of its own, and makes these records.
"""
