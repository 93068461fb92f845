#!/usr/bin/node
// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * receipt [READER]: asks whether the patient whose card lies in READER (its number) is insured.
 * receipt INSURER SYMBOL NUMBER BRANCH BIRTHDATE: the same by the numbers on the patient's paper.
 *
 * What a receipt computer does, with npm's dbus-next. Exit status: 0 eligible, 1 not, 2 unknown, 3 an error.
 */
'use strict';

const { systemBus, DBusError, Message, MessageType, Variant } = require('dbus-next');

const NAME = 'org.shikaku.Shikaku1';
const ROOT = '/org/shikaku/Shikaku1';
const TOKEN = 'desk1'; // names the visit; never a number of the patient
const VISIT_SECONDS = 120; // what the daemon gives the visit
const GRACE_SECONDS = 30; // what we wait longer, since polkit may be slow: after that the daemon is gone
const INSURED = ['InsurerNumber', 'Symbol', 'Number', 'Branch', 'Birthdate'];
const STAFF_MUST_LOOK = ['NoReader', 'ReaderFailed', 'ServiceStopped', 'NoReply'];

class VisitFailed extends Error {
  constructor (name, message, details = {}) {
    super(message);
    this.name = name.replace(`${NAME}.Error.`, '');
    this.details = details;
  }
}

/** What @promise brings; after @seconds the daemon is gone. */
function within (seconds, promise) {
  let timer;
  const limit = new Promise((resolve, reject) => {
    timer = setTimeout(() => reject(new VisitFailed('NoReply', 'the daemon is gone')), seconds * 1000);
  });
  return Promise.race([promise, limit]).finally(() => clearTimeout(timer));
}

/** @value without the library's Variant around everything. */
function unpack (value) {
  if (value instanceof Variant) return unpack(value.value);
  if (Array.isArray(value)) return value.map(unpack);
  if (value && value.constructor === Object) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, unpack(inner)]));
  }
  return value;
}

/** A method call that gives up after @seconds. Return: its only result. */
async function call (bus, destination, path, face, member, signature = '', body = [], seconds = GRACE_SECONDS) {
  try {
    const reply = await within(seconds, bus.call(new Message({ destination, path, interface: face, member, signature, body })));
    return unpack(reply.body[0]);
  } catch (error) {
    throw error instanceof DBusError ? new VisitFailed(error.type, error.text) : error;
  }
}

/** Subscribes to the visit's end, begins, waits. Return: state, error and details of Finished. */
async function waitFinished (bus, path, begin) {
  const rule = `type='signal',sender='${NAME}',interface='${NAME}.Visit',member='Finished',path='${path}'`;
  let hear;
  const finished = new Promise(resolve => {
    hear = message => {
      if (message.type === MessageType.SIGNAL && message.member === 'Finished' && message.path === path) {
        resolve(unpack(message.body));
      }
    };
    bus.on('message', hear);
  });
  try {
    await call(bus, 'org.freedesktop.DBus', '/org/freedesktop/DBus', 'org.freedesktop.DBus', 'AddMatch', 's', [rule]);
    await begin();
    return await within(VISIT_SECONDS + GRACE_SECONDS, finished);
  } finally {
    bus.removeListener('message', hear);
  }
}

/** A visit: opened, finished, read, closed. */
async function checkCard (bus, reader) {
  const options = { Token: new Variant('s', TOKEN), Timeout: new Variant('u', VISIT_SECONDS) };
  if (reader) options.Reader = new Variant('o', `${ROOT}/reader/${reader}`);
  // The path is known before the visit exists, so nothing of it can be missed.
  const path = `${ROOT}/visit/${bus.name.slice(1).replace('.', '_')}/${TOKEN}`;
  const [state, error, details] = await waitFinished(bus, path,
    () => call(bus, NAME, ROOT, `${NAME}.Manager`, 'OpenVisit', 'a{sv}', [options]));
  try {
    if (state === 'done') return await call(bus, NAME, path, `${NAME}.Visit`, 'GetEligibility');
    const message = await call(bus, NAME, path, 'org.freedesktop.DBus.Properties', 'Get', 'ss',
      [`${NAME}.Visit`, 'ErrorMessage']);
    throw new VisitFailed(error, message, details);
  } finally {
    await call(bus, NAME, path, `${NAME}.Visit`, 'Close').catch(() => {}); // its failure takes no answer away
  }
}

/** The same in one call, which lasts as long as the visit. */
function checkNumber (bus, numbers) {
  const insured = Object.fromEntries(INSURED.map((key, index) => [key, new Variant('s', numbers[index])]));
  const options = { Insured: new Variant('a{sv}', insured), Timeout: new Variant('u', VISIT_SECONDS) };
  return call(bus, NAME, ROOT, `${NAME}.Manager`, 'Check', 'a{sv}', [options], VISIT_SECONDS + GRACE_SECONDS);
}

/** Whatever the center did not send is not in the object. */
function printAnswer (eligibility) {
  console.log(eligibility.Answer);
  // Unknown is not a refusal: ask again, or note the numbers of the patient's paper.
  if (eligibility.Answer === 'unknown') console.log(`${eligibility.Reason}: ${eligibility.Advice}`);
  for (const { InsurerNumber = '-', Name = '-', BurdenRatio = '-' } of eligibility.Insurances || []) {
    console.log(`${InsurerNumber} ${Name} ${BurdenRatio} %`);
  }
  return ['eligible', 'not-eligible', 'unknown'].indexOf(eligibility.Answer);
}

/** A bus that says hello, or is not there: what the library does not tell by its promises it tells by an event. */
function connect () {
  return new Promise((resolve, reject) => {
    const bus = systemBus();
    bus.on('error', error => reject(new VisitFailed('NoReply', error.message || error.code)));
    bus.once('connect', () => resolve(bus));
  });
}

async function main (words) {
  if (![0, 1, 5].includes(words.length)) {
    console.error('usage: receipt [READER | INSURER SYMBOL NUMBER BRANCH BIRTHDATE]');
    return 3;
  }
  try {
    const bus = await within(GRACE_SECONDS, connect());
    return printAnswer(words.length === 5 ? await checkNumber(bus, words) : await checkCard(bus, words[0]));
  } catch (failed) {
    console.error(`${failed.name}: ${failed.message}`);
    if (failed.name === 'PinIncorrect') console.error(`${failed.details.TriesLeft} tries left`);
    if (STAFF_MUST_LOOK.includes(failed.name)) console.error('see: shikakuctl diagnose');
    return 3;
  }
}

main(process.argv.slice(2)).then(status => process.exit(status));
