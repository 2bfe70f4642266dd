"""What every experiment shares: runner, captures, results, judging, report.

An experiment takes `trial`, `figures` and what it measures with: `names`, `tracing`,
`forwarding`, `survival`. They stand on `clients`, `packets` and `judging`. The `runner`
alone writes `results` and the `report`, and watches the `fidelity`.
"""
