#!/usr/bin/env bash
# One call over HTTP with curl.
#
#   curl.sh http://HOST:PORT CUSTOMER FILE
set -euo pipefail
server=${1:?usage: curl.sh http://HOST:PORT CUSTOMER FILE}
customer=${2:?CUSTOMER is missing}
file=${3:?FILE is missing}

curl --silent --show-error --fail-with-body "$server/v1/calls" \
  ${THROUGHLINE_KEY:+--header "Authorization: Bearer $THROUGHLINE_KEY"} \
  --form "customerId=$customer" --form "transcript=@$file" |
  python3 -c '
import json, sys
result = json.load(sys.stdin)
print("blocks:", result["analysis"].get("primaryBlocker", {}).get("description", "nothing"))
print("subject:", result["email"].get("subject", ""))
'
