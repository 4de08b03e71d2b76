#!/bin/sh
# follow.sh ACCOUNT [SEQUENCE]: every event behind that one (0: all), then each as it happens. The last `id:` is where to
# go on. LUMOS_API_URL and LUMOS_API_TOKEN as for lumosctl.
exec curl -sSfN -H "Authorization: Bearer $LUMOS_API_TOKEN" -H "Accept: text/event-stream" \
    -H "Last-Event-ID: ${2:-0}" "$LUMOS_API_URL/api/v1/accounts/$1/events"
