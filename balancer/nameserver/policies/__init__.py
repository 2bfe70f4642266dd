"""How a steered name chooses among its answers: pure, and one file for each policy."""

from .asker import ClientAddress as ClientAddress
from .old import Choice as Choice
from .old import Geography as Geography
from .old import Nearest as Nearest
from .old import Policy as Policy
from .old import Static as Static
from .old import make_geography as make_geography
