"""Why a lab did not come up, or did not stay up."""

from balancer.errors import FrontlabError


class LabError(FrontlabError):
    """A role died or never answered, or a link is not what the world asks."""
