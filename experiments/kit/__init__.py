"""What every experiment shares: runner, captures, results, judging, report."""
