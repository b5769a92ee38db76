"""What is done by itself about an incident that follows a deploy: decided, written down, carried
out, looked at whether it helped.
"""

from monitor.actions.acting import Actions

__all__ = ["Actions"]
