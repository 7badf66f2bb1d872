# SPDX-License-Identifier: Apache-2.0
"""A trust group on loopback for the system tests: real programs, temporary directories, free ports, no sleeping.

    with Deployment() as group:
        agent = group.agent("seattle", files=["auth.log"])
        agent.append("auth.log", lines(0, 100))
        group.wait_for_ids(range(100))

Everything started is ended by its process id when the block is left, whatever happened in it.
"""
import collections
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import tomllib

BIN = os.environ.get("DIMS_BIN", "")
PROGRAMS = ("dims-server", "dims-agent", "dims")
WAIT_SECONDS_MAX = 90
STOP_SECONDS_MAX = 10
BURST_LINES = 150
LONG = os.environ.get("DIMS_LONG") == "1"

Answer = collections.namedtuple("Answer", "rows completeness exit_code")


def missing_programs():
    return [name for name in PROGRAMS if not os.access(os.path.join(BIN, name), os.X_OK)]


def wait_until(condition, what, seconds=WAIT_SECONDS_MAX, every=0.05):
    """Polls until condition() is true and returns its value; fails with `what` at the deadline."""
    pause = threading.Event()
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what() if callable(what) else what}")
        pause.wait(every)


def lines(first, count, program="job[77]"):
    """Syslog lines whose text ends with a number that names each: "... id=41"."""
    stamp = time.strftime("%b %e %H:%M:%S")
    return "".join(f"{stamp} gw1 {program}: worked on the queue id={number}\n" for number in range(first, first + count))


def sshd_failure(address, user="admin", at=None):
    """What sshd writes about a failed log-in, now or at a time since the epoch."""
    stamp = time.strftime("%b %e %H:%M:%S", time.localtime(at))
    return f"{stamp} gw1 sshd[812]: Failed password for invalid user {user} from {address} port 50122 ssh2\n"


def run(program, *arguments, within=(), environment=None, binary=False):
    """One of our programs as a command; returns its CompletedProcess, with bytes if `binary`."""
    return subprocess.run([*within, os.path.join(BIN, program), *arguments], capture_output=True, text=not binary,
                          stdin=subprocess.DEVNULL, timeout=WAIT_SECONDS_MAX, check=False,
                          env={**os.environ, **(environment or {})})


class Program:
    """One process of ours. Its stderr goes to a file that a failing test can show."""

    def __init__(self, name, arguments, log_path, within=()):
        self.log_path = log_path
        with open(log_path, "ab") as log:
            self._process = subprocess.Popen([*within, os.path.join(BIN, name), *arguments], stdin=subprocess.DEVNULL,
                                             stdout=log, stderr=log)

    @property
    def pid(self):
        return self._process.pid

    def running(self):
        return self._process.poll() is None

    def signal(self, number):
        self._process.send_signal(number)

    def peak_mib(self):
        """The most memory it ever had."""
        with open(f"/proc/{self.pid}/status", encoding="ascii") as status:
            return int(re.search(r"^VmHWM:\s+(\d+)", status.read(), re.M).group(1)) // 1024

    def kill(self):
        """SIGKILL: no chance to tidy up."""
        self._process.kill()
        self._process.wait()

    def stop(self, seconds=STOP_SECONDS_MAX):
        """SIGTERM; returns (exit code, seconds it took)."""
        started = time.monotonic()
        self._process.terminate()
        try:
            code = self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"did not end within {seconds} s of SIGTERM\n{self.log()}") from None
        return code, time.monotonic() - started

    def wait(self, seconds=STOP_SECONDS_MAX):
        return self._process.wait(seconds)

    def log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as log:
            return log.read()[-4000:]


class Agent:
    """One joined agent: its configuration, its state directory, and its process while it runs."""

    def __init__(self, group, site, name, config, within=()):
        self.group = group
        self.within = within
        self.site = site
        self.directory = os.path.join(group.directory, name)
        self.state = os.path.join(self.directory, "state")
        self.logs = os.path.join(self.directory, "logs")
        self.config_path = os.path.join(self.directory, "agent.toml")
        self.program = None
        os.makedirs(self.logs)
        self.configure(config)

    def configure(self, config):
        with open(self.config_path + ".new", "w", encoding="utf-8") as out:
            out.write(config.replace("@logs@", self.logs))
        os.replace(self.config_path + ".new", self.config_path)  # a reload may be reading it

    def join(self):
        token = self.group.dims("agent", "invite", self.site).strip()
        self.run("join", token, "--state", self.state)

    def start(self, program="dims-agent"):
        arguments = ["run", "--config", self.config_path, "--state", self.state]
        self.program = Program(program, arguments, os.path.join(self.directory, "agent.log"), self.within)
        return self

    def restart(self):
        self.program.kill()
        return self.start()

    def run(self, *arguments, check=True):
        """dims-agent as a command; returns its CompletedProcess."""
        done = run("dims-agent", *arguments, within=self.within)
        if check and done.returncode != 0:
            raise AssertionError(f"dims-agent {' '.join(arguments[:1])}: exit {done.returncode}\n{done.stdout}{done.stderr}")
        return done

    def status(self):
        return json.loads(self.run("status", "--state", self.state, "--json").stdout)

    def log_file(self, name):
        return os.path.join(self.logs, name)

    def append(self, name, text):
        with open(self.log_file(name), "ab") as out:
            out.write(text if isinstance(text, bytes) else text.encode())


class Load:
    """Appends bursts of numbered lines to a file of an agent until it is left."""

    def __init__(self, agent, name):
        self._agent = agent
        self._name = name
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._write)
        self.written = 0

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._ended.set()
        self._thread.join()

    def _write(self):
        while not self._ended.wait(0.03):
            self._agent.append(self._name, lines(self.written, BURST_LINES))
            self.written += BURST_LINES


class Deployment:
    """A server with its own authority, and the agents joined to it.

    `within` is a command that runs the server and the analyst's commands somewhere else, for example in a network
    namespace.
    """

    def __init__(self, host="127.0.0.1", within=()):
        self.within = within
        self.directory = tempfile.mkdtemp(prefix="dims-system-")
        self.data = os.path.join(self.directory, "server")
        self.identity = os.path.join(self.data, "operator.identity")
        self.server = None
        self.agents = []
        self._sites = set()
        done = run("dims-server", "init", "--data", self.data, "--listen", f"{host}:0", "--name", "System test",
                   within=within)
        if done.returncode != 0:
            raise AssertionError(f"dims-server init: exit {done.returncode}\n{done.stdout}{done.stderr}")

    def __enter__(self):
        self.start_server()
        return self

    def __exit__(self, failure, *_):
        if failure is not None:
            self.show_logs()
        for program in [agent.program for agent in self.agents] + [self.server]:
            if program is not None and program.running():
                program.kill()
        shutil.rmtree(self.directory, ignore_errors=True)

    def show_logs(self):
        for program in [self.server] + [agent.program for agent in self.agents]:
            if program is not None:
                print(f"--- {program.log_path}\n{program.log()}")

    # The server.

    def start_server(self):
        self.server = Program("dims-server", ["run", "--data", self.data], os.path.join(self.directory, "server.log"),
                              self.within)
        wait_until(self.server_answers, lambda: f"the server answers\n{self.server.log()}")

    def server_answers(self):
        if not self.server.running():
            raise AssertionError(f"dims-server ended\n{self.server.log()}")
        return self.run_dims("status").returncode in (0, 3)

    def declared_ports(self):
        """The ports that server.toml names, by what they are for."""
        with open(os.path.join(self.data, "server.toml"), "rb") as settings:
            listen = tomllib.load(settings)["listen"]
        return {name: int(listen[name].rsplit(":", 1)[1]) for name in ("main", "join")}

    def main_port(self):
        return self.declared_ports()["main"]

    def set_store(self, line):
        """Adds a line to [store] of server.toml; it holds from the next start on."""
        path = os.path.join(self.data, "server.toml")
        with open(path, encoding="utf-8") as settings:
            text = settings.read()
        with open(path, "w", encoding="utf-8") as settings:
            settings.write(text.replace("[store]\n", f"[store]\n{line}\n"))

    # People and sites.

    def run_dims(self, *arguments, identity=None, binary=False):
        return run("dims", "--identity", identity or self.identity, *arguments, within=self.within, binary=binary)

    def dims(self, *arguments, identity=None, binary=False):
        done = self.run_dims(*arguments, identity=identity, binary=binary)
        if done.returncode != 0:
            raise AssertionError(f"dims {' '.join(arguments)}: exit {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def user(self, name, *options):
        """Invites a person and logs in as it; returns the identity file."""
        identity = os.path.join(self.directory, f"{name}.identity")
        token = self.dims("user", "invite", name, *options).strip()
        self.dims("login", token, identity=identity)
        return identity

    def write(self, name, text):
        """A file beside the server's; returns its path."""
        path = os.path.join(self.directory, name)
        with open(path, "w", encoding="utf-8") as out:
            out.write(text)
        return path

    def configure_server(self, text):
        """Adds tables to the server's settings; counts from its next start."""
        with open(os.path.join(self.data, "server.toml"), encoding="utf-8") as settings:
            kept = [line for line in settings if line.strip() not in ("[agents]", "[enrich]", "[alerts]")]
        with open(os.path.join(self.data, "server.toml"), "w", encoding="utf-8") as settings:
            settings.write("".join(kept) + text)

    def add_site(self, site):
        if site not in self._sites:
            self._sites.add(site)
            octet = len(self._sites)
            self.dims("site", "add", site, "--name", f"Site {site}", "--cidr", f"198.51.{octet}.0/24",
                      "--domain", f"{site}.example")

    def agent(self, site, files=(), config=None, start=True, within=(), add_site=True):
        """A joined agent of `site` that follows `files` of its own log folder from their beginning."""
        if add_site:
            self.add_site(site)
        agent = Agent(self, site, f"agent-{len(self.agents)}", config or file_config(files), within)
        self.agents.append(agent)
        agent.join()
        return agent.start() if start else agent

    # Answers.

    def search(self, query, *options, identity=None):
        """Rows of the answer as objects; everything ever stored unless `options` say otherwise."""
        done = self.run_dims("search", query, *(options or ("--days", "3650")), "--format", "json", identity=identity)
        if done.returncode not in (0, 3):
            raise AssertionError(f"dims search {query!r}: exit {done.returncode}\n{done.stderr}")
        completeness = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
        return Answer([json.loads(line) for line in done.stdout.splitlines()],
                      completeness[-1] if completeness else None, done.returncode)

    def alerts(self, identity=None):
        done = self.dims("alerts", "--days", "30", "--format", "json", identity=identity)
        return [json.loads(line) for line in done.splitlines()]

    def status(self):
        return json.loads(self.dims("status", "--json"))

    def count(self, query="id", identity=None):
        rows = self.search(f"{query} | count", identity=identity).rows
        return rows[0]["count"] if rows else 0

    def ids(self):
        """How often each "id=N" is stored."""
        found = collections.Counter()
        for row in self.search("id | fields message").rows:
            found.update(int(number) for number in re.findall(r"\bid=(\d+)$", row.get("message", "").rstrip()))
        return found

    def wait_for_count(self, count, query="id", seconds=WAIT_SECONDS_MAX):
        return wait_until(lambda: self.count(query) >= count,
                          lambda: f"{count} events of {query!r}; there are {self.count(query)}", seconds)

    def check_exactly_once(self, numbers):
        """Waits for every number, then fails unless each is stored exactly once."""
        numbers = set(numbers)
        self.wait_for_count(len(numbers))
        found = self.ids()
        lost = sorted(numbers - set(found))
        doubled = sorted(number for number, times in found.items() if times > 1)
        unexpected = sorted(set(found) - numbers)
        assert not (lost or doubled or unexpected), (
            f"lost {len(lost)} {lost[:5]}, duplicated {len(doubled)} {doubled[:5]}, unexpected {len(unexpected)} {unexpected[:5]}")


def file_config(files):
    paths = ", ".join(f'"@logs@/{name}"' for name in files)
    return f'[agent]\ntlp = "amber"\n\n[[input.file]]\npaths = [{paths}]\nstart = "beginning"\n'
