"""The report: one page that needs nothing but itself."""

from .render import write_report

__all__ = ["write_report"]
