"""What a run leaves: outcomes, what they were made with, and the folder of files.

How it looks is in `report`.
"""
