# SPDX-License-Identifier: LGPL-2.1-or-later
"""The simulated ORCA (日医標準レセプトソフト): its interface for online eligibility, and its push events."""
