#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# receipt [READER]: asks whether the patient whose card lies in READER (its number) is insured.
# receipt INSURER SYMBOL NUMBER BRANCH BIRTHDATE: the same by the numbers on the patient's paper.
#
# What a receipt computer does, with shikakuctl and jq. busctl would connect anew for each call, and hides the names of
# errors; one shikakuctl is a whole visit: opened, finished, read, closed.
# Exit status: 0 eligible, 1 not, 2 unknown, 3 an error.
set -u

ANSWER='def text(key): .[key] // "-";
  .Answer,
  (select(.Answer == "unknown") | "\(.Reason // ""): \(.Advice // "")"), # not a refusal: ask again, or note the numbers
  (.Insurances[]? | "\(text("InsurerNumber")) \(text("Name")) \(text("BurdenRatio")) %")'
ERROR='(.Error | ltrimstr("org.shikaku.Shikaku1.Error.")
    | sub("^org\\.freedesktop\\.DBus\\.Error\\.NoServer$"; "NoReply")) as $name
  | "\($name): \(.ErrorMessage)",
  if $name == "PinIncorrect" then "\(.TriesLeft) tries left"
  elif $name | IN("NoReader", "ReaderFailed", "ServiceStopped", "NoReply") then "see: shikakuctl diagnose"
  else empty end'

# Numbers go in by standard input: everybody on the machine can read a command line.
case $# in
0) reply=$(shikakuctl check --json </dev/null 2>/dev/null) ;; # each step is told there; the reply has everything
1) reply=$(shikakuctl check --json --reader "$1" </dev/null 2>/dev/null) ;;
5) reply=$(printf '%s\n' "$@" \
  | shikakuctl check --json --insurer - --symbol - --number - --branch - --birthdate - 2>/dev/null) ;;
*)
  echo 'usage: receipt [READER | INSURER SYMBOL NUMBER BRANCH BIRTHDATE]' >&2
  exit 3
  ;;
esac
status=$?

if [ $status -le 2 ]; then
  printf '%s\n' "$reply" | jq --raw-output "$ANSWER" || exit 3
  exit $status
fi
printf '%s\n' "$reply" | jq --raw-output "$ERROR" >&2
exit 3
