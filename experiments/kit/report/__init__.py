"""The report: one page that needs nothing but itself; drawn from `results`."""

from .render import write_report

__all__ = ["write_report"]
