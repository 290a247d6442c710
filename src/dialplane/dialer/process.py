"""The process around a dialer: its socket, its threads, its end."""

import socket
import threading
import uuid
from collections.abc import Callable
from contextlib import closing, suppress
from signal import SIGINT, SIGTERM

from sippy.Core.EventDispatcher import ED2
from sippy.Time.Timeout import Timeout

from dialplane.dialer.control import ControlPlane, Reporter
from dialplane.dialer.dialer import Asking, Dialer
from dialplane.dialer.jobs import Orders
from dialplane.dialer.settings import DialerSettings
from dialplane.dialer.sip import Endpoint, SipLines
from dialplane.logs import log

# Time for our BYEs to be answered.
FAREWELL_S = 1.0


def run(settings: DialerSettings) -> None:
    """Place calls until told to stop by SIGTERM or SIGINT."""
    dialer_id = f"{socket.gethostname()[:24]}-{uuid.uuid4()}"
    edge = Endpoint(uri="", host=settings.edge_host, port=settings.edge_port)
    lines = SipLines(address=settings.address, port=settings.port, edge=edge)
    control = ControlPlane(
        settings.control_url, settings.token, dialer_id=dialer_id, address=settings.address
    )
    reporter = Reporter(control)
    with closing(control), _discard(settings.address) as media:
        dialer = Dialer(
            lines,
            reporter,
            address=settings.address,
            media_port=media.getsockname()[1],
            room=settings.room,
        )
        asking = Asking(control, dialer, _hand_to(dialer))
        for signal_number in (SIGTERM, SIGINT):
            ED2.regSignal(signal_number, _say_goodbye, dialer)
        threading.Thread(target=_read_and_forget, args=(media,), daemon=True).start()
        reporter.start()
        asking.start()
        log.info("dialer ready", dialer_id=dialer_id, address=settings.address, port=settings.port)
        ED2.loop()
        asking.stop()
        reporter.stop()
    lines.close()


def _hand_to(dialer: Dialer) -> Callable[[Orders], None]:
    return lambda orders: ED2.callFromThread(dialer.follow, orders)


def _say_goodbye(dialer: Dialer) -> None:
    dialer.stop()
    Timeout(ED2.breakLoop, FAREWELL_S)


def _discard(address: str) -> socket.socket:
    """Where callees send their voice until they know the runtime: a closed port would complain."""
    media = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    media.bind((address, 0))
    return media


def _read_and_forget(media: socket.socket) -> None:
    with suppress(OSError):
        while True:
            media.recv(2048)
