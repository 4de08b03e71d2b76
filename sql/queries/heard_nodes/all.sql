-- Every NATS server that was ever heard and is not forgotten: a handful.
SELECT node, url, span, span_seq, heard_since, heard_until, advanced_at, gone_at FROM heard_nodes ORDER BY node
