-- How busy a channel was a moment ago, alert by alert: the measure for sending many mails as one.
-- $1 channel id, $2 how far to look back
SELECT alert, count(*) AS deliveries, bool_or(state = 'pending') AS under_way,
    extract(epoch FROM clock_timestamp() - max(sent_at))::double precision AS seconds_since
FROM deliveries
WHERE channel_id = $1
    AND (
        (state = 'sent' AND sent_at > (SELECT clock_timestamp()) - $2::interval)
        OR (state = 'pending' AND claimed AND next_at > (SELECT clock_timestamp()))
    )
GROUP BY alert;
