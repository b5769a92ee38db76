"""What trueup knows, as figures for Prometheus: of every probe its newest run, and of itself how it
is doing. No address, no answer and no text of a target is ever among them.
"""

from monitor.metrics.built import Building, Built, Learnt
from monitor.metrics.latest import Metrics
from monitor.metrics.own import Own, StoreFigures

__all__ = ["Building", "Built", "Learnt", "Metrics", "Own", "StoreFigures"]
