-- Who asks. The time of use is kept to the minute, so that a busy script does not write with each request.
-- $1 hash
WITH found AS (
    SELECT id, account_id, slug, read_only, last_used_at FROM tokens
    WHERE hash = $1 AND (expires_at IS NULL OR expires_at > clock_timestamp())
), used AS (
    UPDATE tokens SET last_used_at = clock_timestamp()
    WHERE id = (SELECT id FROM found WHERE last_used_at IS NULL OR last_used_at < clock_timestamp() - interval '1 minute')
)
SELECT found.id, found.account_id, found.slug, found.read_only, accounts.slug AS account
FROM found LEFT JOIN accounts ON accounts.id = found.account_id;
