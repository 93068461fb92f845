#!/usr/bin/env node
// SPDX-License-Identifier: LGPL-2.1-or-later
// Medicines of a patient in Node, whose D-Bus libraries pass no file descriptors: shikakuctl is spawned, and its standard
// output is a pipe. No byte of the records is written to a file, and nothing has to be installed beside Node itself.
//
//   node records.js TICKET
//
// TICKET: of Visit.CreateTicket, by the program that has opened the patient's visit. Prints a line for each medicine:
// day, source, name. Exit status: 0 all that was asked for; 2 something is missing; else that of shikakuctl(1).
'use strict';
const { spawn } = require('node:child_process');

const ticket = process.argv[2];
if (!ticket) {
  console.error('usage: records TICKET');
  process.exit(64);
}

// The ticket goes through standard input: a command line can be read by every user of the machine.
const client = spawn('shikakuctl', ['records', 'drug', '--ticket', '-', '--format', 'json'],
  { stdio: ['pipe', 'pipe', 'inherit'] });
const pieces = [];

client.on('error', (error) => { console.error(error.message); process.exit(69); });
client.stdin.on('error', () => {}); // it may have ended already, and its exit code says why
client.stdin.end(ticket + '\n');
client.stdout.on('data', (piece) => pieces.push(piece));
client.on('close', (code) => {
  process.exitCode = code === null ? 1 : code;
  if (pieces.length === 0) return;
  const records = JSON.parse(Buffer.concat(pieces).toString('utf8'));

  // What is missing comes first: half an answer must not look like a whole one.
  for (const part of records.parts)
    if (part.outcome !== 'data' && part.outcome !== 'none')
      console.log(`missing: ${part.from ?? ''}-${part.to ?? ''} ${part.outcome}`);
  console.log(records.complete ? 'complete' : 'NOT COMPLETE');

  // The same medicine may stand in three sources: show it once, receipts before dispensings before prescriptions.
  const order = ['receipt', 'dispensing', 'prescription'];
  const shown = new Set();
  const entries = [...records.entries].sort((a, b) => order.indexOf(a.source) - order.indexOf(b.source));
  for (const entry of entries)
    for (const day of entry.days)
      for (const medicine of day.medicines ?? []) {
        if (medicine.sameAs && shown.has(medicine.sameAs)) continue;
        if (medicine.sameAs) shown.add(medicine.sameAs);
        console.log(`${day.date} ${entry.source} ${medicine.name ?? medicine.code}`);
      }
});
