#!/usr/bin/env bash
# pyarrow 26.0.1 replaces an object in Azure (here Azurite 3.37.0) by an empty one when a stream is opened, and by the new content
# when it is closed: a reader in between finds 0 bytes, and a writer that is killed then leaves them.
# Expected, as on S3 and Google Cloud Storage: the old content until the stream is closed.
# Second, its sas_token is put behind URLs as it is: one without the leading "?" (as `az` prints it) becomes a part of the path.
set -euo pipefail
cd "$(mktemp -d)"
python3 -m venv env && env/bin/pip install -q pyarrow==26.0.1
npm install --silent --no-audit --no-fund azurite@3.37.0
node node_modules/azurite/dist/src/blob/main.js --blobHost 127.0.0.1 --blobPort 18882 --inMemoryPersistence --silent \
  --skipApiVersionCheck > azurite.log &
trap 'kill $!' EXIT
for _ in $(seq 150); do (: < /dev/tcp/127.0.0.1/18882) 2> /dev/null && break; sleep 0.2; done
cat > look.py <<'EOF'
import sys
import pyarrow
from pyarrow import fs

# Azurite's key, which is public and the same everywhere
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="


def azure(**keys):
    place, scheme = "127.0.0.1:18882", "http"
    return fs.AzureFileSystem(
        "devstoreaccount1",
        blob_storage_authority=place,
        dfs_storage_authority=place,
        blob_storage_scheme=scheme,
        dfs_storage_scheme=scheme,
        **keys,
    )


store = azure(account_key=KEY)
store.create_dir("data")
with store.open_output_stream("data/x") as file:
    file.write(b"old")
with store.open_output_stream("data/x") as file:
    file.write(b"new")
    between = store.open_input_file("data/x").read()
after = store.open_input_file("data/x").read()
print(f"pyarrow {pyarrow.__version__}: b'old', while b'new' is written {between}, then {after}")
try:
    azure(sas_token="sv=2021-06-08&sig=abc").open_input_file("data/x")
    said = ""
except OSError as error:
    said = str(error)
in_path = "devstoreaccount1/sv=2021-06-08" in said or "devstoreaccount1sv=" in said
print(f"a sas_token without '?' became part of the path: {in_path}")
sys.exit((between, after, in_path) != (b"", b"new", True))
EOF
env/bin/python look.py
