-- What a check found out about a domain, and a row of its decision where that is new.
-- $1 domain id, $2 decision, $3 code, $4 message, $5 evidence (null: the decision is the old one), $6 hold code or null,
-- $7 hold since, $8 hold told, $9 undone since, $10 undone told, $11 doubt until or null, $12 not ours or null,
-- $13 last error or null
WITH saved AS (
    UPDATE domains
    SET decision = $2, decision_code = $3, hold_code = $6, hold_since = $7, hold_told = $8, undone_since = $9,
        undone_told = $10, doubt_until = $11, not_ours = $12, last_error = $13::jsonb
    WHERE id = $1
    RETURNING id
)
INSERT INTO decisions (domain_id, decision, code, message, evidence)
SELECT id, $2, $3, $4, $5::jsonb FROM saved WHERE $5::jsonb IS NOT NULL;
