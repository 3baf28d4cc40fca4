#!/bin/sh
# pyarrow 26.0.1 over fsspec 2026.9.0: a stream whose read returns fewer bytes than were asked for.
# Python's contract of a raw read allows that, and fsspec's own stream over HTTP does so with any
# server that knows no ranges and sends in pieces. One would expect that pyarrow goes on reading, as
# it does over its own file systems. Seen: read(n) of the pyarrow stream gives the first piece alone
# without a word, and a whole Arrow stream of such a server is refused as cut short, while the same
# bytes through io.BufferedReader, which asks again, are read. Exits 1 if that changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q 'pyarrow==26.0.1' 'fsspec[http]==2026.9.0'
cd "$folder"
venv/bin/python - <<'PYTHON'
import io
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

import fsspec
import pyarrow as pa
from pyarrow.fs import FSSpecHandler, PyFileSystem

table = pa.table({"codes": pa.array(range(10_000), pa.int64())})
sink = pa.BufferOutputStream()
with pa.ipc.new_stream(sink, table.schema) as writer:
    writer.write_table(table)
SENT = sink.getvalue().to_pybytes()
PIECE = 1_000


class InPieces(BaseHTTPRequestHandler):
    """A server without ranges or lengths, as one that makes what it sends."""

    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        try:
            for start in range(0, len(SENT), PIECE):
                self.wfile.write(SENT[start : start + PIECE])
                time.sleep(0.2 if start == 0 else 0.002)
        except ConnectionError:
            pass  # who reads has left

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), InPieces)
threading.Thread(target=server.serve_forever, daemon=True).start()
address = f"http://127.0.0.1:{server.server_address[1]}/codes.arrow"
files = PyFileSystem(FSSpecHandler(fsspec.filesystem("http", block_size=0)))
with files.open_input_stream(address, buffer_size=0) as stream:
    read = len(stream.read(len(SENT)))
try:
    with files.open_input_stream(address, buffer_size=0) as stream:
        rows = str(pa.ipc.open_stream(stream).read_all().num_rows)
except OSError as error:
    rows = f"OSError: {error}"
with files.open_input_stream(address, buffer_size=0) as stream:
    asked_again = len(io.BufferedReader(stream).read(len(SENT)))
print("pyarrow", version("pyarrow"), "fsspec", version("fsspec"))
print(f"read({len(SENT):,}) gives {read:,} bytes; through BufferedReader {asked_again:,}")
print(f"rows of 10,000: {rows}")
sys.exit(not (read < len(SENT) == asked_again and rows.startswith("OSError: Expected")))
PYTHON
