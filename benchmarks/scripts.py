"""How fast scripts are written, checked and compared, and how well the client fills a server.

    python benchmarks/scripts.py [--dialogs 5000] [--requests 2000]

Prints composed dialogues per CPU second (checks included) and compared ones, memory before and
after, near-duplicates; then the client's throughput against a server that takes 0.2 s, as a share
of what so many connections could do; then what reading and checking one reply costs.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from multiprocessing import Process, Queue
from pathlib import Path

from datagen.backends.writer.composer import Composer
from datagen.backends.writer.llm_server import Server
from datagen.plan import DIALOGS_PER_BLOCK
from datagen.scripting.dedup import Index, sketch_of
from datagen.scripting.draws import Draws
from datagen.scripting.llm.assemble import assemble
from datagen.scripting.llm.completion import Completion, Request
from datagen.scripting.llm.reply import parse, turns_schema
from datagen.seeds import rng_for
from datagen.types import Job, Script

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from tests.worded import blueprint_of, job, reply_of, shipped_wording, steps_of

SERVER_SECONDS = 0.2
BATCH = 1024
"""Dialogues that are compared at once: a shard's."""


def megabytes() -> float:
    """Return the most memory this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def written(num_dialogs: int) -> Iterator[list[Job]]:
    """Yield blocks of jobs."""
    for start in range(0, num_dialogs, DIALOGS_PER_BLOCK):
        yield [job(index) for index in range(start, min(num_dialogs, start + DIALOGS_PER_BLOCK))]


def compose(num_dialogs: int) -> None:
    """Write, check, sketch and compare, holding no script longer than its batch."""
    composer = Composer(Composer.Options())
    composer.write([job(index) for index in range(64)])
    index, begun = Index(), megabytes()
    seconds = dict.fromkeys(("compose", "sketch", "compare"), 0.0)
    made = rejected = duplicates = num_words = 0
    blocks = written(num_dialogs)
    while batch := list(islice(blocks, BATCH // DIALOGS_PER_BLOCK)):
        marks = [time.process_time()]
        answers = [answer for jobs in batch for answer in composer.write(jobs)]
        marks.append(time.process_time())
        scripts = [answer for answer in answers if isinstance(answer, Script)]
        sketches = [sketch_of(script) for script in scripts]
        marks.append(time.process_time())
        found = index.add(sketches)
        marks.append(time.process_time())
        for name, start, end in zip(seconds, marks, marks[1:], strict=False):
            seconds[name] += end - start
        made += len(scripts)
        rejected += len(answers) - len(scripts)
        duplicates += sum(one is not None for one in found)
        num_words += sum(len(turn.spoken.split()) for s in scripts for turn in s.turns)
    print(f"{made:,} composed, {rejected:,} rejected, {num_words / max(1, made):.0f} words a call")
    for name, spent in seconds.items():
        print(f"{name:>9} {num_dialogs / spent:>9,.0f} dialogues per CPU second ({spent:.1f} s)")
    print(f"   memory {begun:>9,.0f} MB at first, {megabytes():,.0f} MB at last")
    print(f"     near {duplicates:>9,} duplicates ({100 * duplicates / max(1, made):.2f} %)")


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
    requests = [Request(0, (message,), turns_schema(400), seed) for seed in range(num_requests)]
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
    blueprints = [blueprint_of(job(index)) for index in range(num_dialogs)]
    replies = [(one, steps_of(one), reply_of(one)) for one in blueprints]
    begun = time.process_time()
    for blueprint, steps, reply in replies:
        draws = Draws(rng_for(0, blueprint.job.dialog_id))
        said = parse(reply)
        assemble(blueprint, steps, said, shipped_wording(), draws, writer="w", model="m")
    spent = time.process_time() - begun
    print(f"    reply {1000 * spent / num_dialogs:>9.2f} CPU ms to read, check and place one")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dialogs", type=int, default=5_000)
    parser.add_argument("--requests", type=int, default=2_000)
    parser.add_argument("--concurrency", type=int, default=200)
    arguments = parser.parse_args()
    compose(arguments.dialogs)
    client(arguments.requests, arguments.concurrency)
    read(300)


if __name__ == "__main__":
    main()
