"""Answers of signed zones: keys, signatures made when asked, and minimal denials."""
