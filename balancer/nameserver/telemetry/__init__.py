"""What the nameserver tells of itself: counts, times, samples, and metrics of them."""
