"""A small real web application to practise on, with every outage as a switch."""

from practice.app import create_app
from practice.faults import FAULTS
from practice.server import PortInUse, RawHttp, serve

__all__ = ["FAULTS", "PortInUse", "RawHttp", "create_app", "serve"]
