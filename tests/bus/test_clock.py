# SPDX-License-Identifier: LGPL-2.1-or-later
"""The clock is set while the daemon runs: its own (tests/rig/clock.c), since that of the machine is everybody's."""
from bus import MANAGER, PROPERTIES, ROOT, VISIT, Visits, get_property
from gi.repository import Gio
from loop import until, wait_for
from people import INSURED
from test_calendar import DAY, YEARS, now, write_certificates


def test_set(rig):
    """Set forward: what is near by the new date is told; the date of a kept visit moves along, untold: its end was the last
    that is told of it. Back, and forth: nothing."""
    certificate = rig.folder / "own.pem"
    write_certificates(certificate, now() + 400 * DAY)
    rig.start("bus", "pcscd", "center")
    connection = rig.bus_connection()
    warnings, told = [], []
    connection.signal_subscribe(None, MANAGER, "ExpiryWarning", None, None, Gio.DBusSignalFlags.NONE,
                                lambda *arguments: warnings.append(arguments[5].unpack()[::2][:2]))
    far = rig.folder / "far.pem"
    write_certificates(far, now() + 3 * YEARS)
    rig.start_daemon(Center_Certificate=certificate, Card_CertificateAuthorities=far, Visit_Retention=3600,
                     Center_CertificateAuthority=far, clock=True)
    for member in ("PropertiesChanged", "Finished"):
        connection.signal_subscribe(None, None, member, None, None, Gio.DBusSignalFlags.NONE,
                                    lambda *arguments: VISIT in (arguments[3], arguments[5].unpack()[0])
                                    and told.append((arguments[4], arguments[5].unpack()[1])))
    visit = Visits(connection).check_number(INSURED)
    visit.wait_finished()
    expires = visit.get("Expires")
    assert [member for member, _value in told] == ["PropertiesChanged"] * (len(told) - 1) + ["Finished"], told
    assert told[-2][1]["Expires"] == expires and told[-2][1]["State"] == "failed", told  # for want of its own key
    told.clear()

    rig.set_clock((395 * DAY).total_seconds())
    wait_for(lambda: warnings, "a warning")
    assert warnings == [("institution-certificate", 5)], warnings
    assert abs(visit.get("Expires") - expires - 395 * 86400 * 1000000) < 2000000, visit.get("Expires")
    for ahead in (0 * DAY, 395 * DAY, 0 * DAY):
        rig.set_clock(ahead.total_seconds())
        until(lambda: abs(visit.get("Expires") - expires - ahead.total_seconds() * 1e6) < 2000000, "the date of the visit")
    assert told == [], told
    assert len(get_property(connection, ROOT, MANAGER, "Expiries")) == 3
    assert warnings == [("institution-certificate", 5)], warnings
    log = rig.read_log("shikakud")
    assert log.count("seconds forward") == 2 and log.count("seconds back") == 2, log
