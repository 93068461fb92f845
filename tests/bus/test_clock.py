# SPDX-License-Identifier: LGPL-2.1-or-later
"""The clock is set while the daemon runs: its own (tests/rig/clock.c), since that of the machine is everybody's."""
from bus import MANAGER, PROPERTIES, ROOT, VISIT, Visits, get_property
from gi.repository import Gio
from loop import wait_for
from people import INSURED
from test_calendar import DAY, YEARS, now, write_certificates


def test_set(rig):
    """Set forward: what is near by the new date is told; the date of a kept visit moves along. Back, and forth: nothing."""
    certificate = rig.folder / "own.pem"
    write_certificates(certificate, now() + 400 * DAY)
    rig.start("bus", "pcscd", "center")
    connection = rig.bus_connection()
    warnings, dates = [], []
    connection.signal_subscribe(None, MANAGER, "ExpiryWarning", None, None, Gio.DBusSignalFlags.NONE,
                                lambda *arguments: warnings.append(arguments[5].unpack()[::2][:2]))
    far = rig.folder / "far.pem"
    write_certificates(far, now() + 3 * YEARS)
    rig.start_daemon(Center_Certificate=certificate, Card_CertificateAuthorities=far, Visit_Retention=3600,
                     Center_CertificateAuthority=far, clock=True)
    connection.signal_subscribe(None, PROPERTIES, "PropertiesChanged", None, VISIT, Gio.DBusSignalFlags.NONE,
                                lambda *arguments: dates.append(arguments[5].unpack()[1].get("Expires")))
    visit = Visits(connection).check_number(INSURED)
    visit.wait_finished()
    expires = visit.get("Expires")
    dates.clear()

    rig.set_clock((395 * DAY).total_seconds())
    wait_for(lambda: warnings and dates, "a warning and a date")
    assert warnings == [("institution-certificate", 5)], warnings
    assert abs(dates[0] - expires - 395 * 86400 * 1000000) < 2000000 and dates[0] == visit.get("Expires"), dates
    for number, ahead in enumerate((0 * DAY, 395 * DAY, 0 * DAY), 2):
        rig.set_clock(ahead.total_seconds())
        wait_for(lambda: len(dates) == number, "the date of the visit")
    assert abs(dates[-1] - expires) < 2000000
    assert len(get_property(connection, ROOT, MANAGER, "Expiries")) == 3
    assert warnings == [("institution-certificate", 5)], warnings
    log = rig.read_log("shikakud")
    assert log.count("seconds forward") == 2 and log.count("seconds back") == 2, log
