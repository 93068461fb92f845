# SPDX-License-Identifier: LGPL-2.1-or-later
"""witness: sigsum-witness, of Debian, behind a door that speaks TLS; and what it says, changed where a test wants that.

Comes in: a rig, the log's verifier key. Goes out: settings for the daemon. What cannot be had is Skip.
"""
import base64
import http.client
import http.server
import re
import shutil
import ssl
import subprocess
import threading
from pathlib import Path

from rig import KEYS, Skip

PROGRAM = "sigsum-witness"
ENVIRONMENT = {"GODEBUG": "httpmuxgo121=0"}  # else it answers 404 to every POST
NAME = "witness.example"


def read(*command, **more):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, **more).stdout


def find_release():
    """Debian 12 has it in its backports, later ones themselves."""
    name = re.search(r"^VERSION_CODENAME=(\w+)$", Path("/etc/os-release").read_text(), re.MULTILINE)[1]
    return "bookworm-backports" if name == "bookworm" else name


def fetch_programs(folder):
    """sigsum-go as this machine has it; else of Debian's archive, unpacked into @folder. Return: where its programs are."""
    if shutil.which(PROGRAM):
        return Path(shutil.which(PROGRAM)).parent
    listed = read("apt-get", "indextargets", "--format", "$(SITE) $(COMPONENT)", "Created-By: Packages")
    sites = [line.split()[0] for line in listed.splitlines() if line.endswith(" main")]
    if not sites:
        raise Skip(f"{PROGRAM}, and a mirror of Debian")
    lists, sources = folder / "lists", folder / "sources"
    (lists / "partial").mkdir(parents=True)
    sources.write_text(f"deb {sites[0]} {find_release()} main\n")
    apt = ["apt-get", "-o", f"Dir::Etc::sourcelist={sources}", "-o", "Dir::Etc::sourceparts=/dev/null",
           "-o", f"Dir::State::lists={lists}", "-o", "APT::Sandbox::User=root", "-o", "Acquire::Languages=none"]
    for arguments in (["update"], ["download", "sigsum-go"]):
        done = subprocess.run(apt + arguments, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode:
            raise Skip(f"{PROGRAM}; apt says:\n{done.stdout[-1000:]}")
    subprocess.run(["dpkg-deb", "--extract", next(folder.glob("sigsum-go_*.deb")), folder / "tree"], check=True)
    return folder / "tree" / "usr" / "bin"


class Door(http.server.ThreadingHTTPServer):
    """Takes the daemon's calls on TLS, and hands them to the witness. @change: answer (status, body) → what is said instead."""

    def __init__(self, port, behind):
        self.behind, self.change, self.asked = behind, lambda answer: answer, []
        super().__init__(("127.0.0.1", port), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(KEYS / "center.cert.pem", KEYS / "center.key.pem")
        self.socket = context.wrap_socket(self.socket, server_side=True)
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        link = http.client.HTTPConnection("127.0.0.1", self.server.behind, timeout=30)
        try:
            link.request("POST", self.path, body)
            answer = link.getresponse()
            status, text = answer.status, answer.read()
        except OSError:
            status, text = 502, b""
        finally:
            link.close()
        status, text = self.server.change((status, text))
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)
        self.server.asked.append((body.decode(), status, text.decode(errors="replace")))

    def log_message(self, *arguments):
        pass


class Witness:
    def __init__(self, rig, log_verifier):
        folder = rig.folder / "witness"
        folder.mkdir()
        programs = fetch_programs(folder)
        key, log_key = folder / "key", folder / "log.pub"
        read(programs / "sigsum-key", "generate", "-o", key)
        raw = base64.b64decode(log_verifier.split("+", 2)[2])[1:]
        read(programs / "sigsum-key", "from-hex", "-o", log_key, input=raw.hex())
        self.name = "sigsum.org/v1/witness/" + read(programs / "sigsum-key", "to-hash", "-k", f"{key}.pub").strip()
        self.port = rig.reserve_ports(2)
        self.state = folder / "state"
        self.command = [programs / PROGRAM, "--signing-key", key, "--log-key", log_key, "--state-file", self.state,
                        f"127.0.0.1:{self.port}"]
        self.rig = rig
        self.process = rig.launch("sigsum-witness", self.command, environment=ENVIRONMENT, quiet=True)
        self.door = Door(self.port + 1, self.port)
        self.key = read(programs / "sigsum-key", "to-vkey", "-k", f"{key}.pub", "-n", self.name, "-t", "cosignature/v1").strip()

    def settings(self):
        return {"Ledger_Witness": f"https://localhost:{self.port + 1}", "Ledger_WitnessKey": self.key,
                "Ledger_WitnessAuthority": self.rig.folder / "credentials" / "center-ca.pem"}

    def stop(self):
        self.door.shutdown()
        self.door.server_close()
