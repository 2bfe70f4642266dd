"""The world as data, and the lab that runs it."""
