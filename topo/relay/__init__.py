"""The delay line: one process that holds packets of wide-area links until due."""
