# SPDX-License-Identifier: LGPL-2.1-or-later
"""The simulated center: people (who is asked about), proof (cards), calls (the profile), faults, server (HTTPS), control."""
