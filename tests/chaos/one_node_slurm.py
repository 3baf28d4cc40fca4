"""A Slurm of one node on loopback: munged, slurmctld and slurmd of this user, in one folder.

apt-get install slurm-wlm munge     (Debian's packages; slurmd and slurmctld want to be root's)
"""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.doubles.s3 import free_port

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "squeue", "scancel")
PATH = f"{os.environ['PATH']}:/usr/sbin:/sbin"
GPUS = 8
"""Which the node says it has: the scripts ask for them."""
CONFIGURATION = """
ClusterName=tests
SlurmctldHost={name}(127.0.0.1)
SlurmctldPort={port}
SlurmdPort={slurmd_port}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CredType=cred/munge
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
ProctrackType=proctrack/pgid
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
ReturnToService=2
MinJobAge=3600
GresTypes=gpu
NodeName=one NodeAddr=127.0.0.1 NodeHostname={name} Port={slurmd_port} CPUs={cpus} Gres=gpu:{gpus}
PartitionName=all Nodes=one Default=YES MaxTime=INFINITE State=UP
"""


def missing() -> str:
    """Return why it cannot be started; empty if it can."""
    if os.geteuid():
        return "slurmd must be root's"
    absent = [name for name in PROGRAMS if not shutil.which(name, path=PATH)]
    return f"{', '.join(absent)}: apt-get install slurm-wlm munge" if absent else ""


class Slurm:
    """A running one."""

    def __init__(self, folder: Path) -> None:
        self.environment = {
            **os.environ,
            "PATH": PATH,
            "SLURM_CONF": str(folder / "slurm.conf"),
        }

    def submit(self, *arguments: str) -> str:
        """Submit a batch job; return its number."""
        return self.ask("sbatch", "--parsable", *arguments).strip()

    def wait(self, job: str, seconds: float = 300) -> None:
        """Wait until all of a job's tasks are over."""
        deadline = time.monotonic() + seconds
        while self.states(job) - {"COMPLETED", "FAILED", "CANCELLED", "NODE_FAIL", "TIMEOUT"}:
            assert time.monotonic() < deadline, self.ask("squeue")
            time.sleep(0.5)

    def states(self, job: str) -> set[str]:
        """Return the states of a job's tasks."""
        return set(self.ask("squeue", "-h", "-r", "-t", "all", "-j", job, "-o", "%T").split())

    def ask(self, *command: str) -> str:
        """Run one of Slurm's programs."""
        done = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


@contextmanager
def slurm(folder: Path) -> Iterator[Slurm]:
    """Run one; the folder's name must be short, for its sockets."""
    for name in ("state", "spool"):
        (folder / name).mkdir()
    folder.chmod(0o755)
    key = folder / "munge.key"
    key.write_bytes(secrets.token_bytes(128))
    key.chmod(0o400)
    text = CONFIGURATION.format(
        folder=folder,
        name=socket.gethostname().partition(".")[0],
        port=free_port(),
        slurmd_port=free_port(),
        user="root",
        cpus=os.cpu_count(),
        gpus=GPUS,
    )
    (folder / "slurm.conf").write_text(text)
    for number in range(GPUS):
        (folder / f"gpu{number}").touch()
    (folder / "gres.conf").write_text(f"NodeName=one Name=gpu File={folder}/gpu[0-{GPUS - 1}]\n")
    found = Slurm(folder)
    munged = ["munged", "--foreground", "--force", f"--key-file={key}"]
    munged += [f"--socket={folder}/munge.socket", f"--pid-file={folder}/munged.pid"]
    munged += [f"--seed-file={folder}/munged.seed", f"--log-file={folder}/munged.log"]
    with ExitStack() as running:
        start(running, munged, found, folder)
        start(running, ["slurmctld", "-D"], found, folder)
        start(running, ["slurmd", "-D", "-N", "one"], found, folder)
        deadline = time.monotonic() + 60
        while "idle" not in found.ask("sinfo", "-h", "-o", "%T"):
            assert time.monotonic() < deadline, logs(folder)
            time.sleep(0.5)
        yield found


def start(running: ExitStack, command: Sequence[str], found: Slurm, folder: Path) -> None:
    """Run a server until the block ends."""
    log = running.enter_context((folder / f"{command[0]}.out").open("wb"))
    process = subprocess.Popen(
        [shutil.which(command[0], path=PATH) or command[0], *command[1:]],
        env=found.environment,
        stdout=log,
        stderr=subprocess.STDOUT,
    )

    def stop() -> None:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    running.callback(stop)
    time.sleep(1)
    assert process.poll() is None, logs(folder)


def logs(folder: Path) -> str:
    """Return what the servers have said."""
    return "\n".join(path.read_text()[-2000:] for path in sorted(folder.glob("*.out")))
