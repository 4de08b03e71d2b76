-- Only changes that are still pending with the caller's own attempt may be carried out.
-- $1 zone id, $2 attempt
SELECT id, domain_id FROM dns_changes WHERE zone_id = $1 AND attempt = $2 AND state = 'pending';
