# SPDX-License-Identifier: LGPL-2.1-or-later
"""shikaku-sim-terminal: the official terminal with its face reader and its link program, played from what the field tells."""
