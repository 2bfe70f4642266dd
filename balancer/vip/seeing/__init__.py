"""Why a flow goes where it goes, and how much went: traces, captures, metrics."""
