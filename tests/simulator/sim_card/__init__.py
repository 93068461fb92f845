# SPDX-License-Identifier: LGPL-2.1-or-later
"""The virtual My Number Card, room by room: rsa, persona, chip, faults, journal, slot, control."""
