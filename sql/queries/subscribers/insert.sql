-- A new subscriber.
-- $1 account id, $2 slug, $3 public key of its credentials, $4 how many seconds back it begins (null: with all there is)
INSERT INTO subscribers (account_id, slug, public_key, starts_at)
VALUES ($1, $2, $3, clock_timestamp() - make_interval(secs => $4));
