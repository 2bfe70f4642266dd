"""The errors that cross a module's border; every other exception is a defect."""


class FrontlabError(Exception):
    """Base of all errors that are told to the user in one line."""


class ConfigError(FrontlabError):
    """What people write, a file or an argument, is wrong; names place and cure."""


class WireError(FrontlabError):
    """Received bytes do not form what they claim to be."""


class Unsupported(FrontlabError):
    """This machine lacks a feature.

    Args:
        feature: what is missing, in the field's words.
        reason: how that was found out.
        cure: what the user can do about it, or "".
    """

    def __init__(self, feature: str, reason: str, cure: str = "") -> None:
        self.feature, self.reason, self.cure = feature, reason, cure
        super().__init__(f"{feature}: {reason}" + (f" ({cure})" if cure else ""))
