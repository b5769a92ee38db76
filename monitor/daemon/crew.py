"""Builds every part once, in the order of who needs whom, and undoes it the other way round."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from starlette.routing import Route

from monitor import parts, server
from monitor.acts.desk import Desk
from monitor.attending import Attending
from monitor.baselines import Baselines
from monitor.channels import Outside, reaching_out
from monitor.clock import Clock
from monitor.config import Config, Probe
from monitor.context import Context
from monitor.daemon import room
from monitor.daemon.beginning import open_port, who_this_is
from monitor.daemon.borrowed import borrowed
from monitor.daemon.press import Press
from monitor.daemon.response import Response
from monitor.daemon.weighing import one_after_the_other
from monitor.dispatch import Dispatch
from monitor.housekeeping import Housekeeping
from monitor.incidents import Event
from monitor.keeping import Keeper
from monitor.links import Signer
from monitor.metrics import Metrics
from monitor.notices import Words
from monitor.operator import STORAGE, Operator
from monitor.ourselves.daily import DailyTest
from monitor.ourselves.doubts import Doubts
from monitor.ourselves.heartbeat import Heartbeat
from monitor.ourselves.looping import LoopWatch
from monitor.ourselves.network import Network
from monitor.ourselves.soundness import Figures
from monitor.ourselves.symptoms import SelfWatch
from monitor.recorder import Recorder
from monitor.runner import Run, Runner
from monitor.schedule import Schedule
from monitor.server import acknowledging, control, showing
from monitor.standby import Standby
from monitor.state import ARTEFACTS, DATABASE, LINK_KEY, link_key
from monitor.store import Reader, Writer
from monitor.store.reserve import Reserve
from monitor.telemetry import Telemetry
from monitor.tracing import Attempts
from probes import Tools

CHANNEL: Final = "channel-"
PLACE: Final = "publish-"
ERRANDS_LAST: Final = timedelta(seconds=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hooks:
    """What the parts call the daemon for."""

    scrub: Callable[[str], str]
    secrets: Callable[[], frozenset[str]]
    act: Callable[[Probe, datetime], Awaitable[None]]
    reload: Callable[[], None]
    after: Callable[[Run, Sequence[Event]], None]
    undecided: Callable[[Run], None]
    acted: Callable[[], None]
    measure: Callable[[], Awaitable[Figures]]
    signer: Callable[[], Signer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Crew:
    """Every part, built and not yet at work."""

    instance: str
    troubled_channels: tuple[str, ...]
    """Those whose trouble was still open when the daemon before this one ended."""
    troubled_places: tuple[str, ...]
    """As above, of places that pages go to."""
    link_key: bytes
    listener: socket.socket | None
    writer: Writer
    reader: Reader
    outside: Outside
    tools: Tools
    attempts: Attempts
    baselines: Baselines
    runner: Runner
    telemetry: Telemetry
    schedule: Schedule
    recorder: Recorder
    keeper: Keeper
    standby: Standby
    dispatch: Dispatch
    attending: Attending
    operator: Operator
    press: Press
    response: Response
    housekeeping: Housekeeping
    desk: Desk
    network: Network
    loop: LoopWatch
    selfwatch: SelfWatch
    heartbeat: Heartbeat
    daily: DailyTest
    errands: parts.Errands
    metrics: Metrics


async def build(stack: AsyncExitStack, config: Config, clock: Clock, hooks: Hooks) -> Crew:
    """Raises CannotStart and StoreTrouble."""
    state = config.state
    listener = open_port(config)
    reserve = Reserve(state)
    writer = Writer(state / DATABASE, clock, reserve)
    stack.callback(writer.close)
    reader = Reader(state / DATABASE, writer.doubt)
    stack.callback(reader.close)
    instance, own = await writer.do(who_this_is)
    context = Context(config, {}, instance)
    outside = await stack.enter_async_context(
        reaching_out(clock, Words.load(config.template), state / ARTEFACTS)
    )
    errands = parts.Errands()
    dispatch = Dispatch(
        (writer, reader),
        outside,
        hooks.scrub,
        acknowledge=lambda notice: hooks.signer().acknowledge_url(notice),
        evidence=lambda notice: hooks.signer().evidence_url(notice),
        troubled=lambda channel, why: errands.run(
            operator.begins(f"channel-{channel}", f"The channel {channel} takes nothing: {why}."),
            "channel trouble",
        ),
        well=lambda channel: errands.run(operator.ends(f"channel-{channel}"), "channel well"),
    )
    operator = Operator(
        writer,
        clock,
        lambda: recorder.context,
        dispatch.wake,
        dispatch.tell_directly,
        folder=state,
    )
    recorder = Recorder(writer, clock, state / ARTEFACTS, context)
    standby = Standby(
        state,
        clock,
        (writer, reader),
        lambda: recorder.context,
        (dispatch, lambda memory: Dispatch((memory, memory), outside, hooks.scrub)),
        undecided=hooks.undecided,
    )
    await standby.take_up()
    network = Network(config.anchors, clock.monotonic)
    loop = LoopWatch(clock.monotonic)
    schedule = Schedule(clock, hooks.act, most=room.for_runs())
    tools = borrowed(stack, config, clock, hooks.secrets)
    attempts = Attempts(instance, config.location, lambda probe: probe in recorder.unsettled)
    baselines = Baselines(reader.ask, clock)
    weigh = one_after_the_other(Doubts(network, loop).weigh, baselines.weigh)
    runner = Runner(tools, clock, hooks.scrub, weigh, attempts)
    telemetry = Telemetry(instance, config.location, hooks.scrub)
    stack.push_async_callback(telemetry.aclose)
    signing = link_key(state / LINK_KEY)
    return Crew(
        instance=instance,
        troubled_channels=tuple(
            name.removeprefix(CHANNEL) for name in own if name.startswith(CHANNEL)
        ),
        troubled_places=tuple(name.removeprefix(PLACE) for name in own if name.startswith(PLACE)),
        link_key=signing,
        listener=listener,
        writer=writer,
        reader=reader,
        outside=outside,
        tools=tools,
        attempts=attempts,
        baselines=baselines,
        runner=runner,
        telemetry=telemetry,
        schedule=schedule,
        recorder=recorder,
        keeper=Keeper(recorder, hooks.after, writer=writer, operator=operator, standby=standby),
        standby=standby,
        dispatch=dispatch,
        attending=Attending(writer, clock, lambda: recorder.context, dispatch.wake),
        operator=operator,
        press=Press((writer, reader), clock, state, operator, signing),
        response=Response(
            (writer, reader),
            outside,
            hooks.scrub,
            context=lambda: recorder.context,
            again=schedule.again,
            lately=schedule.asked_within,
            told=dispatch.wake,
            reload=hooks.reload,
            doubt=lambda: network.gone is True,
        ),
        housekeeping=Housekeeping(state / DATABASE, writer, clock, operator, reserve),
        desk=Desk((writer, reader), clock, hooks.acted, hooks.scrub),
        network=network,
        loop=loop,
        selfwatch=SelfWatch(
            operator,
            clock.monotonic,
            lambda: network.gone,
            lambda: schedule.late,
            {*own, *operator.told_directly},
        ),
        heartbeat=Heartbeat(outside.client, hooks.measure),
        daily=DailyTest(writer, clock, operator.test),
        errands=errands,
        metrics=Metrics(clock),
    )


async def start(
    stack: AsyncExitStack,
    crew: Crew,
    config: Config,
    signer: Signer,
    own: Sequence[Route],
    inside: Sequence[Route],
) -> None:
    """Everything but the schedule goes to work. *own* is for the server, *inside* for the desk."""
    for serve, name in (
        (crew.press.publisher.serve, "publish"),
        (crew.press.placing.serve, "places"),
        (crew.press.subscribing.serve, "subscribers"),
        (crew.attending.serve, "attend"),
        (crew.network.serve, "network"),
        (crew.loop.serve, "event loop"),
        (crew.selfwatch.serve, "own trouble"),
        (crew.heartbeat.serve, "heartbeat"),
        (crew.daily.serve, "daily test"),
        (crew.housekeeping.serve, "housekeeping"),
        *crew.response.parts,
    ):
        parts.background(stack, serve, name)
    stack.push_async_callback(crew.errands.end, ERRANDS_LAST)
    if STORAGE in crew.operator.told_directly:  # by the daemon before; this one could begin
        crew.errands.run(crew.operator.ends(STORAGE), "storage is well")
    reads = [*inside, *crew.press.inside]
    await stack.enter_async_context(control.serving(config.state, crew.desk, reads))
    if crew.listener is not None:
        routes = [
            *own,
            *crew.press.routes,
            *crew.response.routes(crew.desk),
            *acknowledging.routes(crew.desk, signer),
            *showing.routes(crew.desk, signer, config.state / ARTEFACTS),
        ]
        app = server.application(config.state, routes, lambda: crew.recorder.context.config.pages)
        web = server.Server(app, crew.listener)
        task = asyncio.create_task(parts.once(web.serve(), "page server"))
        stack.push_async_callback(web.stop, task)


def configure(crew: Crew, config: Config) -> None:
    """What each part takes of a configuration. Changes nothing that can fail."""
    words = Words.load(config.template)
    crew.dispatch.speak(words)
    crew.standby.speak(words)
    crew.press.configure(config)
    crew.baselines.configure(config)
    crew.response.configure(config)
    crew.desk.configure(config)
    crew.network.configure(config.anchors)
    crew.selfwatch.configure(config.probes.keys())
    crew.heartbeat.configure(config.heartbeat)
    crew.daily.configure(config.daily_test)
    crew.housekeeping.configure(config.retention)
    crew.metrics.configure(config)
    crew.attempts.told = config.telemetry.trace_context
    crew.telemetry.configure(config)
