"""A world file's text to a `World`, or to every mistake in it at once, with its line.

Pure: the file is found and opened by `topo.world_file`; the world lies beside this.
"""
