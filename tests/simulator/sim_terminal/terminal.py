# SPDX-License-Identifier: LGPL-2.1-or-later
"""The terminal at work: takes requests, gives answers after a while, and face files when a patient stands before its reader.

Comes in: requests in folders, commands. Goes out: files, each with the fault that was armed for it, and the log of them.
"""

import asyncio
import collections
import contextlib
import datetime
import hashlib
import os

from sim_center.people import CONSENT_PREFIXES, now

from . import answers, faults, folders

LOG_MAXIMUM = 200000
SWEEP_SECONDS = 60
HALF = 2


class Terminal:
    def __init__(self, desk, place, armed, delay=0.0, stay_minutes=1440):
        """@desk: answers.Desk. @place: folders.Folders. @armed: sim_center.faults.Faults."""
        self.desk, self.folders, self.faults = desk, place, armed
        self.delay, self.stay_minutes = delay, stay_minutes
        self.is_linked = self.has_power = True
        self.held, self.tasks = set(), set()
        self.log = collections.deque(maxlen=LOG_MAXIMUM)
        self.counts = collections.Counter()
        self.on_their_way = collections.Counter()  # folder -> files that are to come, or are not whole yet
        self.changed = asyncio.Condition()
        self.watch = None
        self.last_left_over = 0

    def start(self):
        self.watch = folders.Watch([self.folders.get(name) for name in self.folders.list_names()], self.look)
        self.start_task(self.sweep_always())
        self.look()

    def stop(self):
        self.watch.close()
        self.forget_work()

    def start_task(self, work):
        task = asyncio.ensure_future(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    def forget_work(self):
        for task in self.tasks:
            task.cancel()
        self.held.clear()

    # -- requests

    def look(self):
        """Something came or went: takes what is there."""
        self.start_task(self.tell())
        if not self.is_linked or not self.has_power:
            return
        for folder, name, prefix, is_zip in self.folders.list_requests():
            if prefix not in answers.CALLS:
                continue  # of an interface that is not simulated: nobody takes it
            data = self.folders.take(folder, name)
            if data is not None:
                self.start_task(self.work(name, prefix, is_zip, data))

    async def work(self, name, prefix, is_zip, data):
        record = answers.make_record(name, prefix)
        self.log.append(record)
        self.counts[prefix] += 1
        fault = self.faults.take(prefix)
        record["fault"] = fault and fault.kind
        if self.delay:
            await asyncio.sleep(self.delay)
        answer = self.desk.answer(prefix, is_zip, data, fault, record)
        result = "err" if fault and fault.kind == "err" else "res"
        stem = name[: name.index("req_")] + result + name[name.index("req_") + 3 : name.rindex(".")]
        await self.give(self.folders.get_answers(prefix), f"{stem}.{answer.extension}", answer.data, fault, record)

    # -- faces

    async def show_face(self, key, *words):
        """A patient before the reader. Words: consents=KIND,KIND|all|none reference=NUMBER ago=SECONDS short fault=KIND
        Return: at once, with what the file is called; it may come later."""
        options = dict(word.partition("=")[::2] for word in words)
        person = self.desk.center.people.get(key)
        unknown = set(options) - {"consents", "reference", "ago", "short", "fault", "of", "name"}
        if person is None or unknown:
            raise ValueError(f"no such person, or words: {key} {' '.join(unknown)}")
        consents = options.get("consents", "none")
        kinds = {"all": list(CONSENT_PREFIXES), "none": []}.get(consents, consents.split(","))
        moment = now() - datetime.timedelta(seconds=float(options.get("ago", 0)))
        fault = faults.spell(options["fault"]) if "fault" in options else self.faults.take("face")
        answer = self.desk.see(person, fault, kinds, options.get("reference"), moment)
        name = options.get("name") or self.desk.make_face_name(moment, "short" in options) + "." + answer.extension
        record = {**answers.make_record(name, "face"), "person": key, "fault": fault and fault.kind,
                  "digest": hashlib.sha256(answer.data).hexdigest()}  # fmt: skip
        self.log.append(record)
        self.counts["face"] += 1
        if fault and fault.kind in faults.DELIVERY:
            self.start_task(self.give("face", name, answer.data, fault, record))
            await asyncio.sleep(0)
        else:
            await self.give("face", name, answer.data, fault, record)
        return {"name": name, "digest": record["digest"]}

    # -- giving

    async def give(self, folder, name, data, fault, record):
        """Lays a file down, in place as the field does, and as the @fault says."""
        self.on_their_way[folder] += 1
        try:
            await self.lay(folder, name, data, fault, record)
        finally:
            self.on_their_way[folder] -= 1
        self.counts["given"] += 1
        await self.tell()

    async def lay(self, folder, name, data, fault, record):
        kind = fault.kind if fault else None
        record["answer"] = name
        if kind == "slow":
            await asyncio.sleep(fault.number / 1000)
        elif kind == "hold":
            await self.wait_release()
        if kind in ("lost", "full"):
            record["state"] = kind
        elif kind in ("halves", "empty-file", "cut", "gone"):
            await self.give_in_parts(folder, name, data, kind, record)
        elif kind == "renamed-late":
            path = self.folders.write(folder, name + ".tmp", data)
            await self.wait_release()
            os.rename(self.folders.get(folder) / path.name, self.folders.get(folder) / name)
            record["state"] = "given"
        else:
            path = self.folders.write(folder, name, data)
            record["state"] = "given"
            await self.give_oddly(folder, path, data, kind, record)

    async def give_in_parts(self, folder, name, data, kind, record):
        half = 0 if kind == "empty-file" else len(data) // HALF
        self.folders.write(folder, name, data[:half])
        record["state"] = "half"
        await self.tell()
        if kind == "cut":
            return
        if kind == "gone":
            self.folders.set_off(True)
            async with self.changed:
                await self.changed.wait_for(lambda: not self.folders.is_off)
        else:
            await self.wait_release()
        self.folders.write(folder, name, data[half:], append=True)
        record["state"] = "given"

    async def give_oddly(self, folder, path, data, kind, record):
        if kind == "taken":
            path.unlink()
            record["state"] = "taken away"
        elif kind == "locked":
            path.chmod(0)
            await self.wait_release()
            with contextlib.suppress(FileNotFoundError):
                (self.folders.get(folder) / path.name).chmod(0o644)
        elif kind == "duplicate":
            async with self.changed:
                await self.changed.wait_for(lambda: not self.folders.has(folder, path.name))
            self.folders.write(folder, path.name, data)
            record["state"] = "given again"
        elif kind == "twice":
            name = path.with_name(f"{self.desk.make_face_name()}{path.suffix}" if folder == "face" else "copy-" + path.name)
            self.folders.write(folder, name.name, data)

    async def wait_release(self):
        held = asyncio.get_running_loop().create_future()
        self.held.add(held)
        try:
            await held
        finally:
            self.held.discard(held)

    def release(self):
        for held in list(self.held):
            if not held.done():
                held.set_result(None)

    async def tell(self):
        async with self.changed:
            self.changed.notify_all()

    # -- the terminal's own housekeeping, and what else happens to its folders

    async def sweep_always(self):
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            self.sweep()

    def sweep(self):
        return {"gone": self.folders.sweep(self.stay_minutes * 60) if self.has_power else []}

    def set_link(self, state):
        """The link program: on, or dead; then the share is there, and nobody takes anything."""
        self.is_linked = to_switch(state)
        self.look()

    def set_share(self, state):
        self.folders.set_off(not to_switch(state))
        self.look()

    def set_power(self, state):
        """Off: the share is gone, and what was being worked on is lost."""
        self.has_power = to_switch(state)
        if not self.has_power:
            for record in self.log:
                if record["state"] in ("taken", "half"):
                    record["state"] = "lost"
            self.forget_work()
            self.start_task(self.sweep_always())
        self.set_share(state)

    def leave_over(self, number, folder="res", days="1"):
        """Files of earlier days that nobody has read: of other programs, or of patients of then."""
        age, persons = float(days) * 86400, list(self.desk.center.people.persons.values())
        moment = now() - datetime.timedelta(seconds=age)
        for _index in range(int(number)):
            self.last_left_over += 1
            person = persons[self.last_left_over % len(persons)]
            data = self.desk.see(person, None, (), None, moment).data if self.last_left_over <= len(persons) else b"<XmlMsg/>"
            name = self.desk.make_face_name(moment) if folder == "face" else (
                f"OQSsiquc01res_{moment:%Y%m%d}{self.last_left_over:06}")  # fmt: skip
            self.folders.write(folder, name + ".xml", data, age=age)

    async def wait(self, what, count="1", seconds="10"):
        """Until @what came so often: a prefix, "face", or "given"."""
        await self.wait_for(lambda: self.counts[what] >= int(count), seconds)

    async def wait_left(self, folder, count="0", seconds="10"):
        """Until no more than @count files are in @folder; with 0: and none is to come."""
        number = int(count)

        def is_so():
            is_whole = number or not self.on_their_way[folder]
            return is_whole and not self.folders.is_off and len(self.folders.list_files(folder)) <= number

        await self.wait_for(is_so, seconds)

    async def wait_for(self, is_so, seconds):
        async with self.changed:
            await asyncio.wait_for(self.changed.wait_for(is_so), float(seconds))


def to_switch(state):
    if state not in ("on", "off"):
        raise ValueError("on or off")
    return state == "on"
