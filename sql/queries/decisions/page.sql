-- What was decided about an account's domains, the newest first.
-- $1 account id, $2 domain's name or null, $3 id read last or null, $4 rows at most
SELECT decisions.id, domains.name AS domain, decisions.at, decisions.decision, decisions.code, decisions.message,
    decisions.evidence
FROM decisions JOIN domains ON domains.id = decisions.domain_id
WHERE domains.account_id = $1
    AND ($2::text IS NULL OR domains.name = $2)
    AND ($3::bigint IS NULL OR decisions.id < $3)
ORDER BY decisions.id DESC
LIMIT $4;
