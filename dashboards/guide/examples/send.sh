#!/usr/bin/env bash
# Sends a file of NDJSON records to opcentre with curl: in batches, packed, again on 429 and 503.
#
#   OPCENTRE_URL=https://opcentre.example OPCENTRE_TOKEN=oct_... ./send.sh records.ndjson
#   OPCENTRE_QUERY='dry_run=true'   further parameters: dry_run=true, backfill=true, source=NAME
#   OPCENTRE_BATCH=1000             lines a request
#
# Exit code: 0 every line was accepted, 1 lines were refused or the server could not be reached, 2 usage.
set -euo pipefail

[[ $# == 1 && -r $1 ]] || { echo "usage: $0 records.ndjson" >&2; exit 2; }
url="${OPCENTRE_URL:-http://127.0.0.1:8080}/api/v1/events?${OPCENTRE_QUERY:-}"
batch="${OPCENTRE_BATCH:-1000}"
tries_max=8

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
auth=()
# In a file, so that the token doesn't show in the list of processes.
if [[ -n ${OPCENTRE_TOKEN:-} ]]; then
    (umask 077; printf 'header = "Authorization: Bearer %s"\n' "$OPCENTRE_TOKEN" > "$work/auth")
    auth=(--config "$work/auth")
fi

split --lines="$batch" --numeric-suffixes --suffix-length=6 "$1" "$work/part."
refused=0
first=1
for part in "$work"/part.*; do
    [[ -e $part ]] || break
    lines="$(wc -l < "$part")"
    for ((try = 1; ; try++)); do
        status="$(gzip --stdout "$part" | curl --silent --show-error "${auth[@]}" --max-time 120 \
            --header 'Content-Type: application/x-ndjson' --header 'Content-Encoding: gzip' \
            --data-binary @- --dump-header "$work/head" --output "$work/answer" --write-out '%{http_code}' "$url" || true)"
        case "$status" in
            200 | 202 | 422) break ;;
            000 | 429 | 503) ;;
            *) echo "batch from line $first: HTTP $status: $(cat "$work/answer")" >&2; exit 1 ;;
        esac
        ((try < tries_max)) || { echo "batch from line $first: HTTP $status, given up after $try tries" >&2; exit 1; }
        wait="$(tr -d '\r' < "$work/head" 2> /dev/null | sed -n 's/^[Rr]etry-[Aa]fter: *\([0-9]*\)$/\1/p' | tail -n 1 || true)"
        echo "batch from line $first: HTTP $status, again in ${wait:-$try} s" >&2
        sleep "${wait:-$try}"
    done
    # Line numbers in the answer count from the batch's first line.
    python='import json,sys; a=json.load(open(sys.argv[1])); n=int(sys.argv[2])-1
for r in a["rejections"]: print("line %d: %s %s: %s" % (n+r["line"], r["code"], r["pointer"], r["reason"]))
print("%d received, %d accepted, %d rejected" % (a["received"], a["accepted"], a["rejected"]))'
    if command -v jq > /dev/null; then
        jq -r --argjson n "$((first - 1))" '(.rejections[] | "line \(.line + $n): \(.code) \(.pointer): \(.reason)"),
            "\(.received) received, \(.accepted) accepted, \(.rejected) rejected"' "$work/answer"
    else
        python3 -c "$python" "$work/answer" "$first"
    fi
    grep -q '"rejected":0[,}]' "$work/answer" || refused=1
    first=$((first + lines))
done
exit "$refused"
