#!/usr/bin/env bash
# s3rver 3.7.1, an S3 server for tests, answers 200 to a PUT of pyarrow 26.0.1 (AWS SDK: checksum at the end of the request,
# "aws-chunked") and stores the framing as the object's content. Expected: the content, or a refusal.
# AWS_REQUEST_CHECKSUM_CALCULATION=when_required turns the checksums off, and the content is right.
set -euo pipefail
cd "$(mktemp -d)"
python3 -m venv env && env/bin/pip install -q pyarrow==26.0.1
npm install --silent --no-audit --no-fund s3rver@3.7.1
mkdir data
node node_modules/s3rver/bin/s3rver.js -d data -a 127.0.0.1 -p 18881 --silent --configure-bucket data &
trap 'kill $!' EXIT
for _ in $(seq 100); do (: < /dev/tcp/127.0.0.1/18881) 2> /dev/null && break; sleep 0.2; done
export AWS_ACCESS_KEY_ID=S3RVER AWS_SECRET_ACCESS_KEY=S3RVER AWS_EC2_METADATA_DISABLED=true
cat > look.py <<'EOF'
import sys
import pyarrow
from pyarrow import fs

s3, base = fs.FileSystem.from_uri(
    "s3://data/x?endpoint_override=127.0.0.1:18881&scheme=http&region=us-east-1"
)
with s3.open_output_stream(f"{base}/{sys.argv[1]}") as file:
    file.write(b"abc")
with s3.open_input_file(f"{base}/{sys.argv[1]}") as file:
    found = file.read()
print(f"pyarrow {pyarrow.__version__}: wrote b'abc', read {found}")
sys.exit((found == b"abc") != (sys.argv[1] == "off"))
EOF
env/bin/python look.py on
AWS_REQUEST_CHECKSUM_CALCULATION=when_required env/bin/python look.py off
