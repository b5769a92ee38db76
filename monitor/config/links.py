"""What one table says about another: every name has to lead somewhere, and never in a circle."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from monitor.config.defaults import Defaults
from monitor.config.entries import Entries, Entry
from monitor.config.nearest import remedy
from monitor.config.positions import Path
from monitor.config.problems import Report
from monitor.config.sentences import Fault

Named = Iterator[tuple[Path, str]]


def demand_links(entries: Entries, defaults: Defaults, report: Report) -> None:
    """Reports every name that leads nowhere."""
    trueup = Entry(entries.main, ("trueup",), dict(_table(entries.main.tables.get("trueup"))))
    tags = sorted(
        {tag for entry in entries.probe.values() for _, tag in _names(entry.keys, "tags")}
    )
    for entry in (*defaults.entries, *entries.probe.values()):
        entry.report(report, _strangers(_told(entry), entries.channel, "channel"))
        entry.report(report, _strangers(_hours(entry), entries.hours, "hours"))
        entry.report(report, _strangers(_names(entry.keys, "needs"), entries.probe, "probe"))
    for entry in (*entries.component.values(), *entries.maintenance.values()):
        entry.report(report, _strangers(_names(entry.keys, "probes"), entries.probe, "probe"))
    for entry in entries.maintenance.values():
        entry.report(report, _strangers(_names(entry.keys, "tags"), tags, "tag"))
    for entry in entries.channel.values():
        entry.report(report, _strangers(_names(entry.keys, "fallback"), entries.channel, "channel"))
    _demand_of_changes(entries, tags, report)
    trueup.report(report, _strangers(_operating(trueup), entries.channel, "channel"))
    _demand_renames(entries.probe, report)
    _demand_no_circle(entries.channel, "fallback", "falls back to", report)


def _demand_of_changes(entries: Entries, tags: Collection[str], report: Report) -> None:
    for entry in (*entries.service.values(), *entries.capture.values()):
        entry.report(report, _strangers(_names(entry.keys, "probes"), entries.probe, "probe"))
        entry.report(report, _strangers(_names(entry.keys, "tags"), tags, "tag"))
    for entry in (*entries.capture.values(), *entries.action.values()):
        for key in ("services", "service"):
            named = _names(entry.keys, key)
            entry.report(report, _strangers(named, entries.service, "service"))
    for entry in entries.objective.values():
        named = _names(entry.keys, "component")
        entry.report(report, _strangers(named, entries.component, "component"))
    deploys = Entry(entries.main, ("deploys",), dict(_table(entries.main.tables.get("deploys"))))
    deploys.report(report, _strangers(_lists(deploys.keys, "tell"), entries.channel, "channel"))
    written = dict(_table(entries.main.tables.get("fingerprint")))
    fingerprint = Entry(entries.main, ("fingerprint",), written)
    named = _lists(fingerprint.keys, "channels")
    fingerprint.report(report, _strangers(named, entries.channel, "channel"))


def _names(keys: Mapping[str, object], key: str, before: Path = ()) -> Named:
    """The texts under a key, be it one or a list."""
    match keys.get(key):
        case str() as name:
            yield (*before, key), name
        case list() as names:
            yield from (((*before, key, i), n) for i, n in enumerate(names) if isinstance(n, str))


def _told(entry: Entry) -> Named:
    """Every channel that a table of policy names, where it names them in lists."""
    yield from _lists(entry.keys, "channels")
    for key in ("channels", "during"):
        inner = _table(entry.keys.get(key))
        for name in inner:
            yield from _lists(inner, name, (key,))
    stages = entry.keys.get("escalation")
    for index, stage in enumerate(stages if isinstance(stages, list) else ()):
        yield from _lists(_table(stage), "to", ("escalation", index))


def _lists(keys: Mapping[str, object], key: str, before: Path = ()) -> Named:
    return _names(keys, key, before) if isinstance(keys.get(key), list) else iter(())


def _hours(entry: Entry) -> Named:
    yield from _names(entry.keys, "quiet")
    yield from ((("during", name), name) for name in _table(entry.keys.get("during")))


def _operating(trueup: Entry) -> Named:
    yield from _lists(trueup.keys, "operators")
    yield from _lists(_table(trueup.keys.get("daily_test")), "channels", ("daily_test",))


def _table(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _strangers(named: Named, known: Collection[str], what: str) -> Iterator[Fault]:
    verb, several = ("are no", what) if what == "hours" else ("is no", f"{what}s")
    for path, name in named:
        if name not in known:
            text = f"there {verb} {what} {name[:64]!r}; {remedy(name, known, several)}"
            yield Fault(path, text)


def _demand_renames(probes: Mapping[str, Entry], report: Report) -> None:
    heirs: dict[str, Entry] = {}
    for entry in probes.values():
        old = entry.keys.get("renamed_from")
        if not isinstance(old, str):
            continue
        if old in probes:
            place = probes[old].document.place(probes[old].path)
            text = f"{old!r} is a probe still, in {place}; remove that one, or leave this key out"
            entry.report(report, [Fault(("renamed_from",), text)])
        elif old in heirs:
            text = f"{heirs[old].id!r} is renamed from {old!r} as well; keep one of the two"
            entry.report(report, [Fault(("renamed_from",), text)])
        heirs.setdefault(old, entry)


def _demand_no_circle(entries: Mapping[str, Entry], key: str, verb: str, report: Report) -> None:
    def after(name: str) -> Iterable[str]:
        return [other for _, other in _names(entries[name].keys, key) if other in entries]

    for circle in circles(entries, after):
        text = f"{f' {verb} '.join((*circle, circle[0]))}; leave one of them out"
        entries[circle[0]].report(report, [Fault((key,), text)])


def circles(
    names: Iterable[str], after: Callable[[str], Iterable[str]]
) -> Iterator[tuple[str, ...]]:
    """Every way that leads back to where it began, once, from the name on it that comes first."""
    done: set[str] = set()
    for start in names:
        way, pending = [start], [iter(after(start))] if start not in done else []
        while pending:
            step = next(pending[-1], None)
            if step is None:
                pending.pop()
                done.add(way.pop())
            elif step in way:
                yield tuple(way[way.index(step) :])
            elif step not in done:
                way.append(step)
                pending.append(iter(after(step)))
