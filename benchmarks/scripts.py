"""How fast scripts are written, checked and compared, and how well the client fills a server.

    python benchmarks/scripts.py [--dialogs 5000] [--kinds service qa casual] [--requests 10000]

Prints composed dialogues of each kind per CPU second (checks included; as it went, and undisturbed:
each block's quickest of five) and compared ones, memory before and after, near-duplicates, and how
evenly domains and probes are dealt; then the client's throughput against a server that takes 0.2 s,
as a share of what so many connections could do (--requests 0 leaves it out); then what reading and
checking one reply costs. A Python that was built without its optimisations (pyenv's default) takes
about a fifth longer than a distribution's.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import resource
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing import Process, Queue
from pathlib import Path

from datagen.backends.writer.composer import Composer
from datagen.backends.writer.llm_server import Server
from datagen.engine.plan import DIALOGS_PER_BLOCK
from datagen.scripting.corpus.minhash import Index, sketch_of
from datagen.scripting.llm.completion import Completion, Request
from datagen.scripting.llm.planners import PLANNERS
from datagen.scripting.plans.draws import draws_for
from datagen.types import Script

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from tests.fixtures.scene_replies import assignment, job, reply_of

SERVER_SECONDS = 0.2
BATCH = 1024
"""Dialogues that are compared at once: a shard's."""
PASSES, MOST_TIMED = 4, 5_000
"""How often the first dialogues are composed again, for times that no neighbour disturbs."""


def megabytes() -> float:
    """Return the most memory this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@contextmanager
def timed(seconds: dict[str, float], name: str) -> Iterator[None]:
    """Add the CPU seconds of what is done inside."""
    begun = time.process_time()
    yield
    seconds[name] += time.process_time() - begun


def compose(kind: str, num_dialogs: int) -> None:
    """Write, check and sketch in a run's blocks, and compare, holding no script."""
    composer = Composer(Composer.Options())
    composer.write([job(index, kind=kind) for index in range(64)])
    gc.freeze()  # as a worker does once its stage is loaded
    index, counts, begun = Index(), Counts(), megabytes()
    seconds = dict.fromkeys(("compose", "sketch", "compare"), 0.0)
    quickest: list[float] = []
    num_duplicates = 0
    for start in range(0, num_dialogs, BATCH):
        jobs = [job(at, kind=kind) for at in range(start, min(num_dialogs, start + BATCH))]
        sketches = []
        for at in range(0, len(jobs), DIALOGS_PER_BLOCK):
            block, spent = jobs[at : at + DIALOGS_PER_BLOCK], seconds["compose"]
            with timed(seconds, "compose"):
                answers = composer.write(block)
            quickest.append(seconds["compose"] - spent)
            scripts = [answer for answer in answers if isinstance(answer, Script)]
            with timed(seconds, "sketch"):
                sketches += [sketch_of(script) for script in scripts]
            counts.add(scripts)
        with timed(seconds, "compare"):
            num_duplicates += sum(one is not None for one in index.add(sketches))
    print(f"{kind}: {counts.made:,} composed, {num_dialogs - counts.made:,} rejected")
    timed_dialogs = min(num_dialogs, MOST_TIMED)
    rate = timed_dialogs / undisturbed(composer, kind, timed_dialogs, quickest)
    print(f"  at best {rate:>9,.0f} dialogues per CPU second, each block undisturbed")
    for name, spent in seconds.items():
        print(f"{name:>9} {num_dialogs / spent:>9,.0f} dialogues per CPU second ({spent:.1f} s)")
    print(f"   memory {begun:>9,.0f} MB at first, {megabytes():,.0f} MB at last")
    share = 100 * num_duplicates / max(1, counts.made)
    print(f"     near {num_duplicates:>9,} duplicates ({share:.2f} %)")
    counts.show()


def undisturbed(
    composer: Composer, kind: str, num_dialogs: int, quickest: Sequence[float]
) -> float:
    """Return the CPU seconds of composing the first blocks, each in its quickest of all passes."""
    blocks = [
        [job(at, kind=kind) for at in range(start, min(num_dialogs, start + DIALOGS_PER_BLOCK))]
        for start in range(0, num_dialogs, DIALOGS_PER_BLOCK)
    ]
    best = list(quickest[: len(blocks)])
    for _ in range(PASSES):
        for place, block in enumerate(blocks):
            begun = time.process_time()
            composer.write(block)
            best[place] = min(best[place], time.process_time() - begun)
    return sum(best)


class Counts:
    """What was dealt and said, over all scripts."""

    def __init__(self) -> None:
        self.made = self.words = 0
        self.closings = Counter[str]()
        self.dealt = {name: Counter[str]() for name in ("domain", "probe", "direction", "first")}

    def add(self, scripts: Iterable[Script]) -> None:
        """Count scripts."""
        for script in scripts:
            self.made += 1
            self.words += sum(len(turn.spoken.split()) for turn in script.turns)
            held = (turn.text for turn in reversed(script.turns) if turn.onset != "backchannel")
            self.closings[next(held)] += 1
            self.dealt["domain"][script.domain] += 1
            self.dealt["probe"].update(probe.type for probe in script.probes)
            self.dealt["direction"][script.call_direction] += 1
            self.dealt["first"][f"{script.call_direction} {script.turns[0].speaker}"] += 1

    def show(self) -> None:
        """Print lengths, the most used last line, and how evenly things were dealt."""
        (closing, count), *_ = self.closings.most_common(1)
        print(f"    words {self.words / self.made:>9.1f} a dialogue")
        print(f"     last {100 * count / self.made:>9.2f} % end in the same {closing!r}")
        for name in ("domain", "probe"):
            if found := self.dealt[name].values():
                mean = sum(found) / len(found)
                low, high = (100 * (some / mean - 1) for some in (min(found), max(found)))
                print(
                    f"{name:>9} {len(found):>9} dealt, {low:+.1f} to {high:+.1f} % off their quota"
                )
        for name in ("direction", "first"):
            shares = sorted(self.dealt[name].items())
            line = ", ".join(f"{what} {100 * n / self.made:.1f} %" for what, n in shares)
            print(f"{name:>9} {line}")


def serve(port: Queue[int]) -> None:
    """Answer every request after SERVER_SECONDS, from one asyncio loop."""
    choice = {"message": {"content": "{}"}, "finish_reason": "stop"}
    body = json.dumps({"choices": [choice], "usage": {"prompt_tokens": 1}}).encode()
    reply = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
                await reader.readexactly(int(head.split(b"content-length:")[1].split()[0]))
                await asyncio.sleep(SERVER_SECONDS)
                writer.write(reply)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def run() -> None:
        server = await asyncio.start_server(talk, "127.0.0.1", 0, backlog=1024)
        port.put(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(run())


def client(num_requests: int, concurrency: int) -> None:
    """Send requests of a real size at once, as far as the gate lets them."""
    port: Queue[int] = Queue()
    process = Process(target=serve, args=(port,), daemon=True)
    process.start()
    server = Server(
        model="tiny",
        url=f"http://127.0.0.1:{port.get()}/v1",
        key=None,
        key_name="",
        body={"temperature": 0.7},
        schema_field="json_schema",
        concurrency=concurrency,
        timeout=30,
        patience=60,
    )
    message = {"role": "user", "content": "word " * 1200}
    schema = assignment(job(0)).schema
    requests = [Request(0, (message,), schema, seed) for seed in range(num_requests)]
    with ThreadPoolExecutor(concurrency) as threads:
        list(threads.map(server.ask, requests[:concurrency]))  # connections and threads are made
        wall, cpu = time.perf_counter(), time.process_time()
        answers = list(threads.map(server.ask, requests))
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    process.terminate()
    process.join()
    assert all(isinstance(answer, Completion) for answer in answers)
    ideal = -(-num_requests // concurrency) * SERVER_SECONDS
    print(
        f"   client {num_requests / wall:>9,.0f} requests/s with {concurrency} at once,"
        f" {100 * ideal / wall:.0f} % of ideal; {1000 * cpu / num_requests:.2f} CPU ms a request"
    )


def read(num_dialogs: int) -> None:
    """Parse, check and place replies of a faithful model."""
    for kind in PLANNERS:
        tasks = [assignment(job(index % 72, kind, seed=index)) for index in range(num_dialogs)]
        replies = [(task, reply_of(task.brief)) for task in tasks]
        begun = time.process_time()
        for task, reply in replies:
            draws = draws_for(0, task.job.dialog_id)
            task.script(reply, draws, writer="w", model="m")
        spent = 1000 * (time.process_time() - begun) / num_dialogs
        print(f"    reply {spent:>9.2f} CPU ms to read, check and place one of kind {kind}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dialogs", type=int, default=5_000)
    parser.add_argument("--kinds", nargs="+", default=["service", "qa", "casual"])
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--concurrency", type=int, default=200)
    arguments = parser.parse_args()
    for kind in arguments.kinds:
        compose(kind, arguments.dialogs)
    if arguments.requests:
        client(arguments.requests, arguments.concurrency)
    read(140)


if __name__ == "__main__":
    main()
